"""Show what became of a bulletin after it was received: versions, the correction that waits, what was taken back."""

from dataclasses import dataclass

from distributor import publish
from distributor.model.ledger import LedgerRow
from distributor.model.record import ItemRecord
from distributor.model.revision import BulletinRevision, Withdrawal
from distributor.publish import ChangeKind, ItemDifference
from distributor.store import revisions, served, withdrawals
from distributor.usecases.context import Context
from distributor.usecases.show_bulletin import BulletinAtDesk, show_bulletin


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item that the correction that waits brings, changes or drops.

    Args:
        kind: what becomes of it.
        title: its title.
        difference: what is different, word by word.
    """

    kind: ChangeKind
    title: str
    difference: ItemDifference


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a bulletin.

    Args:
        shown: the bulletin.
        items: what the correction that waits changes.
        versions: what readers had, the newest first.
        withdrawal: why the whole bulletin was taken back, or None.
        items_withdrawn: the items that were taken back, with the reason.
        holders: who has the bulletin already, or may have.
    """

    shown: BulletinAtDesk
    items: tuple[ChangedItem, ...]
    versions: tuple[BulletinRevision, ...]
    withdrawal: Withdrawal | None
    items_withdrawn: tuple[tuple[ItemRecord, Withdrawal], ...]
    holders: tuple[LedgerRow, ...]


async def show_changes(context: Context, bulletin_id: str) -> Changes:
    """Give what became of a bulletin.

    Args:
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    shown = await show_bulletin(context, bulletin_id)
    async with context.database.read() as connection:
        versions = await revisions.of_bulletin(connection, bulletin_id)
        whole = await withdrawals.standing(connection, bulletin_id)
        taken = [
            (item, await withdrawals.standing(connection, bulletin_id, item.key))
            for item in shown.record.items
            if item.withdrawn is not None
        ]
        holders = await served.readers(connection, bulletin_id)
    said = tuple((item, withdrawal) for item, withdrawal in taken if withdrawal is not None)
    return Changes(shown, _changed(shown), versions[::-1], whole, said, holders)


def _changed(shown: BulletinAtDesk) -> tuple[ChangedItem, ...]:
    if shown.pending is None:
        return ()
    found = []
    for change in shown.pending.correction.items:
        item = change.after or change.before
        title = item.content.title if item is not None else ""
        found.append(ChangedItem(change.kind, title, publish.item_difference(change)))
    return tuple(found)
