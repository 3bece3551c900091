"""Attributions: who supplied an item, or where it was taken from."""

import re
from functools import lru_cache

from distributor.model.bulletin import Attribution
from distributor.parse.chars import squash
from distributor.parse.words import BODY_ENDINGS, PERSON_WORDS, SOURCE_WORDS, SUPPLY_VERBS

SIGNED = "署名"
_LONGEST = 120  # characters of one attribution

_BRACKETED = re.compile(r"[（(\[【〔](?P<inner>[^\n]+)[）)\]】〕]\s*[。.]?")
_SUPPLIED = re.compile(rf"(?P<who>.+?)\s*(?P<kind>{SUPPLY_VERBS})(?:[。；，,;]\s*(?:{SOURCE_WORDS})\s*[:：]\s*(?P<source>.+?))?[。.]?")
_SOURCED = re.compile(rf"(?P<kind>{SOURCE_WORDS})\s*(?:[:：]|(?=《))\s*(?P<source>.+?)[。.]?")
_PERSONAL = re.compile(rf"(?:本[报刊网社])?(?P<kind>{PERSON_WORDS})(?:\s*[:：]|(?<=[者员])\s*|\s+)(?P<who>.+?)[。.]?")
_REPORTER = re.compile(r"(?P<medium>\S{2,12}?)(?P<kind>记者|通讯员)\s*(?P<who>[^，。]{2,30})")
_DASHED = re.compile(r"(?:——|—|--|－－|──)\s*(?P<inner>.+)")
_BODY = re.compile(rf"(?=.{{3,45}}$)[^，。；：！？,;:!?]*(?:{BODY_ENDINGS})(?:[（(][^（）()]*[）)])?")
_NOT_SIGNED = re.compile(
    r"注[:：]|以下简称|下称|简称|详见|见附|附件|附表|附图|排名|征求意见|试行|草案|修订|送审|报批|暂行|第.+[版次届期稿]|^含|包括|不含|共印|^按|如下|^略"
)
_NOTE = re.compile(r"注[:：]|以下简称|详见")
_SPLIT = re.compile(r"[、，,；;/／]|\s+|和|与|及|以及|暨")
_PERSON = re.compile(r"[\u4e00-\u9fff·]{2,6}")
_QUALIFIER = re.compile(r"^(?:本文由|以上由|由|本文|图文)")
_MEDIUM = re.compile(r"《([^《》]+)》")
_AFTER_MEDIUM = re.compile(r"\s*(?:[，,；;。]|\s(?=记者|作者|通讯员)|(?<=[^\d])(?=\d{4}年\d)|(?=[（(]\d)).*$")


@lru_cache(maxsize=4096)
def read_attribution(text: str) -> Attribution | None:
    """Read a line as an attribution.

    Args:
        text: a whole line or several joined lines, without outer spaces.

    Returns:
        the attribution, or None when the line is none.
    """
    if len(text) > _LONGEST:
        return None
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        return _inside(text, bracketed["inner"].strip())
    dashed = _DASHED.fullmatch(text)
    if dashed:
        return _inside(text, dashed["inner"].strip())
    return _bare(text)


def _bare(text: str) -> Attribution | None:
    """A line without brackets is one only with its label, or as a short name with a verb."""
    found = _sourced(text, text) or _labelled(text, text)
    if found or text[:1] in "（([【〔":
        return found
    match = _SUPPLIED.fullmatch(text)
    if match and match["kind"] in ("供稿", "撰稿", "来稿", "摘述", "编译", "整理", "摘编") and _BODY.fullmatch(match["who"]):
        return _supplied(text, match)
    return None


