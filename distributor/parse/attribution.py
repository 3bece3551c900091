"""Attributions: who supplied an item, or where it was taken from."""

import re
from collections.abc import Callable
from functools import lru_cache

from distributor.model.bulletin import Attribution
from distributor.parse.chars import squash
from distributor.parse.names import bodies_and_persons, is_body, medium_name, split_bodies
from distributor.parse.words import MEDIA_ENDINGS, PERSON_WORDS, SOURCE_WORDS, SUPPLY_VERBS

SIGNED = "署名"
_LONGEST_NAME = 30  # characters of a bare signature
_LONGEST = 120  # characters of one attribution
_UNBRACKETED_VERBS = ("供稿", "撰稿", "来稿", "摘述", "编译", "整理", "摘编")

_BRACKETED = re.compile(r"[（(\[【〔](?P<inner>[^\n]+)[）)\]】〕]\s*[。.]?")
_DASHED = re.compile(r"(?:——|—|--|－－|──)\s*(?P<inner>.+)")
_SUPPLIED = re.compile(
    rf"(?P<who>.+?)\s*(?P<kind>{SUPPLY_VERBS})(?:[。；，,;]\s*(?:{SOURCE_WORDS})\s*[:：]\s*(?P<source>.+?))?[。.]?"
)
_SOURCED = re.compile(rf"(?P<kind>{SOURCE_WORDS})\s*(?:[:：]|(?=《)|(?<=自))\s*(?P<source>.+?)[。.]?")
_LABELLED = re.compile(rf"[【\[](?P<kind>{SOURCE_WORDS}|{PERSON_WORDS})[】\]]\s*[:：]?\s*(?P<who>.+?)[。.]?")
_OWN = re.compile(r"本[刊报网社](?P<kind>记者|编辑部|通讯员|综合|讯|整理)")
_TAKEN = re.compile(r"(?P<who>.+?)\s*(?P<kind>摘编|摘录|摘|编译|整理|转载)自\s*[:：]?\s*(?P<source>.+?)[。.]?")
_AFTER = re.compile(
    r"(?:(?P<who>.+?)\s*)??(?P<kind>根据|综合(?=《|新华|人民|央视)|(?<!根)据)(?P<source>.+?)(?:等)?(?:报道|消息|整理|编写|综合)?[。.]?"
)
_AUTHORED = re.compile(
    rf"(?:本[报刊网社])?(?P<kind>{PERSON_WORDS})(?:\s*[:：/／]|(?<=[者员系位])\s*|\s+)(?P<who>.+?)[。.]?"
)
_REPORTER = re.compile(r"(?P<medium>\S{2,12}?)(?P<kind>记者|通讯员)\s*(?P<who>[^，。]{2,30}?)\s*(?:报道)?")
_MEDIUM = re.compile(rf"[^，。；：！？\s]{{1,14}}(?:{MEDIA_ENDINGS})")
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,10}[镇乡村县区市旗州]|[\u4e00-\u9fff]{1,10}(?:街道|社区|林场|农场)")
_NOTE = re.compile(r"注[:：]|以下简称|详见")
_NOT_SIGNED = re.compile(
    r"以下简称|下称|简称|详见|见附|附件|附表|附图|排名|征求意见|试行|草案|修订|送审|报批|暂行|第.+[版次届期稿]|^含|包括|不含|共印|^按"
    r"|如下|^略|举行|召开|参加|获得|将于|详情|下同|本文"
)


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
    labelled = _LABELLED.fullmatch(text)
    if labelled:
        return _inside(text, f"{labelled['kind']}：{labelled['who']}")
    bracketed = _BRACKETED.fullmatch(text) or _DASHED.fullmatch(text)
    if bracketed:
        return _inside(text, bracketed["inner"].strip())
    return _bare(text)


def read_signature(text: str) -> Attribution | None:
    """Read a line that stands at the right margin as the bare name of the body that signs.

    Args:
        text: the whole line, without outer spaces.
    """
    plain = squash(text)
    known = len(plain) <= _LONGEST_NAME and is_body(plain) and not _NOT_SIGNED.search(plain)
    return Attribution(text, SIGNED, split_bodies(text)) if known else None


def _bare(text: str) -> Attribution | None:
    """A line without brackets is one only with its label, or as a short name with a verb."""
    if text[:1] in "（([【〔":
        return None
    found = _sourced(text, text)
    if found or "：" in text or ":" in text:
        return found or _authored(text, text)
    match = _SUPPLIED.fullmatch(text)
    if match and match["kind"] in _UNBRACKETED_VERBS and is_body(match["who"]):
        return _supplied(text, match)
    return None


