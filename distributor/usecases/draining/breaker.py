"""The circuit breaker: a run that fails in the mass, or a relay that speaks of us, stands still and fails nobody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log
from distributor.model.conduct import Conduct
from distributor.model.ledger import RunEvent
from distributor.model.run import Delivery, DeliveryState, Outcome, PauseReason, Phase, RefusalClass
from distributor.store import runs
from distributor.usecases.draining.stock import Stock, Stop

_log = log.get_logger(__name__)

_ACTOR: Final = "breaker"
_OF_US: Final = frozenset({RefusalClass.POLICY, RefusalClass.SET_UP, RefusalClass.AUTHENTICATION})
# of those that wait only these count; the others are expected to get through
WAITING: Final = _OF_US | {RefusalClass.MAILBOX_FULL}
_BEFORE_RECIPIENT: Final = frozenset({Phase.CONNECT, Phase.TLS, Phase.AUTH, Phase.MAIL})


def speaks_of_us(outcome: Outcome) -> bool:
    """Tell whether an answer is about the sender whoever the recipient is.

    Args:
        outcome: what an attempt came to.
    """
    if outcome.refusal is RefusalClass.AUTHENTICATION:
        return True
    return outcome.refusal in _OF_US and outcome.reply.phase in _BEFORE_RECIPIENT


def is_mass_failure(refusals: Mapping[tuple[DeliveryState, RefusalClass], int], total: int, conduct: Conduct) -> bool:
    """Tell whether so much of a run fails that something is wrong with it as a whole.

    Args:
        refusals: deliveries that failed or wait, by class of refusal, since a person let the run go on.
        total: deliveries of the run.
        conduct: where the limits are.
    """
    failing = sum(
        number for (state, refusal), number in refusals.items() if state is DeliveryState.FAILED or refusal in WAITING
    )
    return failing >= conduct.breaker_least and failing > total * conduct.breaker_share


class Breaker:
    """Looks at every run in which something was refused.

    Args:
        conduct: where the limits are.
        stock: what is held; nothing of a run that was paused leaves it any more.
    """

    def __init__(self, conduct: Conduct, stock: Stock) -> None:
        self._conduct = conduct
        self._stock = stock
        self._paused: list[str] = []
        self._suspects: dict[str, str] = {}
        self._looked: dict[str, str] = {}

    def heed(self, delivery: Delivery, outcome: Outcome) -> None:
        """Take notice of an answer.

        Args:
            delivery: to whom it was.
            outcome: what came of the attempt.
        """
        if speaks_of_us(outcome):
            self.suspect(delivery.run_id, f"{outcome.reply.code} {outcome.reply.text}")
        elif outcome.refusal is not None:
            self._suspects.setdefault(delivery.run_id, "")

    def suspect(self, run_id: str, said: str) -> None:
        """Let a run stand still because of what the relay said about us.

        Args:
            run_id: the run.
            said: what it said.
        """
        self._suspects[run_id] = said or "-"

    def is_due(self) -> bool:
        """Look when something was refused."""
        self._looked, self._suspects = {**self._looked, **self._suspects}, {}
        return bool(self._looked)

    async def work(self, connection: AsyncConnection, now: datetime) -> None:
        """Pause the runs that must not go on."""
        self._paused = []
        for run_id, said in self._looked.items():
            reason = PauseReason.RELAY if said else await self._mass_failure(connection, run_id)
            if reason is not None and await runs.pause(connection, run_id, _ACTOR, reason, now):
                await runs.add_event(connection, run_id, RunEvent(now, _ACTOR, "pause", said[:200] or reason.value, 0))
                self._paused.append(run_id)
                _log.error("run-paused", run=run_id, reason=reason.value, said=said)

    def committed(self) -> None:
        """Stop what was paused at once, and forget what was looked at."""
        if self._paused:
            self._stock.stop(Stop.PAUSED, run_ids=self._paused)
        self._looked = {}

    async def _mass_failure(self, connection: AsyncConnection, run_id: str) -> PauseReason | None:
        refusals = await runs.refusals(connection, run_id, WAITING)
        if sum(refusals.values()) < self._conduct.breaker_least:
            return None
        counts = (await runs.counts(connection, [run_id]))[run_id]
        return PauseReason.MASS_FAILURE if is_mass_failure(refusals, counts.total, self._conduct) else None
