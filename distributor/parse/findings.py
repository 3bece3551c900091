"""Findings about the structure: what an editor must look at before a bulletin can be published."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from distributor.model.bulletin import Bulletin, DistributionGroup, Item, Masthead, Noise
from distributor.model.finding import Finding, Level
from distributor.parse.chars import open_brackets, squash
from distributor.parse.contents import Contents, bare_title
from distributor.parse.given import Given
from distributor.parse.words import SECRECY

UNSURE = 0.6  # confidence below which a person has to look at the structure
_LONGEST_TITLE = 60  # characters
_MOST = 0.5  # share of attributed items from which a missing attribution is unusual
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SECRET = re.compile(rf"(?:密级[:：])?(?:{SECRECY})(?:[★☆].{{0,8}}|[\d一二三四五六七八九十]+年)?")
_BODIES = re.compile(r"([^，。、：；！？“”《》（）\s]{2,10}?)联盟")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the findings about the structure are drawn from.

    Args:
        bulletin: with the metadata given by hand already filled in.
        noise: everything that belongs to no node.
        contents: the contents table.
        repeated: source lines of distribution labels beyond the first footer.
        ragged: source line of a last paragraph that breaks off, or None.
    """

    bulletin: Bulletin
    noise: tuple[Noise, ...]
    contents: Contents
    repeated: tuple[int, ...] = ()
    ragged: int | None = None


def filled(masthead: Masthead, given: Given) -> tuple[Masthead, tuple[Finding, ...]]:
    """Fill what the masthead lacks from what the caller knows, and say so; say what is still missing.

    Args:
        masthead: as read.
        given: as the caller knows it.
    """
    found: list[Finding] = []
    values = {
        "title": ("title", masthead.title, given.title),
        "issue": ("number", masthead.issue, given.issue),
        "date": ("date", masthead.date, given.date),
        "publisher": ("publisher", masthead.publisher, given.publisher),
    }
    for field, (code, printed, known) in values.items():
        if printed is None and known:
            masthead = replace(masthead, **{field: known})
            found.append(Finding(Level.INFO, f"{code}-given", None, {"value": known}))
        elif printed is None and field != "publisher":
            found.append(Finding(Level.WARNING, f"{code}-missing"))
    return masthead, tuple(found)


def structure_findings(evidence: Evidence) -> tuple[Finding, ...]:
    """All findings about sections, items, contents table, footer and marks, in the order of the bulletin."""
    bulletin = evidence.bulletin
    return (
        *_secrecy(evidence.noise),
        *_contents(bulletin, evidence.contents),
        *_sections(bulletin),
        *item_findings(bulletin.items),
        *_footer(evidence),
    )


def item_findings(items: Sequence[Item]) -> tuple[Finding, ...]:
    """All findings about the items by themselves, whatever stands around them.

    Args:
        items: all items of a bulletin, in order.
    """
    return (*_items(items), *_duplicates(items))


def _secrecy(noise: Sequence[Noise]) -> Iterator[Finding]:
    for entry in noise:
        mark = _SECRET.match(squash(entry.text))
        if mark and mark.end() == len(squash(entry.text)):
            yield Finding(Level.BLOCKING, "secrecy-mark", entry.line, {"mark": squash(entry.text)})


def _contents(bulletin: Bulletin, contents: Contents) -> Iterator[Finding]:
    """Titles that the contents table promises and the body lacks, and the other way round."""
    if not contents.entries:
        return
    titles = {bare_title(item.title): item for item in bulletin.items}
    names = {bare_title(section.title) for section in bulletin.sections if section.title}
    promised = {entry.text for entry in contents.entries}
    for entry in contents.entries:
        if entry.text not in titles and entry.text not in names:
            yield Finding(Level.WARNING, "contents-without-item", entry.line, {"title": entry.text})
    for text, item in titles.items():
        if text not in promised:
            yield Finding(Level.WARNING, "item-not-in-contents", item.line, {"title": item.title})


def _sections(bulletin: Bulletin) -> Iterator[Finding]:
    for section in bulletin.sections:
        if not section.items:
            yield Finding(Level.WARNING, "empty-section", section.line, {"section": section.title or ""})


def _items(items: Sequence[Item]) -> Iterator[Finding]:
    attributed = sum(item.attribution is not None for item in items)
    usual = Level.WARNING if attributed >= _MOST * len(items) else Level.INFO
    for item in items:
        about = {"title": item.title}
        if item.confidence < UNSURE:
            yield Finding(Level.BLOCKING, "unclear-structure", item.line, about)
        if not item.paragraphs:
            yield Finding(Level.WARNING, "item-without-body", item.line, about)
        if item.attribution is None:
            yield Finding(usual, "missing-attribution", item.line, about)
        yield from _title(item, about)
        yield from _mismatch(item)


def _title(item: Item, about: dict[str, str]) -> Iterator[Finding]:
    if len(item.title) > _LONGEST_TITLE:
        yield Finding(Level.WARNING, "long-title", item.line, {**about, "length": str(len(item.title))})
    if item.title[-1:] in "，、；：。,;:" or open_brackets(item.title) or not item.title.strip("0123456789. "):
        yield Finding(Level.WARNING, "suspicious-title", item.line, about)


def _mismatch(item: Item) -> Iterator[Finding]:
    """The alliance that opens the title should be the one that supplied the item."""
    opening = _BODIES.match(item.title)
    if not opening or item.attribution is None:
        return
    suppliers = [body for body in item.attribution.organizations if "联盟" in body]
    if suppliers and not any(_abbreviates(opening.group(1), body) for body in suppliers):
        names = {"title": item.title, "attribution": "、".join(suppliers)}
        yield Finding(Level.WARNING, "attribution-mismatch", item.line, names)


def _abbreviates(short: str, name: str) -> bool:
    """Whether all characters of a short name come in the full name in the same order."""
    rest = iter(name)
    return all(char in rest for char in short)


def _duplicates(items: Sequence[Item]) -> Iterator[Finding]:
    first: dict[str, Item] = {}
    for item in items:
        keys = {squash(item.title), squash("".join(item.paragraphs)) or squash(item.title)}
        twin = next((first[key] for key in sorted(keys) if key in first), None)
        if twin is not None:
            yield Finding(Level.WARNING, "duplicate-item", item.line, {"title": item.title, "first": str(twin.line)})
        first |= dict.fromkeys(keys - first.keys(), item)


def _footer(evidence: Evidence) -> Iterator[Finding]:
    groups = evidence.bulletin.distribution
    if not groups:
        yield Finding(Level.BLOCKING, "no-footer")
    for line in evidence.repeated:
        yield Finding(Level.WARNING, "second-footer", line)
    for group in groups:
        yield from _addresses(group)
    if evidence.ragged is not None:
        yield Finding(Level.WARNING, "text-breaks-off", evidence.ragged)


def _addresses(group: DistributionGroup) -> Iterator[Finding]:
    for entry in (*group.entries, group.suffix or ""):
        for address in _ADDRESS.findall(entry):
            yield Finding(Level.BLOCKING, "address-in-footer", group.line, {"address": address, "entry": entry})


def repeated_labels(first: Sequence[DistributionGroup], *others: Sequence[DistributionGroup]) -> tuple[int, ...]:
    """Source lines of labels that come a second time: in the same footer, or in another one.

    Args:
        first: groups of the first footer.
        others: groups found elsewhere.
    """
    seen: set[str] = set()
    lines: list[int] = []
    for groups in (first, *others):
        for group in groups:
            if group.kind in seen:
                lines.append(group.line)
            seen.add(group.kind)
    return tuple(lines)
