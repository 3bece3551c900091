"""Show what readers had before: every version of an item, with what each correction changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from distributor import publish
from distributor.errors import NotFound
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.model.revision import ItemRevision
from distributor.publish import ChangeKind, ItemChange, ItemDifference
from distributor.store import bulletins, revisions
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """The words of an item in one version.

    Args:
        words: the version.
        difference: what it changed in the one before it, None for the first.
    """

    words: ItemRevision
    difference: ItemDifference | None


@dataclass(frozen=True, slots=True)
class ItemVersions:
    """An item and what became of its words.

    Args:
        record: the bulletin it stands in.
        item: the item as it is now.
        versions: its words, oldest first.
        notes: what the editor said about each version of the bulletin.
    """

    record: BulletinRecord
    item: ItemRecord
    versions: tuple[ItemVersion, ...]
    notes: Mapping[int, str]


async def read_item_versions(context: Context, bulletin_id: str, key: str) -> ItemVersions:
    """Give the words that an item had, each with what it changed.

    Args:
        context: the installation.
        bulletin_id: the bulletin.
        key: key of the item.

    Raises:
        NotFound: `bulletin-unknown`, `item-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        item = next((one for one in record.items if one.key == key), None)
        if item is None:
            raise NotFound("item-unknown", key=key)
        words = await revisions.of_item(connection, key)
        notes = {one.revision: one.note for one in await revisions.of_bulletin(connection, bulletin_id)}
    return ItemVersions(record, item, _compared(item, words), notes)


def _compared(item: ItemRecord, words: tuple[ItemRevision, ...]) -> tuple[ItemVersion, ...]:
    standing = replace(item, withdrawn=None)
    versions = [_version(standing, one) for one in words]
    changes = (ItemChange(ChangeKind.CHANGED, before, after) for before, after in pairwise(versions))
    differences = [None, *map(publish.item_difference, changes)]
    return tuple(ItemVersion(one, difference) for one, difference in zip(words, differences, strict=True))


def _version(item: ItemRecord, words: ItemRevision) -> ItemRecord:
    return replace(item, section=words.section, content=words.content, revision=words.revision)
