"""Make the plan of a bulletin: who gets it, who does not and why, and what differs from the issue before."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.model.extras import Adjustments
from distributor.model.recipient import AddressBook, Plan
from distributor.model.record import BulletinRecord
from distributor.recipients import PlanDifference
from distributor.store import address_book, bulletins, plan_adjustments, previous_plans, suppressions
from distributor.store.previous_plans import SignedPlan
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class PlanReview:
    """Everything a person looks at before a plan is signed.

    Args:
        record: the bulletin.
        plan: who gets it.
        adjustments: what was decided about this issue alone.
        book: bodies, groups and lists, without mailboxes.
        previous: the signed plan of the issue before, or None.
        difference: what separates the two.
    """

    record: BulletinRecord
    plan: Plan
    adjustments: Adjustments
    book: AddressBook
    previous: SignedPlan | None
    difference: PlanDifference


async def plan_bulletin(context: Context, bulletin_id: str) -> Plan:
    """Resolve the footer of a bulletin to addresses.

    Args:
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        return (await plan_record(connection, record, context.now().date()))[0]


async def review_plan(context: Context, bulletin_id: str) -> PlanReview:
    """Make the plan of a bulletin and compare it with the signed plan of the issue before.

    Args:
        context: the installation.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
    """
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        plan, book = await plan_record(connection, record, context.now().date())
        adjustments = await plan_adjustments.load(connection, record.id)
        previous = await previous_plans.before(connection, record)
    difference = recipients.difference(None if previous is None else previous.plan, plan)
    return PlanReview(record, plan, adjustments, book, previous, difference)


async def plan_record(connection: AsyncConnection, record: BulletinRecord, on: date) -> tuple[Plan, AddressBook]:
    """Resolve the footer of a bulletin within an open transaction; only mailboxes that are reached are read.

    Args:
        connection: an open transaction.
        record: the bulletin.
        on: day for which bodies and mailboxes must be valid.

    Returns:
        The plan, and the bodies, groups and lists it was made of, without mailboxes.
    """
    outline = await address_book.load_outline(connection)
    adjustments = await plan_adjustments.load(connection, record.id)
    # in threads: with a hundred thousand addresses these take seconds, and pages are served by this one
    resolution = await to_thread.run_sync(partial(recipients.resolve, record.distribution, outline, adjustments))
    contacts = await address_book.load_contacts(connection, resolution.organizations)
    stopped = await suppressions.load_for(connection, resolution.organizations, resolution.addresses)
    complete = partial(recipients.complete_plan, resolution, contacts, stopped, on=on)
    return await to_thread.run_sync(complete), outline
