"""Draw the consequences of failed deliveries: suspend addresses, try backup mailboxes, tell the secretariat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import deliver, log
from distributor.model.ledger import LedgerRow, RunEvent
from distributor.model.recipient import Suppression
from distributor.model.run import DeliveryState, PauseReason, RefusalClass, Run, RunCounts
from distributor.model.ticket import TicketKind
from distributor.store import follow_ups, runs, suppressions
from distributor.usecases.context import Context
from distributor.usecases.draining.breaker import WAITING, is_mass_failure
from distributor.usecases.take_bounce import open_ticket
from distributor.usecases.try_backup import try_backup

_log = log.get_logger(__name__)

_ACTOR: Final = "guard"
# a run that fails in the mass is noticed within that time, before anybody is suspended for it
PATIENCE: Final = timedelta(minutes=1)
_RECENT: Final = timedelta(days=45)
_MOST: Final = 200
# a full mailbox counts one and is half forgotten after that
_HALF_LIFE: Final = timedelta(days=180)
# three in a row of a monthly bulletin come to 2.7
_ENOUGH_OF_THREE: Final = 2.5 / 3
# the body was reached at another address, or may still be
_HOPEFUL: Final = frozenset(
    {
        DeliveryState.SENT,
        DeliveryState.IN_DOUBT,
        DeliveryState.PENDING,
        DeliveryState.CLAIMED,
        DeliveryState.DEFERRED,
    }
)


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What was done.

    Args:
        failures: failed deliveries that were looked at.
        suspended: addresses that are not written to any more.
        substituted: deliveries to backup mailboxes.
        missed: bodies that a bulletin reached nowhere.
        withheld: failures of runs that fail in the mass, for which nobody is suspended.
    """

    failures: int = 0
    suspended: int = 0
    substituted: int = 0
    missed: int = 0
    withheld: int = 0


async def follow_up_failures(context: Context, *, patience: timedelta = PATIENCE) -> FollowedUp:
    """Look at every delivery that failed, at the SMTP door or by a report, and was not looked at yet; idempotent.

    Args:
        context: the installation.
        patience: leave failures alone that are younger, so that a mass failure is recognised first.
    """
    async with context.database.read() as connection:
        before = await context.database.now(connection) - patience
        since = context.now() - _RECENT
        if not await follow_ups.open_failures(connection, since, before, 1):
            return FollowedUp()
    async with context.database.write() as connection:
        failures = await follow_ups.open_failures(connection, since, before, _MOST)
        by_run: dict[str, list[LedgerRow]] = {}
        for row in failures:
            by_run.setdefault(row.delivery.run_id, []).append(row)
        work = _Work(context, connection)
        for run_id, rows in by_run.items():
            await work.follow_up(run_id, rows)
    return FollowedUp(len(failures), work.suspended, work.substituted, work.missed, work.withheld)


def decayed(score: float, passed: timedelta) -> float:
    """Let a score fade.

    Args:
        score: as it was counted.
        passed: time since then.
    """
    return float(score * 0.5 ** (max(passed, timedelta(0)) / _HALF_LIFE))


def suspends(row: LedgerRow) -> bool:
    """Tell whether a failure says for good that nobody lives at the address.

    Args:
        row: the failed delivery.
    """
    if row.refusal is None:
        return False
    code = 0 if row.reply is None else row.reply.code
    # code 0 is our own judgement of the address; a temporary answer that was given up never costs an address
    return deliver.advise(row.refusal, permanent=code == 0 or code // 100 == 5).suspends_address  # noqa: PLR2004  5yz is permanent (RFC 5321 §4.2.1)


class _Work:
    """The follow-up of a batch within one transaction."""

    def __init__(self, context: Context, connection: AsyncConnection) -> None:
        self.suspended = self.substituted = self.missed = self.withheld = 0
        self._context = context
        self._connection = connection

    async def follow_up(self, run_id: str, rows: Sequence[LedgerRow]) -> None:
        """Draw the consequences for the failures of one run."""
        run = await runs.get(self._connection, run_id)
        counts = (await runs.counts(self._connection, [run_id]))[run_id]
        refusals = await runs.refusals(self._connection, run_id, WAITING)
        if is_mass_failure(refusals, counts.total, self._context.conduct):
            await self._withhold(run, counts, rows)
            return
        for row in rows:
            suspended = await self._suspend(row)
            await follow_ups.record(self._connection, row, self._context.now(), suspended=suspended)
            await self._answer(run, row)

    async def _withhold(self, run: Run, counts: RunCounts, rows: Sequence[LedgerRow]) -> None:
        """Suspend nobody, take back whom this run has suspended before, and let it stand still.

        What is withheld stays open: it is done when a person has let the run go on. One that has nothing left to send
        waits for nobody: its bodies are answered at once, and still nobody is suspended.
        """
        connection, now = self._connection, self._context.now()
        self.withheld += len(rows)
        restored = await follow_ups.restore_suspended(connection, run.id)
        if restored:
            event = RunEvent(now, _ACTOR, "restore", PauseReason.MASS_FAILURE.value, len(restored))
            await runs.add_event(connection, run.id, event)
        is_cancelled = run.pause_reason is PauseReason.CANCELLED
        if is_cancelled or counts.is_finished:
            for row in rows:
                await follow_ups.record(connection, row, now, suspended=False)
                if not is_cancelled:
                    await self._answer(run, row)
        elif await runs.pause(connection, run.id, _ACTOR, PauseReason.MASS_FAILURE, now):
            event = RunEvent(now, _ACTOR, "pause", PauseReason.MASS_FAILURE.value, 0)
            await runs.add_event(connection, run.id, event)
            _log.error("run-paused", run=run.id, reason=PauseReason.MASS_FAILURE.value)

    async def _suspend(self, row: LedgerRow) -> bool:
        """Stop writing to an address that is gone, or that was full issue after issue."""
        delivery = row.delivery
        hard = suspends(row)
        if row.refusal is None or not (hard or await self._is_full_again(row, row.refusal)):
            return False
        added = await suppressions.add(
            self._connection, Suppression(delivery.address, row.refusal.value), self._context.now()
        )
        self.suspended += added
        return added

    async def _is_full_again(self, row: LedgerRow, refusal: RefusalClass) -> bool:
        limit = deliver.advise(refusal).suspends_after
        if limit is None:
            return False
        connection, address = self._connection, row.delivery.address
        failed = row.finished or self._context.now()
        known = await follow_ups.score(connection, address)
        score = 0.0
        if known is not None and not await follow_ups.was_reached_since(connection, address, known[1]):
            score = decayed(known[0], failed - known[1])
        await follow_ups.set_score(connection, address, score + 1, failed)
        return score + 1 >= limit * _ENOUGH_OF_THREE

    async def _answer(self, run: Run, row: LedgerRow) -> None:
        """See to it that the body gets the bulletin at another address, or that a person knows that it did not."""
        delivery = row.delivery
        if delivery.organization is None:
            return
        others = await follow_ups.of_body(self._connection, run, delivery.organization)
        states = {one.state for one in others}
        # a message that is broken is broken at the backup mailbox, too
        if not states & _HOPEFUL and row.refusal is not RefusalClass.MESSAGE:
            made = await try_backup(self._connection, self._context, run, delivery)
            if made is not None:
                self.substituted += 1
                states.add(made.state)
        if not states & _HOPEFUL:
            self.missed += 1
            await open_ticket(self._connection, self._context, TicketKind.MISSED, delivery)
        elif suspends(row):
            await open_ticket(self._connection, self._context, TicketKind.BOUNCE, delivery)
