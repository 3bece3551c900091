"""Work out the runs of occurrences before the database is held for them, so that nobody waits for that meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import DistributorError
from distributor.model.record import BulletinRecord
from distributor.store import bulletins
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun, Start, prepare_runs
from distributor.usecases.plan_state import PlanState, plan_state


@dataclass(frozen=True, slots=True)
class Span:
    """What an occurrence is about.

    Args:
        begin: what was published after this moment belongs to it.
        moment: of the occurrence.
        end: what was published until this moment belongs to it.
    """

    begin: datetime
    moment: datetime
    end: datetime


class Ahead:
    """Runs worked out ahead; each is given once, and none for a bulletin and list that have got runs meanwhile.

    Args:
        state: what was known when they were worked out.
    """

    def __init__(self, state: PlanState | None = None) -> None:
        self._state = state
        self._runs: dict[tuple[str, datetime, str], tuple[FrozenRun, ...]] = {}
        self._served: set[tuple[str, str]] = set()

    async def check(self, connection: AsyncConnection) -> None:
        """Forget everything when the plans may have changed.

        Args:
            connection: the transaction in which the runs are to begin.
        """
        if self._runs and await plan_state(connection) != self._state:
            self._runs.clear()

    async def work_out(
        self, connection: AsyncConnection, context: Context, planned: PlannedSchedule, span: Span
    ) -> None:
        """Work out what an occurrence of a recipient list would send; what is wrong with it shows when it runs.

        Args:
            connection: an open transaction.
            context: the installation.
            planned: the schedule.
            span: what the occurrence is about.
        """
        for record in await published_within(connection, span):
            try:
                made = await _prepare(connection, context, planned, span, record)
            except DistributorError:
                return
            self._runs[planned.schedule.id, span.moment, record.id] = made

    async def take(
        self,
        connection: AsyncConnection,
        context: Context,
        planned: PlannedSchedule,
        span: Span,
        record: BulletinRecord,
    ) -> tuple[FrozenRun, ...]:
        """Give the runs of one bulletin, as worked out ahead or worked out now.

        Args:
            connection: the transaction in which they are to begin.
            context: the installation.
            planned: the schedule.
            span: what the occurrence is about.
            record: the bulletin.

        Raises:
            DistributorError: why it cannot be sent.
        """
        made = self._runs.pop((planned.schedule.id, span.moment, record.id), None)
        served = (record.id, planned.schedule.list_id)
        if made is None or served in self._served:
            made = await _prepare(connection, context, planned, span, record)
        self._served.add(served)
        return made


async def published_within(connection: AsyncConnection, span: Span) -> Iterable[BulletinRecord]:
    """Give the bulletins an occurrence is about: published after the span's begin and not after its end.

    Args:
        connection: an open transaction.
        span: the span.
    """
    return [
        record
        for record in await bulletins.list_published(connection)
        if not record.backfilled and record.published is not None and span.begin < record.published <= span.end
    ]


async def _prepare(
    connection: AsyncConnection, context: Context, planned: PlannedSchedule, span: Span, record: BulletinRecord
) -> tuple[FrozenRun, ...]:
    start = Start(f"schedule {planned.schedule.id}", planned.schedule.id, span.moment)
    return await prepare_runs(connection, context, record, start, [planned.schedule.list_id])
