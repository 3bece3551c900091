"""Names of bodies, persons and media in attributions: told apart by their endings, split between whole names."""

import re

from distributor.parse.words import BODY_ENDINGS, JOINT_ENDINGS

_LONGEST_PERSON = 4  # characters of most personal names
_BODY = re.compile(rf"(?=.{{3,45}}$)[^，。；：！？,;:!?]*(?:{BODY_ENDINGS})(?:[（(][^（）()]*[）)])?")
_WHOLE = re.compile(rf"[^，。；：！？,;:!?]*(?:{JOINT_ENDINGS})(?:[（(][^（）()]*[）)])?")
_NEXT_WHOLE = re.compile(rf".{{1,40}}?(?:{JOINT_ENDINGS})(?:$|[、，和与及])")
_SPLIT = re.compile(r"[、，,；;/／]|\s+|和|与|及|以及|暨")
_PERSON = re.compile(r"[\u4e00-\u9fff·]{2,6}")
_TITLED = re.compile(r"^(?:记者|通讯员|作者|特约记者)\s*[/／:：]?\s*|^[图文]\s*[/／:：]\s*")
_LEADING = re.compile(r"^(?:本文由|以上由|图文由|由|本文|图文|单位\s*[:：])")
_TRAILING = re.compile(r"(?:联合|共同)$|\s+报道$")
_QUOTED = re.compile(r"《([^《》]+)》")
_ONE_MEDIUM = re.compile(r"《[^《》]+》(?![、和及])")
_AFTER_MEDIUM = re.compile(r"\s*(?:[，,；;。]|\s(?=记者|作者|通讯员)|\s?(?=\d{4}[-./年]\d)|(?=[（(]\d)).*$")
_DATE_AND_PAGE = re.compile(r"[\d\s年月日第版期号（）()，,./—-]+")
_AFFILIATED = re.compile(r"(?P<person>[\u4e00-\u9fff·]{2,4})[（(](?P<body>[^（）()]+)[）)]")


def is_body(text: str) -> bool:
    """Whether a text is the name of a body by its ending."""
    return bool(_BODY.fullmatch(text.strip()))


def is_person(text: str) -> bool:
    """Whether a text can be the name of a person: a few ideographs, not ending as names of bodies do."""
    return bool(_PERSON.fullmatch(text)) and len(text) <= _LONGEST_PERSON and not _BODY.fullmatch(text)


def medium_name(text: str) -> str:
    """The bare name of a medium: without 《》, date, page and what follows a comma."""
    quoted = _QUOTED.findall(text)
    if len(quoted) == 1 and _ONE_MEDIUM.match(text.strip()):
        return str(quoted[0]).strip()
    if len(quoted) == 1 and not _DATE_AND_PAGE.sub("", _QUOTED.sub("", text)):
        return str(quoted[0]).strip()
    bare = text.strip().replace("《", "").replace("》", "")
    return _AFTER_MEDIUM.sub("", bare, count=1).strip() or bare


def bodies_and_persons(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell the names of bodies from the names of persons.

    Args:
        text: a list of names, with or without words such as 记者 before a person.
    """
    affiliated = _AFFILIATED.fullmatch(text.strip())
    if affiliated and is_body(affiliated["body"]):
        return (affiliated["body"],), (affiliated["person"],)
    bodies: list[str] = []
    persons: list[str] = []
    plain = _LEADING.sub("", _TRAILING.sub("", text.strip(" :：")))
    for part in split_bodies(re.sub(r"(?<=\S)(?=(?:记者|通讯员)\s*[\u4e00-\u9fff]{2,4}(?:\s|$))", " ", plain)):
        name = _TITLED.sub("", part)
        if re.search(r"\w", name):
            (persons if is_person(name) else bodies).append(name)
    return tuple(bodies), tuple(persons)


def split_bodies(text: str) -> tuple[str, ...]:
    """Split a list of names at 和, 、, 与, comma and space, outside brackets and only between whole names."""
    parts: list[str] = []
    start = 0
    for match in _SPLIT.finditer(text):
        left = text[start : match.start()].strip()
        if _depth(text[: match.start()]) or not _splits(left, match.group(), text[match.end() :].strip()):
            continue
        parts.append(left)
        start = match.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


def _splits(left: str, mark: str, right: str) -> bool:
    """Whether a mark stands between two whole names: the left one is complete, the right one can be one."""
    if not left:
        return False
    if mark in ("和", "与", "及", "以及", "暨"):
        persons = is_person(left) and is_person(right)
        return persons or (bool(_WHOLE.fullmatch(left)) and bool(_NEXT_WHOLE.match(right)))
    if not mark.strip():
        return is_person(right.split(maxsplit=1)[0]) or bool(_BODY.fullmatch(left)) or is_person(_TITLED.sub("", left))
    return bool(_BODY.fullmatch(left)) or is_person(left)


def _depth(text: str) -> int:
    """How many brackets or quotation marks are open at the end of a text."""
    return sum((char in "（(《“") - (char in "）)》”") for char in text)
