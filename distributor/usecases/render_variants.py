"""Render every variant that a plan needs: one for each list, language and format."""

from dataclasses import dataclass

from distributor import compose
from distributor.i18n import negotiate
from distributor.model.canonical import digest_bytes
from distributor.model.recipient import AddressBook, Plan
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignedVariant, VariantKey
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class RenderedVariant:
    """A rendering and its bytes.

    Args:
        signed: the key and the digest that a sign-off binds.
        data: the bytes to be stored.
    """

    signed: SignedVariant
    data: bytes


def render_variants(
    context: Context,
    record: BulletinRecord,
    plan: Plan,
    book: AddressBook,
) -> tuple[RenderedVariant, ...]:
    """Render what the readers of a plan will get, in the order of the plan.

    Args:
        context: the installation.
        record: the bulletin.
        plan: who gets it.
        book: the address book the plan was made from.

    Raises:
        Conflict: `digest-empty` when a list would get a mail without items.
    """
    lists = {entry.id: entry for entry in book.lists}
    keys = dict.fromkeys(VariantKey(row.list_id, row.language, row.format) for row in plan.rows)
    rendered = []
    for key in keys:
        chosen = compose.digest_context(context.publication, record, lists[key.list_id])
        data = compose.render_digest(chosen, negotiate(key.language), key.format).to_bytes()
        rendered.append(RenderedVariant(SignedVariant(key, digest_bytes(data)), data))
    return tuple(rendered)
