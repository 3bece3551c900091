"""Make changes of the address book and write them down, in its history and in the audit log."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import tokens
from distributor.access import Actor
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest
from distributor.model.history import BookAct, Change, RecordedAct
from distributor.store import book_changes
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context

MOST_DETAIL = 400


def new_act(context: Context, actor: Actor, act: BookAct, detail: str) -> RecordedAct:
    """Mint an act.

    Args:
        context: the installation.
        actor: who acts.
        act: what they do.
        detail: name of the file, of the row, or of the act that is undone.
    """
    return RecordedAct(tokens.new_key(), context.now(), actor.name, act, detail[:MOST_DETAIL])


async def record_book_act(
    connection: AsyncConnection,
    context: Context,
    actor: Actor,
    act: RecordedAct,
    changes: Sequence[Change],
) -> RecordedAct:
    """Make the changes of an act; call it last in a transaction.

    Args:
        connection: an open writing transaction.
        context: the installation.
        actor: who acts.
        act: from `new_act`.
        changes: what to do.
    """
    recorded = await book_changes.record(connection, act, changes)
    await audit_book_act(connection, context, actor, recorded, digest([change.after for change in changes]))
    return recorded


async def audit_book_act(
    connection: AsyncConnection, context: Context, actor: Actor, act: RecordedAct, after: str
) -> None:
    """Write an act upon the address book into the audit log; its history has every row.

    Args:
        connection: an open writing transaction.
        context: the installation.
        actor: who acts.
        act: the act.
        after: digest of what it made.
    """
    kind = AuditAct.ADJUST_PLAN if act.act is BookAct.ADJUST else AuditAct.EDIT_BOOK
    details = {"act": act.act.value, "detail": act.detail, "changes": act.count}
    await record_act(connection, context, actor, kind, Touched("address-book", act.id, None, after), details)
