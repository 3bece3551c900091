"""Look at one run: how far it has come, with whom, how fast, and what stands in its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.ledger import LedgerEvent, LedgerRow, RunEvent
from distributor.model.progress import BodyProgress, LedgerQuery, Pulse, Reason
from distributor.model.report import TakenReport
from distributor.store import deliveries, follow_ups, returns, run_pages, runs
from distributor.usecases.context import Context
from distributor.usecases.list_runs import RunSummary

_BODIES = 24


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as its page shows it.

    Args:
        summary: the run and its numbers.
        pulse: how fast it goes.
        bodies: how far bodies were reached, those with something amiss first; not all of a large run.
        body_count: number of all bodies.
        reasons: why deliveries failed or wait.
        events: what people and guards did to it, oldest first.
    """

    summary: RunSummary
    pulse: Pulse
    bodies: tuple[BodyProgress, ...]
    body_count: int
    reasons: tuple[Reason, ...]
    events: tuple[RunEvent, ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger of a run.

    Args:
        summary: the run and its numbers.
        rows: the deliveries.
        total: number of all that are looked for.
        reasons: why deliveries failed or wait, to filter by.
        instead_of: address that failed before, by the id of a delivery to a backup mailbox.
    """

    summary: RunSummary
    rows: tuple[LedgerRow, ...]
    total: int
    reasons: tuple[Reason, ...]
    instead_of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One delivery with everything that happened to it.

    Args:
        summary: its run.
        row: the delivery.
        events: its history, oldest first.
        reports: what came back about it.
        instead_of: address that failed before, when it goes to a backup mailbox.
    """

    summary: RunSummary
    row: LedgerRow
    events: tuple[LedgerEvent, ...]
    reports: tuple[TakenReport, ...]
    instead_of: str | None = None


async def watch_run(context: Context, run_id: str) -> RunView:
    """Give a run as its page shows it.

    Args:
        context: the installation.
        run_id: the run.

    Raises:
        NotFound: `run-unknown`.
    """
    async with context.database.read() as connection:
        summary = await _summary(connection, run_id)
        now = await context.database.now(connection)
        return RunView(
            summary=summary,
            pulse=await run_pages.pulse(connection, run_id, summary.counts, now),
            bodies=await run_pages.bodies(connection, run_id, _BODIES),
            body_count=await run_pages.count_bodies(connection, run_id),
            reasons=await run_pages.reasons(connection, run_id),
            events=await runs.events(connection, run_id),
        )


async def list_ledger(context: Context, run_id: str, query: LedgerQuery, limit: int, offset: int = 0) -> LedgerPage:
    """Give a page of the deliveries of a run.

    Args:
        context: the installation.
        run_id: the run.
        query: which.
        limit: how many on a page.
        offset: how many before it.

    Raises:
        NotFound: `run-unknown`.
    """
    async with context.database.read() as connection:
        summary = await _summary(connection, run_id)
        rows = await run_pages.page(connection, run_id, query, limit, offset)
        total = await run_pages.count(connection, run_id, query)
        reasons = await run_pages.reasons(connection, run_id)
        instead_of = await follow_ups.substitutes_of(connection, run_id)
    return LedgerPage(summary, rows, total, reasons, instead_of)


async def show_delivery(context: Context, run_id: str, delivery_id: str) -> DeliveryView:
    """Give one delivery with everything that happened to it.

    Args:
        context: the installation.
        run_id: the run.
        delivery_id: the delivery.

    Raises:
        NotFound: `run-unknown` or `delivery-unknown`.
    """
    async with context.database.read() as connection:
        summary = await _summary(connection, run_id)
        row = await run_pages.find(connection, run_id, delivery_id)
        if row is None:
            raise NotFound("delivery-unknown", id=delivery_id)
        events = await deliveries.events(connection, delivery_id)
        reports = await returns.of_deliveries(connection, [delivery_id])
        instead_of = (await follow_ups.substitutes_of(connection, run_id)).get(delivery_id)
    return DeliveryView(summary, row, events, reports, instead_of)


async def _summary(connection: AsyncConnection, run_id: str) -> RunSummary:
    run = await runs.get(connection, run_id)
    return RunSummary(run, (await runs.counts(connection, [run_id]))[run_id])
