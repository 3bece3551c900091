"""Render every variant that a plan needs: one for each list, language and format."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

from distributor.errors import Conflict
from distributor.i18n import LANGUAGES
from distributor.model.canonical import digest_bytes
from distributor.model.recipient import AddressBook, MailFormat, Plan, RecipientList, Role
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignedVariant, VariantKey
from distributor.templating import language_tag
from distributor.usecases.context import Context
from distributor.usecases.render_mail import render_mail


@dataclass(frozen=True, slots=True)
class RenderedVariant:
    """A rendering and its bytes.

    Args:
        signed: the key and the digest that a sign-off binds.
        data: the bytes to be stored.
    """

    signed: SignedVariant
    data: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice of a correction that is to be rendered as well.

    Args:
        record: the bulletin of what was corrected.
        readers: which renderings those who have the old version need.
    """

    record: BulletinRecord
    readers: tuple[VariantKey, ...]


def render_variants(
    context: Context,
    record: BulletinRecord,
    plan: Plan,
    book: AddressBook,
    notice: Notice | None = None,
) -> tuple[RenderedVariant, ...]:
    """Render what the readers of a plan will get, in the order of the plan.

    Args:
        context: the installation.
        record: the bulletin.
        plan: who gets it.
        book: the address book the plan was made from.
        notice: the notice of a correction, or None.

    Raises:
        Conflict: `digest-empty` when a list would get a mail without items.
    """
    lists = {entry.id: entry for entry in book.lists}
    keys = dict.fromkeys(VariantKey(row.list_id, row.language, row.format) for row in (*plan.rows, *plan.alternates))
    rendered = [_render(context, record, lists[key.list_id], key) for key in keys]
    rendered += _render_bound_by_name(context, record, book)
    if notice is not None:
        rendered += _render_notice(context, notice, lists)
    return tuple(rendered)


def _render_bound_by_name(context: Context, record: BulletinRecord, book: AddressBook) -> Collection[RenderedVariant]:
    """Render what subscribers get, whoever they will be: a sign-off binds such a list by its name."""
    rendered = []
    for recipient_list in book.lists:
        if recipient_list.role is Role.SUBSCRIBER:
            # a bulletin in which nothing is public has no digest for them
            with suppress(Conflict):
                for language, mail_format in product(LANGUAGES, MailFormat):
                    key = VariantKey(recipient_list.id, language_tag(language), mail_format)
                    rendered.append(_render(context, record, recipient_list, key))
    return rendered


def _render_notice(context: Context, notice: Notice, lists: Mapping[str, RecipientList]) -> Collection[RenderedVariant]:
    rendered = []
    for key in notice.readers:
        # a list may have left the address book since, and what was corrected may be nothing that its role sees
        with suppress(Conflict, KeyError):
            rendered.append(_render(context, notice.record, lists[key.list_id], key))
    return rendered


def _render(
    context: Context, record: BulletinRecord, recipient_list: RecipientList, key: VariantKey
) -> RenderedVariant:
    data = render_mail(context, record, recipient_list, key).to_bytes()
    return RenderedVariant(SignedVariant(key, digest_bytes(data)), data)
