"""Show what readers had before: every version of a bulletin, and of an item with what each correction changed."""

from dataclasses import dataclass, replace
from itertools import pairwise

from distributor import publish
from distributor.model.record import ItemRecord
from distributor.model.revision import BulletinRevision, ItemRevision
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


async def read_versions(context: Context, bulletin_id: str) -> tuple[BulletinRevision, ...]:
    """Give the versions of a bulletin that readers had, oldest first.

    Args:
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        await bulletins.get(connection, bulletin_id)
        return await revisions.of_bulletin(connection, bulletin_id)


async def read_item_versions(context: Context, key: str) -> tuple[ItemVersion, ...]:
    """Give the words that an item had, oldest first, each with what it changed.

    Args:
        context: the installation.
        key: key of the item.

    Raises:
        NotFound: `item-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.find_by_item(connection, key)
        words = await revisions.of_item(connection, key)
    item = next(one for one in record.items if one.key == key)
    standing = replace(item, withdrawn=None)
    versions = [_version(standing, one) for one in words]
    changes = (ItemChange(ChangeKind.CHANGED, before, after) for before, after in pairwise(versions))
    differences = [None, *map(publish.item_difference, changes)]
    return tuple(ItemVersion(one, difference) for one, difference in zip(words, differences, strict=True))


def _version(item: ItemRecord, words: ItemRevision) -> ItemRecord:
    return replace(item, section=words.section, content=words.content, revision=words.revision)
