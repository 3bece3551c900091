"""Freeze who gets a bulletin: a run per list, a delivery per address, before anything crosses the wire."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose, tokens
from distributor.errors import NotFound, NotSignedOff
from distributor.model.canonical import digest
from distributor.model.message import Sender
from distributor.model.recipient import Plan, PlanRow
from distributor.model.record import BulletinRecord
from distributor.model.run import Delivery, Mailing, Run
from distributor.model.sign_off import SignOff, VariantKey
from distributor.store import bulletins, freezing, runs
from distributor.usecases.context import Context
from distributor.usecases.freeze_in_chunks import freeze_in_chunks
from distributor.usecases.plan_bulletin import plan_record
from distributor.usecases.signed import require_plan, require_sign_off

# as many are written within the transaction that starts a run
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Start:
    """What starts runs: a person, or the occurrence of a schedule.

    Args:
        by: name of the actor.
        schedule_id: the schedule, None for a person.
        occurrence: its moment, None for a person.
    """

    by: str
    schedule_id: str | None = None
    occurrence: datetime | None = None


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """A run and its deliveries.

    Args:
        run: the run.
        deliveries: one for each address.
    """

    run: Run
    deliveries: tuple[Delivery, ...]

    @property
    def is_large(self) -> bool:
        """Whether its recipients are written in chunks, after the transaction that begins it."""
        return len(self.deliveries) > _AT_ONCE


async def prepare_runs(
    connection: AsyncConnection,
    context: Context,
    record: BulletinRecord,
    start: Start,
    list_ids: Collection[str] | None,
) -> tuple[FrozenRun, ...]:
    """Work out who is still to get a bulletin, list by list; a list with nobody left makes no run.

    Args:
        connection: an open transaction.
        context: the installation.
        record: the bulletin.
        start: what starts the runs.
        list_ids: only these lists, None for all that the footer names.

    Raises:
        NotSignedOff: when no sign-off holds for the words, or somebody joined the plan since.
        NotFound: `list-unknown` for a list that the plan does not know.
    """
    sign_off = await require_sign_off(connection, record)
    plan, book = await plan_record(connection, record, context.now().date())
    await to_thread.run_sync(require_plan, sign_off, plan)
    known = [entry.id for entry in book.lists]
    for wanted in list_ids or ():
        if wanted not in known:
            raise NotFound("list-unknown", list=wanted, known="、".join(known))
    # a person may send what a person has cancelled; a schedule may not
    by_person = start.schedule_id is None
    served = await runs.served_addresses(connection, record.id, Mailing.DIGEST, but_cancelled=by_person)
    under_way = await freezing.lists_being_written(connection, record.id, Mailing.DIGEST)
    basis = _Basis(context, sign_off, plan, served, start)
    chosen = [one for one in (known if list_ids is None else list_ids) if one not in under_way]
    return await to_thread.run_sync(_freeze_lists, basis, chosen)


async def freeze(connection: AsyncConnection, prepared: Iterable[FrozenRun]) -> None:
    """Write prepared runs into the ledger; a large one is only begun, and `write_large` goes on with it.

    Args:
        connection: the open writing transaction in which they were prepared.
        prepared: the runs.
    """
    for frozen in prepared:
        if frozen.is_large:
            await runs.add(connection, frozen.run)
        else:
            await freezing.freeze(connection, frozen.run, frozen.deliveries)


async def write_large(context: Context, prepared: Iterable[FrozenRun]) -> None:
    """Write the recipients of large runs in chunks, so that nobody waits for the database meanwhile.

    Args:
        context: the installation.
        prepared: runs, begun by `freeze` in a transaction that is over.
    """
    for frozen in prepared:
        if frozen.is_large:
            await freeze_in_chunks(context, frozen.run, frozen.deliveries, len(frozen.deliveries))


async def rest_of_run(connection: AsyncConnection, context: Context, run: Run) -> tuple[tuple[Delivery, ...], int]:
    """Work out who is missing in a run that was begun: those of its list who are in the plan now and were then.

    Args:
        connection: an open transaction.
        context: the installation.
        run: the run, not ready.

    Returns:
        Their deliveries, and how many others are written down already.

    Raises:
        NotSignedOff: when its sign-off does not hold any more.
    """
    record = await bulletins.get(connection, run.bulletin_id)
    sign_off = await require_sign_off(connection, record)
    if sign_off.id != run.sign_off_id:
        raise NotSignedOff("sign-off-outdated", id=record.id, actor=sign_off.actor)
    plan, _ = await plan_record(connection, record, context.now().date())
    require_plan(sign_off, plan)
    by_person = run.schedule_id is None
    served = await runs.served_addresses(connection, record.id, run.mailing, but_cancelled=by_person)
    written = await freezing.addresses(connection, run.id)
    rows = [row for row in plan.rows if row.list_id == run.list_id and row.address not in served]
    return tuple(_delivery(run, row, sign_off, context.sender) for row in rows), len(written)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the runs of one bulletin are frozen from."""

    context: Context
    sign_off: SignOff
    plan: Plan
    served: frozenset[str]
    start: Start


def _freeze_lists(basis: _Basis, chosen: Collection[str]) -> tuple[FrozenRun, ...]:
    frozen = (_freeze(basis, list_id) for list_id in chosen)
    return tuple(run for run in frozen if run.deliveries)


def _freeze(basis: _Basis, list_id: str) -> FrozenRun:
    rows = [row for row in basis.plan.rows if row.list_id == list_id]
    fresh = [row for row in rows if row.address not in basis.served]
    run = Run(
        id=tokens.new_key(),
        bulletin_id=basis.sign_off.bulletin_id,
        list_id=list_id,
        mailing=Mailing.DIGEST,
        sign_off_id=basis.sign_off.id,
        created=basis.context.now(),
        created_by=basis.start.by,
        schedule_id=basis.start.schedule_id,
        occurrence=basis.start.occurrence,
        excluded=len(rows) - len(fresh) + len(basis.plan.excluded),
    )
    sender = basis.context.sender
    return FrozenRun(run, tuple(_delivery(run, row, basis.sign_off, sender) for row in fresh))


def _delivery(run: Run, row: PlanRow, sign_off: SignOff, sender: Sender) -> Delivery:
    variant = sign_off.variant(VariantKey(row.list_id, row.language, row.format, run.mailing))
    if variant is None:
        raise NotSignedOff("variant-unsigned", id=run.bulletin_id, address=row.address)
    return new_delivery(run, row, variant, sender)


def new_delivery(run: Run, row: PlanRow, variant: str, sender: Sender) -> Delivery:
    """Mint the delivery of one address of a plan.

    Args:
        run: the run it belongs to.
        row: the address.
        variant: digest of the signed rendering it gets.
        sender: whose name the mail carries.
    """
    delivery_id = tokens.new_id()
    return Delivery(
        id=delivery_id,
        run_id=run.id,
        address=row.address,
        display_name=row.display_name,
        organization=row.organization,
        organization_name=row.organization_name,
        list_id=row.list_id,
        role=row.role,
        language=row.language,
        format=row.format,
        variant=variant,
        message_id=compose.mint_message_id(delivery_id, sender),
        idempotency_key=idempotency_key(run.bulletin_id, run.mailing, row.address),
    )


def idempotency_key(bulletin_id: str, mailing: Mailing, address: str) -> str:
    """Make the key by which a relay can tell that two copies are one mail.

    Args:
        bulletin_id: the bulletin.
        mailing: kind of mailing.
        address: where to.
    """
    return digest(["delivery", bulletin_id, mailing, address])
