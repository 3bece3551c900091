"""Send a mail to an address of one's own, to see how it arrives: a bulletin marked as a preview, or a plain test."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, compose, recipients, tokens
from distributor.access import Act, Actor
from distributor.errors import Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.notice import Notice, NoticeKind
from distributor.model.recipient import MailFormat
from distributor.model.run import Mailing
from distributor.model.sign_off import VariantKey
from distributor.store import notices
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.preview_mail import Reader, build, marked, render_one

# the caller sends it itself; if it dies before, a worker does so
_HELD_BACK = timedelta(minutes=15)


async def send_preview(
    context: Context, actor: Actor, address: str, bulletin_id: str, key: VariantKey, *, at_once: bool = True
) -> Notice:
    """Owe a mail to somebody who wants to see a bulletin as a list would get it; a worker sends it.

    It need not be signed: it says in its subject that it is a preview, and goes to nobody in the address book. The
    ledger of runs knows nothing of it, the audit log does.

    Args:
        context: the installation.
        actor: who wants to see it.
        address: where to.
        bulletin_id: the bulletin.
        key: list, language and format.
        at_once: a worker sends it; False when the caller does so itself.

    Raises:
        AddressRefused: for an address that is none.
        Refused: `test-mail-recipient` for an address of the address book.
        NotFound: `bulletin-unknown` or `list-unknown`.
        Conflict: `digest-empty`.
    """
    access.require(actor, Act.DESIGN_MAIL)
    # what cannot be rendered is said now and not by the worker
    await render_one(context, bulletin_id, key)
    details = {"bulletin": bulletin_id, "list": key.list_id, "language": key.language, "format": key.format.value}
    details["mailing"] = key.mailing.value
    touched = Touched("bulletin", bulletin_id)
    return await _owe(context, actor, NoticeKind.PREVIEW, address, touched, details, at_once=at_once)


async def send_test(context: Context, actor: Actor, address: str, *, at_once: bool = True) -> Notice:
    """Owe a mail that says nothing but that it arrived.

    Args:
        context: the installation.
        actor: who tries.
        address: where to.
        at_once: a worker sends it; False when the caller does so itself.

    Raises:
        AddressRefused: for an address that is none.
        Refused: `test-mail-recipient` for an address of the address book.
    """
    access.require(actor, Act.DESIGN_MAIL)
    touched = Touched("mail", NoticeKind.TEST.value)
    return await _owe(context, actor, NoticeKind.TEST, address, touched, {"by": actor.name}, at_once=at_once)


async def preview_message(context: Context, notice: Notice) -> bytes:
    """Make the bytes of a preview that is owed.

    Args:
        context: the installation, as `designed` gave it.
        notice: the notice.
    """
    asked = {name: str(value) for name, value in notice.details.items()}
    key = VariantKey(
        asked["list"], asked["language"], MailFormat(asked["format"]), Mailing(asked.get("mailing", Mailing.DIGEST))
    )
    _, mail = await render_one(context, asked["bulletin"], key)
    reader = Reader(notice.address, None, mail.reader.body)
    message_id = compose.mint_message_id(notice.id, context.sender)
    shown = replace(mail, variant=marked(mail.variant))
    return await anyio.to_thread.run_sync(partial(build, context, shown, key, reader, message_id))


async def _owe(  # noqa: PLR0913  the parts of one row of the log and one of the outbox
    context: Context,
    actor: Actor,
    kind: NoticeKind,
    address: str,
    touched: Touched,
    details: dict[str, str],
    *,
    at_once: bool,
) -> Notice:
    cleaned = recipients.clean_address(address)
    notice_id = tokens.new_id()
    notice = Notice(notice_id, kind, notice_id, cleaned, context.now(), details)
    async with context.database.write() as connection:
        await _require_own(connection, cleaned)
        now = await context.database.now(connection)
        await notices.add(connection, notice, now if at_once else now + _HELD_BACK)
        await record_act(connection, context, actor, AuditAct.TEST_MAIL, touched, {**details, "to": cleaned})
    return notice


async def _require_own(connection: AsyncConnection, address: str) -> None:
    """Refuse a recipient: nothing that is not signed goes to one."""
    if await notices.bodies_of(connection, address):
        raise Refused("test-mail-recipient", address=address)
