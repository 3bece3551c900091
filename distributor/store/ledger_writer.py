"""Group commits: one thread brings the marks of a worker into the database and does its other errands on the way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import anyio
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log
from distributor.model.ledger import Mark
from distributor.store import entries, marks
from distributor.store.engine import Database
from distributor.store.journal import Journal, JournalFullError

_log = log.get_logger(__name__)

_GROUP_SECONDS = 0.02
_GROUP_ROWS = 200
# what a power cut can cost: the group that is being written and the next one, which are two marks for each of 200
# messages; connections wait when more than this is not in the database yet
_MOST_BEHIND = 2 * _GROUP_ROWS
_AWAY_SECONDS = 0.5


class Errand(Protocol):
    """Something done in the transaction of a group.

    The transaction runs in a thread, and the worker goes on meanwhile: what `work` has to know of it is taken down by
    `is_due`, and what comes of it is made known by `committed`; both run where the worker does.
    """

    def is_due(self) -> bool:
        """Tell whether it has anything to do now, and take down what."""

    async def work(self, connection: AsyncConnection, now: datetime) -> None:
        """Do it; nothing of it counts until `committed`.

        Args:
            connection: an open writing transaction.
            now: the clock of the database.
        """

    def committed(self) -> None:
        """Take notice that the transaction is in the database."""


# the segment of the journal that holds it, the mark, and the mark in writing if it was written into the journal
_Waiting = tuple[int, Mark, str | None]


class LedgerWriter:
    """Writes the marks of one worker: at once into its journal, soon into the database.

    Args:
        database: the database.
        journal: the worker's journal.
        errands: done in the same transactions, in this order, after the marks.
    """

    def __init__(self, database: Database, journal: Journal, errands: Sequence[Errand] = ()) -> None:
        self.errands = list(errands)
        self.is_away = False
        self._database = database
        self._journal = journal
        self._waiting: list[_Waiting] = []
        self._wake = anyio.Event()
        self._room = anyio.Event()
        self._runs = False
        self._commits = False

    def begin(self, mark: Mark) -> None:
        """Write the mark before a dot.

        Args:
            mark: IN_DOUBT, with its moment.

        Raises:
            JournalFullError: nothing was written; the dot must not follow.
        """
        text = entries.write(mark)
        self._journal.begin(text)
        self._queue(mark, text)

    def end(self, mark: Mark) -> None:
        """Write what the relay did after the dot; a broken disk does not keep it from the database.

        Args:
            mark: the mark, with its moment.
        """
        text = entries.write(mark)
        try:
            self._journal.end(text)
        except JournalFullError as error:
            _log.error("journal-broken", delivery=mark.delivery.id, problem=str(error))
        self._queue(mark, text)

    def note(self, mark: Mark) -> None:
        """Write a mark that a crash may forget: nothing of the message has reached the relay.

        Args:
            mark: the mark.
        """
        self._queue(mark)

    @property
    def is_behind(self) -> bool:
        """Whether so much waits for the database that no more should be sent."""
        return len(self._waiting) > _MOST_BEHIND

    async def room(self) -> None:
        """Wait until the database has caught up."""
        while self.is_behind:
            # all that wait hear of the same event
            self._room = anyio.Event() if self._room.is_set() else self._room
            await self._room.wait()

    def wake(self) -> None:
        """Let the next group come at once."""
        self._wake.set()

    async def run(self) -> None:
        """Commit groups for ever; cancel it when `flush` has returned."""
        self._runs = True
        try:
            while True:
                with anyio.move_on_after(_GROUP_SECONDS):
                    await self._wake.wait()
                self._wake = anyio.Event()
                if self._waiting or any(errand.is_due() for errand in self.errands):
                    self._commits = True
                    await self._commit_patiently()
                    self._commits = False
        finally:
            self._runs = False

    @property
    def is_clean(self) -> bool:
        """Whether everything is in the database."""
        return not self._waiting and not self._commits

    async def flush(self) -> None:
        """Return when everything is in the database, however long it is away, or when nobody writes any more."""
        while self._runs and not self.is_clean:
            self.wake()
            await anyio.sleep(_GROUP_SECONDS / 4)

    def _queue(self, mark: Mark, text: str | None = None) -> None:
        self._waiting.append((self._journal.position(), mark, text))
        if len(self._waiting) == _GROUP_ROWS:
            self._wake.set()

    async def _commit_patiently(self) -> None:
        try:
            await self._commit()
        except DBAPIError as error:
            if not self.is_away:
                _log.warning("database-away", problem=str(error.orig))
            self.is_away = True
            await anyio.sleep(_AWAY_SECONDS)

    async def _commit(self) -> None:
        group = self._waiting[:]
        due = [errand for errand in self.errands if errand.is_due()]

        async def work(connection: AsyncConnection) -> frozenset[str]:
            late = await marks.apply_written(connection, await self._in_writing(connection, group))
            if due:
                now = await self._database.now(connection)
                for errand in due:
                    await errand.work(connection, now)
            return late

        stale = await self._database.write_in_thread(work)
        del self._waiting[: len(group)]
        self.is_away = False
        self._journal.settle(self._waiting[0][0] if self._waiting else self._journal.position())
        self._room.set()
        for errand in due:
            errand.committed()
        for delivery_id in stale:
            _log.warning("mark-late", delivery=delivery_id)

    async def _in_writing(self, connection: AsyncConnection, group: Sequence[_Waiting]) -> list[tuple[Mark, str]]:
        """Put in writing what never was; only for that the clock of the database has to be asked."""
        ready = [(mark, text) for _, mark, text in group if text is not None]
        if len(ready) == len(group):
            return ready
        now = await self._database.now(connection)
        return [(mark, text or entries.write(mark, now)) for _, mark, text in group]
