"""Distribution lines: who receives the bulletin, in which role (GB/T 9704-2012 §7.4 for 主送 and 抄送)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from distributor.parse.chars import PAIRS, squash
from distributor.parse.words import BODY_ENDINGS, DIVISIONS, GROUP_LABELS, QUALIFIED

PUNCTUATION = "distribution punctuation"

_SPACED = "|".join(r"\s*".join(label) for label in GROUP_LABELS.split("|"))
_LABEL = re.compile(rf"(?P<kind>{_SPACED})(?:\s*[:：]\s*|\t\s*)")
_WITHOUT_COLON = re.compile(rf"(?P<kind>{_SPACED})\s+(?P<names>[^:：]+)")
_BARE_LABEL = re.compile(rf"(?P<kind>{_SPACED})\s*[:：]?")
_NEXT_LABEL = re.compile(rf"(?:\s{{2,}}|(?<=[；;。])\s*|[\t\u3000]\s*)(?P<kind>{_SPACED})\s*[:：]\s*")
_SUFFIX = re.compile(
    rf"(?P<suffix>(?:(?<=[委大府协会组局部厅院])(?:各位|主要|分管)?(?:领导同志|领导|负责同志)|(?:等|及|和|、)?(?:相关|有关)(?:{QUALIFIED})(?:[、和及与](?:相关|有关|其他)?(?:{QUALIFIED}))*))$"
)
_COMPLETE = re.compile(rf"(?:{BODY_ENDINGS})(?:[（(][^（）()]*[）)])?\s*$|[）)]\s*$")
_REGION = re.compile(rf"(?:.{{0,8}}各)?(?:{DIVISIONS})(?:[（(][^（）()]*[）)])?(?:[及和与](?:各)?(?:{DIVISIONS}))*")
_TERMINAL = re.compile(r"[。．.;；,，、\s]+$")
_NOT_NAMES = re.compile(rf"\d+月\d+日|\d{{4}}年|[？！“”]|https?:|\d{{5,}}|。(?!\s*$|\s*(?:{_SPACED})\s*[:：])")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the distribution before it is placed in the bulletin.

    Args:
        kind: label without spaces and colon.
        entries: names as printed.
        suffix: qualifier of the whole list.
        removed: colon, separators and end mark, as printed.
    """

    kind: str
    entries: tuple[str, ...]
    suffix: str | None
    removed: str


def starts_group(text: str) -> bool:
    """Whether a line begins with a distribution label and what follows can be names."""
    match = _LABEL.match(text)
    return match is not None and not _NOT_NAMES.search(text[match.end() :])


def spaced_label(text: str) -> re.Match[str] | None:
    """A label and its names with nothing but space between them, as the rows of a table without colons have it."""
    match = _WITHOUT_COLON.fullmatch(text)
    return match if match and not _NOT_NAMES.search(match["names"]) and not text.endswith("。") else None


def without_label(text: str) -> str:
    """The names of a line, without the label that it may begin with."""
    match = _LABEL.match(text)
    return text[match.end() :] if match else text


def is_bare_label(text: str) -> bool:
    """Whether a line (or a table cell) is nothing but a distribution label."""
    return bool(_BARE_LABEL.fullmatch(text))


def read_groups(text: str) -> tuple[Group, ...]:
    """Read the text of one or more groups.

    Args:
        text: begins with a label and its colon.
    """
    first = _LABEL.match(text)
    if first is None:
        return ()
    found = [first, *_NEXT_LABEL.finditer(text, first.end())]
    ends = [match.start() for match in found[1:]] + [len(text)]
    return tuple(
        _group(match["kind"], match.group(), text[match.end() : end]) for match, end in zip(found, ends, strict=True)
    )


def read_group(label: str, names: str) -> Group:
    """Read a group whose label stands apart from its names, as in a table.

    Args:
        label: the label, with or without colon.
        names: the names.
    """
    return _group(label.rstrip(" :："), label, names)


def _group(kind: str, label: str, rest: str) -> Group:
    body = _TERMINAL.sub("", rest.strip())
    names, suffix = _split_suffix(body)
    entries = _merge_regions(split_names(names))
    kept = "".join(entries) + (suffix or "")
    removed = squash(label).removeprefix(squash(kind)) + _difference(squash(rest), squash(kept))
    return Group(squash(kind), entries, suffix, removed)


def _split_suffix(text: str) -> tuple[str, str | None]:
    """Take off the qualifier that belongs to the whole list, if a name stands before it."""
    match = _SUFFIX.search(text)
    if not match or not text[: match.start()].strip() or text[match.start() - 1] in "、，；,; ":
        return text, None
    suffix = match["suffix"]
    if suffix[0] == "、" or not _COMPLETE.search(text[: match.start()]):
        return text, None
    return text[: match.start()], suffix


def split_names(text: str) -> list[str]:
    """Split names at 、；，; and wide gaps, outside brackets and quotation marks."""
    parts: list[str] = []
    current: list[str] = []
    waiting: list[str] = []
    for char in text:
        if waiting and char == waiting[-1]:
            waiting.pop()
        elif char in PAIRS:
            waiting.append(PAIRS[char])
        if not waiting and char in "、；，;,\t":
            parts.append("".join(current).strip())
            current = []
        else:
            current.append(char)
    parts.append("".join(current).strip())
    return [part for part in parts if part]


def _merge_regions(parts: Sequence[str]) -> tuple[str, ...]:
    """Put an enumeration of regions (各省、自治区、直辖市…) together again: it is one entry."""
    merged: list[str] = []
    pending = ""
    for part in parts:
        whole = f"{pending}、{part}" if pending else part
        if _REGION.fullmatch(part):
            pending = whole
        else:
            merged.append(whole)
            pending = ""
    if pending:
        merged.append(pending)
    return tuple(merged)


def _difference(whole: str, kept: str) -> str:
    """Characters of the whole that are not kept, in order; both run in the same order."""
    position = 0
    removed: list[str] = []
    for char in whole:
        if position < len(kept) and kept[position] == char:
            position += 1
        else:
            removed.append(char)
    return "".join(removed)
