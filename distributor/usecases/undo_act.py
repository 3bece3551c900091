"""Take an act upon the address book back."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, recipients
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.history import BookAct, Change, RecordedAct, Subject
from distributor.store import address_book, book_changes, book_rows
from distributor.usecases.context import Context
from distributor.usecases.edit_book import verify_contacts
from distributor.usecases.record_book_act import new_act, record_book_act


async def undo_act(context: Context, actor: Actor, act_id: str) -> RecordedAct:
    """Make every row an act changed what it was before, the order of lists too.

    Args:
        context: the installation.
        actor: who takes it back.
        act_id: the act.

    Raises:
        NotFound: `act-unknown`.
        Conflict: `act-undone`, or `row-changed-since` with a row that somebody has changed since.
        Refused: an `edit-…` code when the address book would contradict itself.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.write() as connection:
        act = await book_changes.get_act(connection, act_id)
        if act.undone is not None:
            raise Conflict("act-undone", id=act_id)
        changes = tuple(change.reversed for change in await book_changes.changes_of(connection, act_id))
        if any(change.subject is Subject.LIST for change in changes):
            access.require(actor, Act.CONFIGURE)
        await _require_unchanged(connection, changes)
        book = recipients.changed_book(await address_book.load_outline(connection), changes)
        await verify_contacts(connection, book, changes)
        undo = new_act(context, actor, BookAct.UNDO, act_id)
        order = await book_changes.list_order_before(connection, act_id)
        recorded = await record_book_act(connection, context, actor, undo, changes)
        if order:
            await address_book.order_lists(connection, order)
        await book_changes.mark_undone(connection, act_id, undo.id)
    return recorded


async def _require_unchanged(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    by_subject: dict[Subject, list[Change]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, []).append(change)
    for subject, same in by_subject.items():
        kept = await book_rows.load_rows(connection, subject, [change.id for change in same])
        for change in same:
            if kept.get(change.id) != change.before:
                raise Conflict("row-changed-since", key=change.id)
