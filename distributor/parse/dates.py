"""Dates and issue numbers as mastheads print them."""

import re

from distributor.parse.markers import number_of
from distributor.parse.words import DIGITS

_YEARS, _MONTHS, _DAYS = range(1900, 3000), range(1, 13), range(1, 32)
_FULLWIDTH = str.maketrans("０１２３４５６７８９．－／ＯO", "0123456789.-/〇〇")
_YEAR = rf"(?P<y>[{DIGITS}ＯO]{{4}})"
_DATE = re.compile(rf"{_YEAR}年(?P<m>[{DIGITS}]{{1,3}})月(?:(?P<d>[{DIGITS}]{{1,3}})日)?")
_NUMERIC = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-./])(?P<m>\d{1,2})(?:(?P=s)(?P<d>\d{1,2}))?(?!\d)")
_NUMBER = rf"[{DIGITS}]{{1,6}}"
_YEAR_PART = rf"(?:[〔\[（(【]?[{DIGITS}]{{4}}[〕\]）)】]?年?(?:度)?)"
_ISSUE = re.compile(
    rf"[（(]?{_YEAR_PART}?[,，]?第{_NUMBER}[期号辑周](?:[,，/·—-]?[（(\[〔]?(?:总|累计)第?{_NUMBER}期?[）)\]〕]?)?(?:[（(]?(?:增刊|专刊|特刊|合刊)[）)]?)?[）)]?"
    rf"|[（(]?{_YEAR_PART}?(?:增刊|专刊|特刊|合刊|号外)(?:第?{_NUMBER}[期号]?)?(?:[（(](?:总|累计)第?{_NUMBER}期?[）)])?[）)]?"
    rf"|{_YEAR_PART}?[,，]?(?:[春夏秋冬]季?[号刊]|第?[一二三四1-4]季度[号刊]|[{DIGITS}]{{1,2}}月[号刊])(?:[（(](?:总|累计)第?{_NUMBER}期[）)])?"
    rf"|[（(]?总第?{_NUMBER}期[）)]?|^[Nn][Oo][.．:：]?\d{{1,4}}$"
)


def iso_date(text: str) -> str | None:
    """The first date of a text as `YYYY-MM-DD`, or `YYYY-MM` when it names no day.

    Args:
        text: may hold Chinese numerals (二〇二三年十二月五日) or figures (2023年12月5日, 2023.12.05).
    """
    match = find_date(text)
    return _iso(match) if match else None


def find_date(text: str) -> re.Match[str] | None:
    """Where the first valid date of a text stands; white space must have been removed."""
    plain = text.translate(_FULLWIDTH)
    for pattern in (_DATE, _NUMERIC):
        for match in pattern.finditer(plain):
            if _iso(match):
                return match
    return None


def _iso(match: re.Match[str]) -> str | None:
    year, month = _year(match["y"]), number_of(match["m"])
    day = number_of(match["d"]) if match["d"] else None
    if month not in _MONTHS or (day is not None and day not in _DAYS) or year not in _YEARS:
        return None
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day is not None else "")


def _year(text: str) -> int:
    return number_of(text) if "十" not in text else 0


def find_issue(text: str) -> re.Match[str] | None:
    """Where an issue number stands in a text without white space (第12期（总第345期）, 〔2026〕第7期, 增刊 …)."""
    return _ISSUE.search(text)
