"""Show a mail as one list would get it now, signed or not: parts, headers, size, and what filters may say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import partial
from typing import Final

import anyio.to_thread

from distributor import compose, tokens
from distributor.compose import SpamHint
from distributor.errors import NotFound
from distributor.i18n import negotiate
from distributor.model.message import Personal, Variant
from distributor.model.recipient import AddressBook, MailFormat, RecipientList
from distributor.model.record import BulletinRecord
from distributor.model.run import Mailing
from distributor.model.sign_off import VariantKey
from distributor.store import blobs
from distributor.usecases.context import Context
from distributor.usecases.pending_correction import to_be_signed
from distributor.usecases.plan_bulletin import plan_record
from distributor.usecases.render_mail import designed, render_mail

# its tokens open nothing: who follows the links of a preview stops nobody's mail
_PURPOSE: Final = "preview"
_PREFIX: Final = "[预览] "


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose mail is shown.

    Args:
        address: where to.
        name: name in To, or None.
        body: name of the body, or empty.
    """

    address: str
    name: str | None
    body: str


@dataclass(frozen=True, slots=True)
class PreviewedMail:
    """One mail in its parts.

    Args:
        record: the bulletin.
        recipient_list: the list.
        lists: all lists there are, to choose another one.
        key: which rendering.
        variant: the rendering; its attachment stands in it.
        headers: names and decoded values, in order.
        html: the HTML part with the values of a reader, or None.
        text: the text part with them.
        size: bytes of the whole message.
        html_size: bytes of the HTML, which Gmail cuts above the limit.
        limit: that limit.
        hints: what filters may hold against it.
    """

    record: BulletinRecord
    recipient_list: RecipientList
    lists: tuple[RecipientList, ...]
    key: VariantKey
    variant: Variant
    headers: tuple[tuple[str, str], ...]
    html: str | None
    text: str
    size: int
    html_size: int
    limit: int
    hints: tuple[SpamHint, ...]


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail that is ready for one reader.

    Args:
        record: the bulletin.
        recipient_list: the list.
        lists: all lists there are.
        variant: the rendering.
        attached: bytes of its attachment, or None.
        reader: somebody of the list, or the secretariat where it is empty.
    """

    record: BulletinRecord
    recipient_list: RecipientList
    lists: tuple[RecipientList, ...]
    variant: Variant
    attached: bytes | None
    reader: Reader


async def preview_mail(context: Context, bulletin_id: str, key: VariantKey | None = None) -> PreviewedMail:
    """Render a mail as it would be signed now.

    Args:
        context: the installation.
        bulletin_id: the bulletin.
        key: list, language, format and kind; None for the digest of the first list that gets it, in Chinese with HTML.

    Raises:
        NotFound: `bulletin-unknown` or `list-unknown`, `correction-unknown` for a notice where nothing was corrected.
        Conflict: `digest-empty` when the list would get nothing.
    """
    shown = await designed(context)
    chosen, mail = await render_one(shown, bulletin_id, key)
    message = await anyio.to_thread.run_sync(
        partial(build, shown, mail, chosen, mail.reader, "<preview@preview.example>")
    )
    parsed = BytesParser(EmailMessage, policy=default).parsebytes(message)
    html, text = _part(parsed, "html"), _part(parsed, "plain")
    return PreviewedMail(
        record=mail.record,
        recipient_list=mail.recipient_list,
        lists=mail.lists,
        key=chosen,
        variant=mail.variant,
        headers=tuple((name, str(value)) for name, value in parsed.items()),
        html=html,
        text=text or "",
        size=len(message),
        html_size=len((html or "").encode()),
        limit=compose.SIZE_LIMIT,
        hints=compose.spam_hints(mail.variant),
    )


async def render_one(context: Context, bulletin_id: str, key: VariantKey | None) -> tuple[VariantKey, RenderedMail]:
    """Render what one list gets of a bulletin once it is signed, and find somebody to show it to.

    Args:
        context: the installation, as `designed` gave it.
        bulletin_id: the bulletin.
        key: list, language, format and kind, or None for the first one that gets it.

    Raises:
        NotFound: `bulletin-unknown`, `list-unknown` or `correction-unknown`.
        Conflict: `digest-empty`.
    """
    async with context.database.read() as connection:
        record, notice = await to_be_signed(connection, context, bulletin_id)
        plan, book = await plan_record(connection, record, context.now().date())
    row = next((row for row in plan.rows if key is None or row.list_id == key.list_id), None)
    chosen = key
    if chosen is None:
        first = row.list_id if row is not None else next((entry.id for entry in book.lists), "")
        chosen = VariantKey(first, context.publication.language, MailFormat.HTML)
    recipient_list = _list_of(book, chosen.list_id)
    said = record
    if chosen.mailing is Mailing.CORRECTION:
        if notice is None:
            raise NotFound("correction-unknown", id=bulletin_id)
        said = notice.record
    variant = await anyio.to_thread.run_sync(partial(render_mail, context, said, recipient_list, chosen))
    reader = Reader(context.sender.reply_to, None, "")
    if row is not None:
        reader = Reader(row.address, row.display_name, row.organization_name)
    attached = await _attached(context, variant)
    return chosen, RenderedMail(record, recipient_list, book.lists, variant, attached, reader)


def build(context: Context, mail: RenderedMail, key: VariantKey, reader: Reader, message_id: str) -> bytes:
    """Make the bytes for one reader, with links that stop nobody's mail, and sign them.

    Args:
        context: the installation.
        mail: what was rendered.
        key: which rendering.
        reader: whose mail it is.
        message_id: with angle brackets.
    """
    language = negotiate(key.language)
    frame = compose.message_frame(
        context.publication, context.sender, mail.recipient_list, mail.record.id, language, key.mailing
    )
    frame = replace(frame, idempotency_header=context.conduct.idempotency_header)
    token = tokens.sign(_PURPOSE, [reader.address, key.list_id], context.token_keys)
    page = f"{context.publication.base_url}/unsubscribe/{token}"
    personal = Personal(
        address=reader.address,
        display_name=reader.name,
        greeting=compose.greeting_for(mail.recipient_list.role, reader.body, language),
        unsubscribe_url=page,
        unsubscribe_mailto=compose.unsubscribe_mailto(context.sender.reply_to, token),
        preferences_url=page,
        message_id=message_id,
        idempotency_key=tokens.new_id(),
        sent=context.now(),
    )
    message = compose.prepare(mail.variant, frame, mail.attached).build(personal)
    return compose.sign(message, context.dkim_keys, personal.sent)


def marked(variant: Variant) -> Variant:
    """Give a rendering whose subject says that it is a preview."""
    return replace(variant, subject=_PREFIX + variant.subject)


async def _attached(context: Context, variant: Variant) -> bytes | None:
    if variant.attachment is None:
        return None
    async with context.database.read() as connection:
        return await blobs.get(connection, variant.attachment.sha256)


def _list_of(book: AddressBook, list_id: str) -> RecipientList:
    found = next((entry for entry in book.lists if entry.id == list_id), None)
    if found is None:
        raise NotFound("list-unknown", list=list_id[:100], known=_names(book.lists))
    return found


def _names(lists: Sequence[RecipientList]) -> str:
    return "、".join(entry.id for entry in lists)


def _part(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body((subtype,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")
