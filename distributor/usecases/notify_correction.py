"""Tell of a correction exactly those who received the version before it."""

from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, compose, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.ledger import LedgerRow
from distributor.model.record import BulletinRecord
from distributor.model.run import Delivery, DeliveryState, Mailing, Run
from distributor.model.sign_off import SignOff, VariantKey
from distributor.store import bulletins, freezing, runs, served, suppressions
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, idempotency_key
from distributor.usecases.record_sending import record_sending
from distributor.usecases.signed import require_sign_off


@dataclass(frozen=True, slots=True)
class Noticed:
    """The notices of a correction.

    Args:
        record: the corrected bulletin.
        runs: the runs that were frozen, or would be.
        left_out: who has the old version and gets no notice: suppressed, told before, or nothing is to be told.
    """

    record: BulletinRecord
    runs: tuple[FrozenRun, ...]
    left_out: tuple[LedgerRow, ...]


async def notify_correction(context: Context, actor: Actor, bulletin_id: str, *, dry_run: bool = False) -> Noticed:
    """Freeze runs of the signed notice to everybody who has the old version; a worker sends them.

    Args:
        context: the installation.
        actor: who sends.
        bulletin_id: the bulletin.
        dry_run: show what would be sent and change nothing.

    Raises:
        NotFound: `bulletin-unknown`.
        NotSignedOff: when no sign-off holds.
        Conflict: `bulletin-withdrawn`, `correction-waits` while it is not published, or `never-corrected`.
    """
    access.require(actor, Act.SEND)
    opened = context.database.read if dry_run else context.database.write
    async with opened() as connection:
        record = await bulletins.get(connection, bulletin_id)
        if record.withdrawn is not None:
            raise Conflict("bulletin-withdrawn", id=bulletin_id)
        sign_off = await require_sign_off(connection, record)
        noticed = await _prepare(connection, context, actor, record, sign_off)
        if not dry_run:
            for frozen in noticed.runs:
                # all at once, however many they are: who has the old version stands in no plan to go on from
                await freezing.freeze(connection, frozen.run, frozen.deliveries)
            await record_sending(connection, context, actor, noticed.runs)
    return noticed


async def _prepare(
    connection: AsyncConnection, context: Context, actor: Actor, record: BulletinRecord, sign_off: SignOff
) -> Noticed:
    variants = {variant.key: variant.sha256 for variant in sign_off.variants}
    if all(key.mailing is not Mailing.CORRECTION for key in variants):
        raise Conflict("never-corrected", id=record.id)
    rows = await served.readers(connection, record.id)
    outdated = [row for row in rows if row.delivery.variant not in variants.values()]
    told = await runs.served_addresses(connection, record.id, Mailing.CORRECTION, but_cancelled=True)
    stopped = {(entry.address, entry.list_id) for entry in await suppressions.load(connection)}

    def is_to_be_told(row: LedgerRow) -> bool:
        one = row.delivery
        is_stopped = (one.address, None) in stopped or (one.address, one.list_id) in stopped
        return one.address not in told and not is_stopped and _key(one) in variants

    prepared = []
    chosen = (row.delivery for row in outdated if is_to_be_told(row))
    for list_id, group in groupby(chosen, key=lambda one: one.list_id):
        run = _run(context, actor, sign_off, list_id)
        deliveries = tuple(_notice(context, run, one, variants[_key(one)]) for one in group)
        prepared.append(FrozenRun(run, deliveries))
    return Noticed(record, tuple(prepared), tuple(row for row in outdated if not is_to_be_told(row)))


def _key(delivery: Delivery) -> VariantKey:
    return VariantKey(delivery.list_id, delivery.language, delivery.format, Mailing.CORRECTION)


def _run(context: Context, actor: Actor, sign_off: SignOff, list_id: str) -> Run:
    return Run(
        id=tokens.new_key(),
        bulletin_id=sign_off.bulletin_id,
        list_id=list_id,
        mailing=Mailing.CORRECTION,
        sign_off_id=sign_off.id,
        created=context.now(),
        created_by=actor.name,
    )


def _notice(context: Context, run: Run, old: Delivery, variant: str) -> Delivery:
    delivery_id = tokens.new_id()
    return replace(
        old,
        id=delivery_id,
        run_id=run.id,
        variant=variant,
        message_id=compose.mint_message_id(delivery_id, context.sender),
        idempotency_key=idempotency_key(run.bulletin_id, run.mailing, old.address),
        state=DeliveryState.PENDING,
        attempts=0,
        fence=0,
    )
