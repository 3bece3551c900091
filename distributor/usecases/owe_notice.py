"""Owe the secretariat a notice; a worker makes and sends it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import tokens
from distributor.model.notice import Notice, NoticeKind
from distributor.store import notices
from distributor.usecases.context import Context


async def owe(connection: AsyncConnection, context: Context, kind: NoticeKind, object_id: str) -> bool:
    """Owe the secretariat a notice about something, within the transaction in which it happens.

    Args:
        connection: an open writing transaction.
        context: the installation.
        kind: what it says.
        object_id: what it is about.
    """
    notice = Notice(tokens.new_id(), kind, object_id, context.sender.reply_to, context.now())
    return await notices.add(connection, notice, await context.database.now(connection))
