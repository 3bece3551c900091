"""The engine for many worker machines: drains as jobs of Procrastinate on PostgreSQL.

The ledger stays the truth: whoever sees that something is due asks for a drain, a job drains until nothing is due, and
a job of a dead worker that stays in `doing` keeps nobody from asking for the next one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.bootstrap import Container
from distributor.deliver import Transport
from distributor.errors import Misconfigured
from distributor.store.engine import Database
from distributor.usecases.send_due import is_due
from distributor.worker import loop
from distributor.worker.rest import Rest

_log = log.get_logger(__name__)

_QUEUE = "deliveries"
_TASK = "drain"
_LOOK_SECONDS = 1.0
_STALLED_SECONDS = 90
# of all programs on this database, the one number that keeps two workers from making the schema at the same time
_SCHEMA_LOCK = 7_203_114


async def send_by_jobs(container: Container, transport: Transport, rest: Rest, stopping: anyio.Event) -> None:
    """Be the engine: take drain jobs and ask for them while anything is due, until told to stop.

    Args:
        container: the installation.
        transport: an open way of sending.
        rest: keeps us from a relay that has refused our credentials.
        stopping: set to stop.

    Raises:
        Misconfigured: `engine-needs-postgresql`.
    """
    if container.context.database.is_sqlite:
        raise Misconfigured("engine-needs-postgresql")
    app = make_app(container, transport, rest, stopping)
    async with app.open_async():
        await _make_schema(app, container.context.database)
        async with _taking_jobs(app) as taking:
            while not stopping.is_set() and not taking.done():
                await _ask(app, container)
                with anyio.move_on_after(_LOOK_SECONDS):
                    await stopping.wait()


def make_app(container: Container, transport: Transport, rest: Rest, stopping: anyio.Event) -> App:
    """Make the application of Procrastinate with the one task there is.

    Args:
        container: the installation.
        transport: an open way of sending.
        rest: keeps us from a relay that has refused our credentials.
        stopping: set to stop.
    """
    url = make_url(container.context.database.url).set(drivername="postgresql")
    app = App(connector=PsycopgConnector(conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=4))

    @app.task(name=_TASK, queue=_QUEUE)
    async def drain() -> None:
        await loop.send(container, transport, rest, stopping)

    return app


async def _make_schema(app: App, database: Database) -> None:
    """Make the tables of Procrastinate once, however many workers start at the same time."""
    async with database.write() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _SCHEMA_LOCK})
        if await connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
            await app.schema_manager.apply_schema_async()


@asynccontextmanager
async def _taking_jobs(app: App) -> AsyncIterator[asyncio.Task[None]]:
    """Take jobs during the block; a job under way at its end sees that it has to stop, and is waited for."""
    # no task group: its scope cancels again and again, upon which Procrastinate lets go of the job
    task = asyncio.get_running_loop().create_task(_take_jobs(app))
    try:
        yield task
    finally:
        task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def _take_jobs(app: App) -> None:
    await app.run_worker_async(
        queues=[_QUEUE],
        concurrency=1,
        fetch_job_polling_interval=_LOOK_SECONDS,
        install_signal_handlers=False,
        delete_jobs=DeleteJobCondition.ALWAYS,
    )


async def _ask(app: App, container: Container) -> None:
    """Ask for a drain if anything is due and nobody has; clear away the jobs of the dead."""
    try:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS, queue=_QUEUE):
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        if await is_due(container.context):
            await app.configure_task(_TASK, queue=_QUEUE, queueing_lock=_TASK).defer_async()
    except AlreadyEnqueued:
        return
    except (ConnectorException, DBAPIError) as error:
        _log.warning("database-away", problem=str(error))
