"""The loop of a worker: a tick claims occurrences, a drain sends, a look at the ledger takes over from the dead."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from functools import partial

import anyio
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.bootstrap import Container
from distributor.deliver import Transport
from distributor.settings import Engine
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.guard_instance import guard_instance
from distributor.usecases.ping_hub import ping_hub
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.purge_expired import purge_nightly
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.resume_freezing import resume_freezing
from distributor.usecases.send_due import drain_due, send_due
from distributor.worker.post import post, post_once, relay_name
from distributor.worker.rest import Rest
from distributor.worker.returns import follow_up, look_into_boxes, take_returns

_log = log.get_logger(__name__)

_TICK_SECONDS = 1
_LOOK_SECONDS = 5
_ANNOUNCE_SECONDS = 20


async def run(container: Container, stopping: anyio.Event) -> None:
    """Work until told to stop; what is in flight is finished first.

    Args:
        container: the installation.
        stopping: set to stop.
    """
    # before anything is claimed: is this the database that we sent from, and what did dead workers leave behind?
    while not await look_after(container) and not stopping.is_set():
        with anyio.move_on_after(_TICK_SECONDS):
            await stopping.wait()
    ticks = AsyncIOScheduler(timezone=UTC)
    ticks.start()
    try:
        async with container.transport() as transport, anyio.create_task_group() as tasks:
            rest = Rest(container.context.database, transport)
            acts = ((tick, _TICK_SECONDS), (look_after, _LOOK_SECONDS), (announce, _ANNOUNCE_SECONDS))
            for act, seconds in (*acts, (follow_up, _LOOK_SECONDS)):
                bell = asyncio.Event()
                # APScheduler only wakes us; which occurrence is due, and that it runs once, the database decides
                ticks.add_job(bell.set, "interval", seconds=seconds, coalesce=True, max_instances=1)
                tasks.start_soon(_at_every_bell, bell, stopping, partial(act, container))
            tasks.start_soon(take_returns, container, stopping)
            tasks.start_soon(post, container, transport, rest, stopping)
            await _engine(container)(container, transport, rest, stopping)
    finally:
        ticks.shutdown(wait=False)


def _engine(container: Container) -> Callable[[Container, Transport, Rest, anyio.Event], Awaitable[None]]:
    if container.settings.delivery.engine is Engine.EMBEDDED:
        return send_on_and_on
    # Procrastinate is an extra: only those who use it need it
    from distributor.worker.procrastinated import send_by_jobs  # noqa: PLC0415

    return send_by_jobs


async def send_on_and_on(container: Container, transport: Transport, rest: Rest, stopping: anyio.Event) -> None:
    """Be the embedded engine: send whatever is due, every second, until told to stop.

    Args:
        container: the installation.
        transport: an open way of sending.
        rest: keeps us from a relay that has refused our credentials.
        stopping: set to stop.
    """
    while not stopping.is_set():
        seconds = await send(container, transport, rest, stopping)
        with anyio.move_on_after(seconds):
            await stopping.wait()


async def _at_every_bell(bell: asyncio.Event, stopping: anyio.Event, act: Callable[[], Awaitable[object]]) -> None:
    """Act whenever the bell rings; an act that has begun is finished before the worker ends."""
    while not stopping.is_set():
        with anyio.move_on_after(_TICK_SECONDS):
            await bell.wait()
        if bell.is_set() and not stopping.is_set():
            bell.clear()
            await act()


async def run_until_idle(container: Container, stopping: anyio.Event | None = None) -> None:
    """Claim what is due, send it, take the reports that have come, and return; later retries are left to the next.

    Args:
        container: the installation.
        stopping: set to stop before that; what is in flight is finished first.

    Raises:
        RelayTrouble: when the relay refuses our credentials.
    """
    stopping = stopping or anyio.Event()
    await guard_instance(container.context)
    # who is gone by the reports that are here already is not written to once more
    await look_into_boxes(container)
    await follow_up(container)
    await claim_occurrences(container.context)
    await prepare_digests(container.context)
    await resume_freezing(container.context)
    async with container.transport() as transport:
        await post_once(container, transport, stopping)
        connections = container.settings.smtp.connections
        await send_due(container.context, transport, connections, stopping=stopping, relay=relay_name(container))
    await follow_up(container)


async def tick(container: Container) -> None:
    """Claim what is due; a database that is away for a while does not end the worker."""
    try:
        for claimed in await claim_occurrences(container.context):
            _log.info("occurrence", schedule=claimed.schedule_id, outcome=claimed.outcome, runs=len(claimed.runs))
        await prepare_digests(container.context)
        await resume_freezing(container.context)
    except DBAPIError as error:
        _log.warning("database-away", problem=str(error.orig))


async def announce(container: Container) -> None:
    """Tell the hub what has changed; a database that is away for a while does not end the worker."""
    try:
        await ping_hub(container.context)
    except DBAPIError as error:
        _log.warning("database-away", problem=str(error.orig))


async def look_after(container: Container) -> bool:
    """Look at everything that is not final; tells whether the database was there, which may be away for a while."""
    try:
        await guard_instance(container.context)
        await reconcile(container.context)
        await _purge(container)
    except DBAPIError as error:
        _log.warning("database-away", problem=str(error.orig))
        return False
    return True


async def _purge(container: Container) -> None:
    report = await purge_nightly(container.context)
    if report is not None and any(report.removed.values()):
        _log.info("purged", **report.removed)


async def send(container: Container, transport: Transport, rest: Rest, stopping: anyio.Event) -> float:
    """Send what is due of the runs, the same way for every engine; gives the seconds to wait before the next time.

    Args:
        container: the installation.
        transport: an open way of sending.
        rest: keeps us from a relay that has refused our credentials; its end is waited for.
        stopping: set to stop.
    """
    connections = container.settings.smtp.connections
    act = partial(drain_due, container.context, transport, connections, stopping=stopping, relay=relay_name(container))
    return await rest.attempt(act, stopping)
