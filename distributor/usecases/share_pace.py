"""The pace of a further relay: its lanes stand in the database, for all workers, and outlive a restart."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import anyio
from sqlalchemy.exc import DBAPIError

from distributor import deliver, log
from distributor.deliver import Scope
from distributor.model import lane as lanes_model
from distributor.model.conduct import Pace
from distributor.model.lane import EVERYTHING, Lane
from distributor.model.run import Outcome
from distributor.store import lanes
from distributor.store.engine import Database
from distributor.usecases.draining.pacing import Complaint, adapted, lane_of
from distributor.usecases.draining.stock import boot_seconds

_log = log.get_logger(__name__)

# what is taken ahead of a bucket, so that workers do not queue for its row at every message
_SLICE_SECONDS: Final = 0.25
# rights that were taken ahead and not used by then are gone
_SLICE_HOLDS: Final = 1.0
_RECOVERY_SECONDS: Final = 20.0
_WHILE_AWAY: Final = timedelta(seconds=1)
_NO_WAIT: Final = timedelta()


class RelayPace:
    """Takes from the lanes of one relay, a slice at a time; see deliver.paced.SharedPace.

    Args:
        database: where the lanes stand.
        relay: name of the relay in it.
        pace: what the operator allows.
    """

    def __init__(self, database: Database, relay: str, pace: Pace) -> None:
        self._database = database
        self._relay = relay
        self._pace = pace
        self._turn = anyio.Lock()
        self._taken: Counter[str] = Counter()
        self._expire = float("-inf")
        self._recovered_at = boot_seconds()

    async def reserve(self, recipient: str, longest: timedelta) -> timedelta | datetime:
        """Take the right to send one message; gives how long to wait, or when to come back if that is too long.

        Args:
            recipient: the address.
            longest: how long the caller can wait.
        """
        domain = _domain(recipient)
        async with self._turn:
            if boot_seconds() >= self._expire:
                self._taken.clear()
            if self._taken[domain] > 0:
                self._taken[domain] -= 1
                return _NO_WAIT
            try:
                return await self._take_slice(domain, longest)
            except DBAPIError as error:
                # the ledger waits for the database as well; until then nobody is hurried
                _log.warning("database-away", problem=str(error.orig))
                return _WHILE_AWAY

    async def heed(self, recipient: str, outcome: Outcome) -> None:
        """Slow down, close or let recover, as an answer asks for.

        Args:
            recipient: the address.
            outcome: what came of the attempt.
        """
        if outcome.is_heeded:
            # it was another relay that answered, which has lanes of its own
            return
        heard = []
        if outcome.refusal is not None:
            advice = deliver.advise(outcome.refusal)
            if advice.slows or advice.stops is not Scope.NOTHING:
                heard = [Complaint(_domain(recipient), outcome.refusal, outcome.reply.phase)]
        if not heard and boot_seconds() - self._recovered_at < _RECOVERY_SECONDS:
            return
        try:
            async with self._database.write() as connection:
                now = await self._database.now(connection)
                known = await lanes.load(connection, self._relay, locked=True)
                await lanes.save(connection, self._relay, adapted(known, heard, self._pace, now))
        except DBAPIError as error:
            _log.warning("database-away", problem=str(error.orig))
        self._recovered_at = boot_seconds()
        if heard:
            self._taken.clear()

    async def _take_slice(self, domain: str, longest: timedelta) -> timedelta | datetime:
        if self._pace.is_free:
            async with self._database.read() as connection:
                if not await lanes.load(connection, self._relay):
                    # nobody has complained, and nothing is limited
                    self._keep(domain, int(lanes_model.FREE))
                    return _NO_WAIT
        async with self._database.write() as connection:
            now = await self._database.now(connection)
            known = await lanes.load(connection, self._relay, locked=True)
            mine = self._lanes(known, domain, now)
            number, after = lanes_model.take_slice(mine, now, _SLICE_SECONDS)
            wait = _NO_WAIT
            if not number:
                after, moment = lanes_model.borrow(mine, now)
                wait = moment - now
            if wait > longest:
                after, moment = lanes_model.book(mine, now)
            await lanes.save(connection, self._relay, after)
        if wait > longest:
            return moment
        self._keep(domain, number - 1)
        return wait

    def _lanes(self, known: dict[str, Lane], domain: str, now: datetime) -> tuple[Lane, ...]:
        """Give the lanes that a message to a domain goes by: that of the relay, and its own if there is one."""
        names = [EVERYTHING]
        if domain in known or domain in self._pace.domains:
            names.append(domain)
        return tuple(lane_of(known, name, self._pace, now) for name in names)

    def _keep(self, domain: str, number: int) -> None:
        self._taken[domain] = max(0, number)
        self._expire = boot_seconds() + _SLICE_HOLDS


def _domain(recipient: str) -> str:
    return recipient.rpartition("@")[2].lower()