def _inside(raw: str, inner: str) -> Attribution | None:
    """Read what stands between brackets or after a dash, the surest pattern first."""
    if _has_stray_bracket(inner) or _NOTE.match(inner):
        return None
    readers: tuple[Callable[[str, str], Attribution | None], ...] = (
        _own,
        _sourced,
        _after,
        _taken,
        _authored,
        _reported,
        _by_verb,
        _signed,
    )
    return next((found for reader in readers if (found := reader(raw, inner))), None)


def _has_stray_bracket(inner: str) -> bool:
    """Whether the outer pair closes before the end, as in `（一）…（二）`."""
    depth = 0
    for char in inner:
        depth += (char in "（(") - (char in "）)")
        if depth < 0:
            return True
    return False


def _sourced(raw: str, inner: str) -> Attribution | None:
    match = _SOURCED.fullmatch(inner)
    return Attribution(raw, match["kind"], (), (), medium_name(match["source"])) if match else None


def _taken(raw: str, inner: str) -> Attribution | None:
    """`（宣传部摘编自《光明日报》）`."""
    match = _TAKEN.fullmatch(inner)
    if not match:
        return None
    bodies, persons = bodies_and_persons(match["who"])
    return Attribution(raw, match["kind"], bodies, persons, medium_name(match["source"]))


def _after(raw: str, inner: str) -> Attribution | None:
    """`（据新华社）`, `（秘书处根据公开资料整理）`."""
    match = _AFTER.fullmatch(inner)
    if not match or "，" in inner or (match["who"] and not is_body(match["who"])):
        return None
    bodies = split_bodies(match["who"]) if match["who"] else ()
    return Attribution(raw, match["kind"], bodies, (), medium_name(match["source"]))


def _own(raw: str, inner: str) -> Attribution | None:
    """`（本刊记者）`: the editors themselves, who are no other body."""
    match = _OWN.fullmatch(inner)
    return Attribution(raw, match["kind"], (), ()) if match else None


def _authored(raw: str, inner: str) -> Attribution | None:
    """`（记者 …）`, `作者：…`, `供稿：…`."""
    match = _AUTHORED.fullmatch(inner)
    if not match or re.search(r"[。！？；]", match["who"]) or len(match["who"]) > _LONGEST // 2:
        return None
    bodies, persons = bodies_and_persons(match["who"])
    kind = match["kind"].removeprefix("特约").removeprefix("本报")
    kind = "作者" if kind.startswith("作者") else kind
    return Attribution(raw, kind, bodies, persons) if bodies or persons else None


def _reported(raw: str, inner: str) -> Attribution | None:
    """`（新华社记者 …）`: the medium stands before the word."""
    match = _REPORTER.fullmatch(inner)
    if not match:
        return None
    return Attribution(raw, match["kind"], (), bodies_and_persons(match["who"])[1], match["medium"])


def _by_verb(raw: str, inner: str) -> Attribution | None:
    match = _SUPPLIED.fullmatch(inner)
    if not match or re.search(r"[。！？]", match["who"]):
        return None
    return _supplied(raw, match)


def _supplied(raw: str, match: re.Match[str]) -> Attribution:
    bodies, persons = bodies_and_persons(match["who"])
    source = medium_name(match["source"]) if match["source"] else None
    return Attribution(raw, match["kind"], bodies, persons, source)


def _signed(raw: str, inner: str) -> Attribution | None:
    """A bare name: of a medium, of a body, or of a body and a person."""
    if _NOT_SIGNED.search(inner):
        return None
    if _MEDIUM.fullmatch(squash(inner)):
        return Attribution(raw, SIGNED, (), (), squash(inner))
    if _PLACE.fullmatch(inner):
        return Attribution(raw, SIGNED, (inner,))
    if is_body(squash(inner)):
        names = split_bodies(inner)
        # a list that is not split into names is the end of one (… 科技厅⏎（委、局）)
        return None if any("、" in name for name in names) else Attribution(raw, SIGNED, names)
    bodies, persons = bodies_and_persons(inner)
    whole = bodies and persons and all(map(is_body, bodies)) and re.search(r"\s", inner)
    return Attribution(raw, SIGNED, bodies, persons) if whole else None
