"""Deliveries in doubt, settled by policy: sent again, held for a person, or asked about."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from distributor.deliver import USUAL, retry_after
from distributor.model.conduct import Conduct
from distributor.model.ledger import DoubtPolicy, Settlement, Verdict
from distributor.model.run import Delivery, DeliveryState, PauseReason, Phase, RefusalClass, Reply
from distributor.store import claims, deliveries, runs
from distributor.usecases.context import Context
from distributor.usecases.sending_again import objections_to

_ACTOR = "policy"
_REPEATED = "doubt-repeated"
_Doubt = tuple[Delivery, Reply | None, datetime]


async def resolve_doubt(context: Context) -> int:
    """Settle what no living worker waits for, as the policy says; returns how many deliveries were settled.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        doubts = await claims.doubtful(connection)
    if not doubts or context.conduct.doubt is DoubtPolicy.HOLD:
        return 0
    if context.conduct.doubt is DoubtPolicy.ASK:
        settled: Mapping[str, Settlement] = await _ask(context, doubts)
    else:
        settled = _repeat_all(await _repeatable(context, doubts), context.conduct, context.now())
    async with context.database.write() as connection:
        return await deliveries.settle(connection, settled, await context.database.now(connection))


async def _repeatable(context: Context, doubts: Sequence[_Doubt]) -> Sequence[_Doubt]:
    """Leave out what may not be sent again: it may have arrived, so that only a person can say what became of it."""
    by_run: dict[str, list[Delivery]] = {}
    for delivery, _, _ in doubts:
        by_run.setdefault(delivery.run_id, []).append(delivery)
    held: set[str] = set()
    async with context.database.read() as connection:
        for run_id, found in by_run.items():
            run = await runs.get(connection, run_id)
            is_cancelled = run.pause_reason is PauseReason.CANCELLED
            held |= {one.id for one in found} if is_cancelled else set(await objections_to(connection, run, found))
    return [doubt for doubt in doubts if doubt[0].id not in held]


async def _ask(context: Context, doubts: Sequence[_Doubt]) -> dict[str, Settlement]:
    """Ask the relay's log; what it does not know stays in doubt and is asked about again."""
    if context.relay_log is None:
        return {}
    verdicts = await context.relay_log.verdicts({delivery.message_id: at for delivery, _, at in doubts})
    now = context.now()
    settled = {}
    for delivery, reply, _ in doubts:
        verdict, said = verdicts.get(delivery.message_id, (Verdict.UNKNOWN, ""))
        if verdict is Verdict.TAKEN:
            settled[delivery.id] = Settlement(DeliveryState.SENT, "relay log", Reply(Phase.DOT, 250, said))
        elif verdict is Verdict.NOT_TAKEN:
            settled[delivery.id] = _repeat(delivery, reply, now)
    return settled


def _repeat_all(doubts: Sequence[_Doubt], conduct: Conduct, now: datetime) -> Mapping[str, Settlement]:
    """Repeat everything but what came into doubt again and again: the next copy is for a person to decide."""
    return {
        delivery.id: _repeat(delivery, reply, now)
        for delivery, reply, _ in doubts
        if delivery.attempts < conduct.doubt_attempts
    }


def _repeat(delivery: Delivery, reply: Reply | None, now: datetime) -> Settlement:
    """Send again under the same Message-ID: at once after a crash of ours, with patience after a silence of theirs."""
    # what stands in the row of one that was repeated before is our own note, and no silence
    silent = reply is not None and reply.phase is Phase.DOT and reply.code == 0 and reply.text != _REPEATED
    attempt = min(delivery.attempts, len(USUAL.steps))
    wait = retry_after(attempt, RefusalClass.CONNECTION, now=now) if silent else None
    note = reply if silent else Reply(Phase.DOT, 0, _REPEATED)
    return Settlement(DeliveryState.PENDING, _ACTOR, note, None if wait is None else now + wait)