def _inside(raw: str, inner: str) -> Attribution | None:
    if _has_stray_bracket(inner):
        return None
    found = _sourced(raw, inner) or _labelled(raw, inner)
    if found:
        return found
    match = _SUPPLIED.fullmatch(inner)
    if match and not re.search(r"[。！？]", match["who"]) and not _NOTE.match(inner):
        return _supplied(raw, match)
    reporter = _REPORTER.fullmatch(inner)
    if reporter:
        return Attribution(raw, reporter["kind"], (), _persons(reporter["who"]), reporter["medium"])
    if _BODY.fullmatch(squash(inner)) and not _NOT_SIGNED.search(inner):
        return Attribution(raw, SIGNED, split_bodies(inner))
    return None


def _has_stray_bracket(inner: str) -> bool:
    """Whether the outer pair closes before the end, as in `（一）…（二）`."""
    depth = 0
    for char in inner:
        depth += (char in "（(") - (char in "）)")
        if depth < 0:
            return True
    return False


def _supplied(raw: str, match: re.Match[str]) -> Attribution:
    who = _QUALIFIER.sub("", match["who"].strip(" :："))
    bodies, persons = _bodies_and_persons(who)
    source = medium_name(match["source"]) if match["source"] else None
    return Attribution(raw, match["kind"], bodies, persons, source)


def _sourced(raw: str, inner: str) -> Attribution | None:
    match = _SOURCED.fullmatch(inner)
    return Attribution(raw, match["kind"], (), (), medium_name(match["source"])) if match else None


def _labelled(raw: str, inner: str) -> Attribution | None:
    match = _PERSONAL.fullmatch(inner)
    if not match or re.search(r"[。！？；]", match["who"]) or len(match["who"]) > _LONGEST // 2:
        return None
    if raw == inner and "：" not in inner and ":" not in inner:
        return None  # a line that merely begins with 记者 or 作者 is prose
    bodies, persons = _bodies_and_persons(match["who"])
    kind = match["kind"].removeprefix("特约").removeprefix("本报")
    return Attribution(raw, kind, bodies, persons) if bodies or persons else None


def medium_name(text: str) -> str:
    """The bare name of a medium: without 《》, date, page and what follows a comma."""
    quoted = _MEDIUM.search(text)
    if quoted:
        return quoted.group(1).strip()
    return _AFTER_MEDIUM.sub("", text.strip(), count=1).strip() or text.strip()


def _persons(text: str) -> tuple[str, ...]:
    parts = re.split(r"[、，,；;\s　]+", text)
    return tuple(part for part in parts if _PERSON.fullmatch(part))


def _bodies_and_persons(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell the names of bodies from the names of persons by their endings."""
    bodies: list[str] = []
    persons: list[str] = []
    for part in split_bodies(text):
        is_person = bool(_PERSON.fullmatch(part)) and len(part) <= 4 and not _BODY.fullmatch(part)  # noqa: PLR2004  longest common name
        (persons if is_person else bodies).append(part)
    return tuple(bodies), tuple(persons)


def split_bodies(text: str) -> tuple[str, ...]:
    """Split a list of names at 和, 、, 与, comma and space, outside brackets and only between whole names."""
    parts: list[str] = []
    start = 0
    for match in _SPLIT.finditer(text):
        left = text[start : match.start()]
        if _depth(text[: match.start()]) or not _splits(left, match.group(), text[match.end() :]):
            continue
        parts.append(left.strip())
        start = match.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


def _splits(left: str, mark: str, right: str) -> bool:
    """Whether a mark stands between two whole names: the left one is complete, the right one can be one."""
    if not left.strip():
        return False
    whole = bool(_BODY.fullmatch(left.strip()))
    if mark in ("和", "与", "及", "以及", "暨"):
        return whole and bool(_BODY.fullmatch(right.strip()) or re.match(rf".{{2,40}}?(?:{BODY_ENDINGS})[、，和与及]", right))
    person = bool(_PERSON.fullmatch(left.strip())) and len(left.strip()) <= 4  # noqa: PLR2004  longest common name
    return whole or person or mark.strip() == "" and bool(_PERSON.fullmatch(right.strip()))


def _depth(text: str) -> int:
    return sum((char in "（(《“") - (char in "）)》”") for char in text)
