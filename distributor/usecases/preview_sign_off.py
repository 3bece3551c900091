"""Show exactly what a sign-off would bind, and sign nothing."""

from dataclasses import dataclass
from functools import partial

import anyio.to_thread

from distributor.errors import Conflict
from distributor.model.finding import Finding
from distributor.model.recipient import AddressBook, Plan
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignedVariant, SignOff, renderings_hash
from distributor.store import sign_offs
from distributor.usecases.context import Context
from distributor.usecases.pending_correction import to_be_signed
from distributor.usecases.plan_bulletin import plan_record
from distributor.usecases.render_mail import designed
from distributor.usecases.render_variants import render_variants
from distributor.usecases.sign_off_bulletin import Seen, blocking_findings, bound_by, is_waivable, settled_by_plan


@dataclass(frozen=True, slots=True)
class SignOffPreview:
    """What a sign-off would bind.

    Args:
        record: the bulletin.
        plan: who would get it.
        book: the address book that the plan was made of.
        variants: the renderings that would be stored.
        waivable: blocking findings that the approver may take upon themselves.
        fatal: blocking findings that nobody may.
        seen: what has to be handed back with the decision.
        earlier: the newest sign-off there is, or None.
    """

    record: BulletinRecord
    plan: Plan
    book: AddressBook
    variants: tuple[SignedVariant, ...]
    waivable: tuple[Finding, ...]
    fatal: tuple[Finding, ...]
    seen: Seen
    earlier: SignOff | None

    @property
    def changed_since(self) -> tuple[str, ...]:
        """What is different from the earlier sign-off: content, plan, renderings; nothing when it binds just this."""
        return () if self.earlier is None else self.seen.differences(bound_by(self.earlier))

    @property
    def can_be_signed(self) -> bool:
        """Whether only the approver's word is missing."""
        return not (self.fatal or self.plan.unresolved or self.plan.without_contact)


async def preview_sign_off(context: Context, bulletin_id: str) -> SignOffPreview:
    """Make plan and renderings as a sign-off would.

    Args:
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
        Conflict: `bulletin-withdrawn`, or `digest-empty`.
    """
    async with context.database.read() as connection:
        record, notice = await to_be_signed(connection, context, bulletin_id)
        plan, book = await plan_record(connection, record, context.now().date())
        earlier = await sign_offs.latest(connection, bulletin_id)
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=bulletin_id)
    shown = await designed(context)
    rendered = await anyio.to_thread.run_sync(partial(render_variants, shown, record, plan, book, notice))
    variants = tuple(variant.signed for variant in rendered)
    blocking = blocking_findings(record, settled_by_plan(plan))
    return SignOffPreview(
        record=record,
        plan=plan,
        book=book,
        variants=variants,
        waivable=tuple(finding for finding in blocking if is_waivable(finding)),
        fatal=tuple(finding for finding in blocking if not is_waivable(finding)),
        seen=Seen(record.content_hash, plan.hash, renderings_hash(variants)),
        earlier=earlier,
    )
