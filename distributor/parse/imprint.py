"""Imprint lines: who edited, printed and answers the telephone; they are noise with a reason."""

import re

from distributor.parse.chars import squash
from distributor.parse.words import CONTACTS, DIGITS, EDITORS

IMPRINT = "imprint"

_STRONG_LINE = re.compile(rf"(?:本期)?(?:{EDITORS})[:：].*|(?:编辑部|本刊)(?:{CONTACTS})[:：].*")
_WEAK_LINE = re.compile(rf"(?:{CONTACTS})[:：].*")
_WEAK_FIELD = re.compile(rf"(?:{CONTACTS})[:：]")
_PRINTED = re.compile(rf"[（(【\[]?(?:本期)?(?:共|合计)?印(?:发|制|数)?[:：]?[{DIGITS}]+份[）)】\]]?[。.]?")
_ISSUED = re.compile(
    rf".{{0,40}}(?:[{DIGITS}]{{4}}年[{DIGITS}]{{1,3}}月[{DIGITS}]{{1,3}}日)(?:印发|印制|印|编印|编发)[。.]?"
    rf"(?:[（(]?共?印[{DIGITS}]+份[）)]?)?"
)
_ISSUER = re.compile(r".{2,40}(?:编印|印发|编发|印制)[。.]?(?:[（(]?共?印.{1,8}份[）)]?)?")


def is_strong_imprint(text: str) -> bool:
    """A line that only an imprint has: editors, printing, 共印N份, 印发 line of GB/T 9704-2012 §7.4."""
    plain = squash(text)
    return any(pattern.fullmatch(plain) for pattern in (_STRONG_LINE, _PRINTED, _ISSUED)) or _many_fields(plain)


def is_weak_imprint(text: str) -> bool:
    """A line of contact details, which can stand in a notice as well."""
    return bool(_WEAK_LINE.fullmatch(squash(text)))


def is_issuer(text: str) -> bool:
    """A line that names the body which issues the bulletin (…编印, …印发)."""
    return bool(_ISSUER.fullmatch(squash(text)))


def _many_fields(plain: str) -> bool:
    """Two contact fields on one line, with no sentence around them, are an imprint."""
    return (
        len(_WEAK_FIELD.findall(plain)) > 1
        and bool(_WEAK_LINE.fullmatch(plain))
        and "。" not in plain
        and "，" not in plain
    )
