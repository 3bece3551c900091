"""Corrections (更正): a corrected version takes the place of a bulletin, and every item stays the item it was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from distributor.model.bulletin import Masthead
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord, Original
from distributor.publish.addresses import tag_uri
from distributor.publish.matching import match_items


class ChangeKind(StrEnum):
    """What a correction did to an item."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What a correction did to one item.

    Args:
        kind: added, changed or removed.
        before: the item as readers have it; None when it was added.
        after: the item as it is now; None when it was removed before anybody could read it.
    """

    kind: ChangeKind
    before: ItemRecord | None
    after: ItemRecord | None


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected bulletin and what is different in it.

    Args:
        record: the bulletin as it is now; the very same record when nothing is different.
        items: what happened to items, in the order of the bulletin.
        reordered: whether items that stayed stand in another order.
        frame: whether masthead, preamble or distribution differ.
    """

    record: BulletinRecord
    items: tuple[ItemChange, ...]
    reordered: bool
    frame: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different that readers get to see; the file itself may be another."""
        return not (self.items or self.reordered or self.frame)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item of the corrected bulletin, and what it was before."""

    before: ItemRecord | None
    after: ItemRecord

    @property
    def is_changed(self) -> bool:
        return self.before is None or _words(self.before) != _words(self.after)


def apply_correction(
    old: BulletinRecord, new: BulletinRecord, publication: Publication, moment: datetime
) -> Correction:
    """Put a corrected version in the place of a bulletin.

    Items keep key, tag URI, first date and visibility; only those whose words differ get a new revision and date.
    An item that is no longer in a published bulletin is withdrawn and keeps its place, so that its page can say so;
    one that was withdrawn stays so. What the new masthead lacks is taken from the old one.

    Args:
        old: the bulletin as it is kept.
        new: the corrected file as it was received, with keys of its own.
        publication: mints the tag URIs of added items.
        moment: the moment of the correction, with its zone.
    """
    matched = match_items(old.items, new.items)
    drafts = [_succeed(old, matched.get(index), item) for index, item in enumerate(new.items)]
    gone = [item for index, item in enumerate(old.items) if index not in matched.values()]
    if old.published is not None:
        drafts = _stamped(drafts, publication, moment)
        for item in gone:
            drafts.insert(_place_of(item, old, drafts), _Draft(item, _dropped(item, moment)))
    drafts = [_Draft(draft.before, replace(draft.after, position=at)) for at, draft in enumerate(drafts)]
    changes = [*_changes(drafts), *(_removal(item) for item in gone if old.published is None)]
    kept = [matched[index] for index in range(len(new.items)) if index in matched]
    return _correction(old, new, drafts, tuple(changes), reordered=kept != sorted(kept))


def originals_by_item(history: Iterable[BulletinRecord]) -> Mapping[str, Original]:
    """Tell for each item of a corrected bulletin the file it was offered with when its words last changed.

    A corrected file has another size and perhaps another name; entries of items that it does not change must stay
    as they are, so they go on naming the file they came with. The address is the same for all of them.

    Args:
        history: all versions of one bulletin since its first publication, oldest first.
    """
    found: dict[str, tuple[int, Original]] = {}
    for record in history:
        for item in record.items:
            known = found.get(item.key)
            if record.published is not None and (known is None or known[0] != item.revision):
                found[item.key] = (item.revision, record.original)
    return {key: original for key, (_, original) in found.items()}


def _succeed(old: BulletinRecord, former: int | None, item: ItemRecord) -> _Draft:
    if former is None:
        return _Draft(None, item)
    before = old.items[former]
    # a file says nothing about who may see an item: what an editor decided stays decided
    content = replace(item.content, visibility=before.content.visibility)
    return _Draft(before, replace(before, section=item.section, content=content, dropped=False))


def _words(item: ItemRecord) -> tuple[object, ...]:
    return item.section, item.content.title, item.content.paragraphs, item.content.attribution


def _stamped(drafts: Sequence[_Draft], publication: Publication, moment: datetime) -> list[_Draft]:
    """Give changed and added items distinct seconds, descending by position, as at first publication."""
    newest = moment.astimezone(ZoneInfo(publication.time_zone)).replace(microsecond=0)
    stamped: list[_Draft] = []
    changed = 0
    for draft in drafts:
        if draft.is_changed:
            stamped.append(_Draft(draft.before, _revised(draft, publication, newest - timedelta(seconds=changed))))
            changed += 1
        else:
            stamped.append(draft)
    return stamped


def _revised(draft: _Draft, publication: Publication, moment: datetime) -> ItemRecord:
    item = draft.after
    if draft.before is None:
        uri = tag_uri(publication, f"items/{item.key}")
        return replace(item, tag_uri=uri, published=moment, updated=moment)
    last = draft.before.updated
    # a correction within seconds of the publication still moves the date forward
    updated = moment if last is None or moment > last else last + timedelta(seconds=1)
    return replace(item, revision=item.revision + 1, updated=updated)


def _dropped(item: ItemRecord, moment: datetime) -> ItemRecord:
    return replace(item, withdrawn=item.withdrawn or moment, dropped=True)


def _place_of(item: ItemRecord, old: BulletinRecord, drafts: Sequence[_Draft]) -> int:
    """Find the place behind the item that stood before it, wherever that one is now."""
    former = old.items.index(item)
    if former == 0:
        return 0
    keys = [draft.before.key if draft.before is not None else None for draft in drafts]
    return keys.index(old.items[former - 1].key) + 1


def _changes(drafts: Iterable[_Draft]) -> Iterable[ItemChange]:
    for draft in drafts:
        before, after = draft.before, draft.after
        if before is None:
            yield ItemChange(ChangeKind.ADDED, None, after)
        elif after.withdrawn != before.withdrawn:
            yield ItemChange(ChangeKind.REMOVED, before, after)
        elif draft.is_changed:
            yield ItemChange(ChangeKind.CHANGED, before, after)


def _removal(item: ItemRecord) -> ItemChange:
    return ItemChange(ChangeKind.REMOVED, item, None)


def _completed(old: Masthead, new: Masthead) -> Masthead:
    return Masthead(
        title=new.title or old.title,
        issue=new.issue or old.issue,
        date=new.date or old.date,
        publisher=new.publisher or old.publisher,
    )


def _correction(
    old: BulletinRecord,
    new: BulletinRecord,
    drafts: Sequence[_Draft],
    changes: tuple[ItemChange, ...],
    *,
    reordered: bool,
) -> Correction:
    masthead = _completed(old.masthead, new.masthead)
    frame = (masthead, new.preamble, new.distribution) != (old.masthead, old.preamble, old.distribution)
    if not changes and not reordered and not frame and new.original.sha256 == old.original.sha256:
        return Correction(old, (), reordered=False, frame=False)
    record = replace(
        old,
        masthead=masthead,
        preamble=new.preamble,
        items=tuple(draft.after for draft in drafts),
        distribution=new.distribution,
        original=new.original,
        revision=old.revision + 1,
        findings=new.findings,
    )
    return Correction(record, changes, reordered=reordered, frame=frame)
