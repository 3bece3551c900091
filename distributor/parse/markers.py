"""Markers before titles and list lines: their kind and their number."""

import re
from dataclasses import dataclass

_CHINESE = "一二三四五六七八九十"
_VALUES = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"〇": 0, "○": 0, "两": 2}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BULLETS = "◆◇★☆●○■□▲△▶►※❖✦◎•·▪➢➤"

# (kind, pattern); the number, where there is one, is the group `n`
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第(?P<n>[{_CHINESE}\d]{{1,3}})(?:部分|篇|章|版|板块)\s*[:：]?\s*")),
    ("part", re.compile(rf"(?:栏目|板块|专栏)(?P<n>[{_CHINESE}\d]{{1,3}})\s*[:：、.．]\s*")),
    ("一、", re.compile(rf"(?P<n>[{_CHINESE}]{{1,3}})\s*[、．.]\s*")),
    ("壹、", re.compile(r"(?:[壹贰叁肆伍陆柒捌玖拾])\s*[·•、．.]\s*")),
    ("（一）", re.compile(rf"[（(]\s*(?P<n>[{_CHINESE}]{{1,3}})\s*[）)]\s*[、．.]?\s*")),
    ("（1）", re.compile(r"[（(]\s*(?P<n>\d{1,2})\s*[）)]\s*[、．.]?\s*")),
    ("1)", re.compile(r"(?P<n>\d{1,2})\s*[）)]\s*")),
    ("1、", re.compile(r"(?P<n>\d{1,3})\s*、\s*")),
    ("01", re.compile(r"(?P<n>0[1-9])(?:\s+|\s*[|｜/]\s*)(?=[^\s\d年月日个项家名位条万亿%.,、—-])")),
    ("1.", re.compile(r"(?P<n>\d{1,3})\s*(?:[．]\s*|\.(?!\d)\s*|\.(?=(?:19|20)\d\d\s*[年—-]))")),
    ("①", re.compile(rf"(?P<n>[{_CIRCLED}])\s*")),
    ("【】", re.compile(rf"【(?=[^【】]{{1,20}}】\s*$)(?:[{_CHINESE}\d]{{1,3}}\s*[、．.]\s*)?")),
    ("dash", re.compile(r"(?:——|──|－－|--)\s*(?=[^—─－-]{1,20}(?:——|──|－－|--)\s*$)")),
)
_BULLET = re.compile(rf"(?P<mark>[{_BULLETS}])\1*\s*")
_CLOSING = {"【】": re.compile(r"】\s*$"), "dash": re.compile(r"\s*(?:——|──|－－|--)\s*$")}


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker at the start of a row.

    Args:
        kind: its style (`1.`, `一、`, `（一）`, `◆`, `【】` …).
        number: its value where it counts, else None.
        length: characters that it takes at the start.
        tail: characters that its closing half takes at the end (`】`, ornaments on both sides).
    """

    kind: str
    number: int | None
    length: int
    tail: int = 0


def read_marker(text: str) -> Marker | None:
    """The marker that a text begins with, or None."""
    for kind, pattern in _KINDS:
        match = pattern.match(text)
        if match and match.end() < len(text):
            closing = _CLOSING[kind].search(text) if kind in _CLOSING else None
            number = number_of(match["n"]) if "n" in pattern.groupindex else None
            return Marker(kind, number, match.end(), len(closing.group()) if closing else 0)
    return _bullet(text)


def _bullet(text: str) -> Marker | None:
    match = _BULLET.match(text)
    if not match or match.end() >= len(text):
        return None
    ornament = re.search(rf"(?<=\S)\s*{re.escape(match['mark'])}+\s*$", text[match.end() :])
    if ornament:
        return Marker(match["mark"] * 2, None, match.end(), len(ornament.group()))
    return Marker(match["mark"], None, match.end())


def drawn_marker(text: str) -> Marker | None:
    """The kind and number of a marker that the file draws by itself (a list number of a word processor)."""
    found = read_marker(text.strip() + " x")
    return Marker(found.kind, found.number, 0) if found else (Marker(text.strip(), None, 0) if text.strip() else None)


def number_of(text: str) -> int:
    """Value of a number in Arabic, circled or Chinese digits up to 99; 0 when it is none."""
    if text in _CIRCLED and text:
        return _CIRCLED.index(text) + 1
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_VALUES.get(tens, 0) if tens else 1) * 10 + (_VALUES.get(ones, 0) if ones else 0)
    value = 0
    for char in text:
        value = value * 10 + _VALUES.get(char, 0)
    return value
