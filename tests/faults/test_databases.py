"""A database that is locked, restarted or away while a run goes on; a worker that is frozen past its lease."""

import contextlib
import signal
import sqlite3
from datetime import timedelta
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import make_url, text

from distributor.model.conduct import Conduct
from distributor.model.run import DeliveryState
from distributor.store import migrate
from distributor.store.engine import Database
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.send_due import worker_name
from tests.faults.conftest import Size
from tests.faults.test_killed_worker import finished, outcome, report, until_taken
from tests.support import postgres
from tests.support.databases import postgres_url, sqlite_url
from tests.support.ledger import counts_of, make_context, make_run, transport_to, until
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.workers import WorkerProcess, worker_environment

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]

SLOW = Script(answers={Step.DOT: After(0.02, "250 2.0.0 taken")})
# leases so short that the fault outlasts them
SHORT = Conduct(lease=timedelta(seconds=2), renewal=timedelta(seconds=0.4), grace=timedelta(seconds=1))


async def test_a_database_that_is_locked_for_longer_than_the_leases_costs_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    run = await make_run(database, 200)
    context = make_context(database, tmp_path, conduct=SHORT)
    file = make_url(database.url).database
    assert file is not None
    async with ScriptedServer(SLOW) as server, transport_to(server.port) as transport:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(drain, context, Worker(worker_name(), transport, 4))
            await until_taken(server, 30)
            lock = sqlite3.connect(file, isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            await anyio.sleep(4)
            lock.execute("ROLLBACK")
            lock.close()
            # another worker looks after the ledger as soon as the lock is gone
            await reconcile(context)
        while not (await counts_of(database, run)).is_finished:
            await reconcile(context)
            await drain(context, Worker(worker_name(), transport, 4))
    found = await outcome(database, run, server)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
    await database.dispose()


@pytest.mark.postgres
async def test_connections_that_the_database_cuts_cost_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    database = Database(postgres_url(request))
    other = Database(database.url)
    run = await make_run(database, 200)
    context = make_context(database, tmp_path)
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    cut = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608  fixed words
    async with ScriptedServer(SLOW) as server, transport_to(server.port) as transport:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(drain, context, Worker(worker_name(), transport, 4))
            for goal in (30, 80, 130):
                await until_taken(server, goal)
                async with other.write() as connection:
                    await connection.execute(cut)
        assert (await counts_of(database, run)).of(DeliveryState.SENT) == 200
    found = await outcome(database, run, server)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
    for one in (database, other):
        await one.dispose()


@pytest.mark.postgres
async def test_a_database_that_is_restarted_loses_and_doubles_nothing(tmp_path: Path, size: Size) -> None:
    size.leave_out(unless=False)
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster(binaries) as address:
        database = Database("postgresql+psycopg" + address.format(database="postgres"))
        await migrate.upgrade(database)
        run = await make_run(database, 300)
        async with ScriptedServer(SLOW) as server:
            environment = worker_environment(tmp_path, database.url, server.port)
            with WorkerProcess(environment, tmp_path / "worker.log") as worker:
                for goal in (60, 160):
                    await until_taken(server, goal)
                    await anyio.to_thread.run_sync(postgres.restart, binaries, address)
                await database.dispose()
                await finished(database, run)
                assert worker.is_alive
            found = await outcome(database, run, server)
        report("database restarted", database, Size(300, 2, 4), found)
        assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
        await database.dispose()


@pytest.mark.parametrize("machines", [1, 2])
async def test_a_worker_frozen_past_its_lease_is_replaced_and_harms_nobody_when_it_wakes(
    database: Database, tmp_path: Path, size: Size, machines: int
) -> None:
    # it waits for leases of half a minute
    size.leave_out(unless=False)
    async with ScriptedServer(SLOW) as server:
        environments = [
            worker_environment(tmp_path / f"machine{number % machines}", database.url, server.port)
            for number in range(2)
        ]
        await made_known(environments, tmp_path)
        run = await make_run(database, 1000)
        with WorkerProcess(environments[0], tmp_path / "a.log") as frozen:
            await until_taken(server, 100)
            assert frozen.process is not None
            frozen.process.send_signal(signal.SIGSTOP)
            with WorkerProcess(environments[1], tmp_path / "b.log"):
                # frozen in the middle of a transaction it holds up all other writers of SQLite until it wakes
                with anyio.move_on_after(75):
                    await until_taken(server, 1000 - 4)
                frozen.process.send_signal(signal.SIGCONT)
                await finished(database, run)
    found = await outcome(database, run, server)
    report(f"frozen, {machines} machine(s)", database, Size(1000, 1, 4), found)
    assert (found.lost, found.in_doubt) == (0, 0)
    # on another machine nobody can read what was not in the database yet: one commit group
    assert found.duplicates <= (4 if machines == 1 else 4 + 200)


async def made_known(environments: list[dict[str, str]], folder: Path) -> None:
    """Let each machine meet the database while the others send from it: one that comes when nobody is there asks."""
    with contextlib.ExitStack() as stack, anyio.fail_after(60):
        for number, environment in enumerate(environments):
            stack.enter_context(WorkerProcess(environment, folder / f"{number}.log"))
            await until(Path(environment["DISTRIBUTOR_DATA_DIR"], "instance.json").exists)
