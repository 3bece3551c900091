"""The machine itself: no room left, clocks that jump, a site that is killed, a program that is exchanged on the way."""

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import select, text

from distributor.model.run import DeliveryState
from distributor.store import migrate
from distributor.store.engine import Database
from distributor.store.tables import delivery_events
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.send_due import worker_name
from tests.faults.conftest import Size
from tests.faults.test_killed_worker import finished, outcome, report, until_taken
from tests.support.databases import sqlite_url
from tests.support.ledger import counts_of, make_context, make_run, transport_to
from tests.support.postfix_tools import free_port
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.workers import ROOT, WorkerProcess, worker_environment

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]

SLOW = Script(answers={Step.DOT: After(0.02, "250 2.0.0 taken")})


@dataclass
class JumpingClock:
    """A clock of the program that jumps by a day to and fro at every look."""

    forward: bool = False

    def now(self) -> datetime:
        self.forward = not self.forward
        return datetime.now(UTC) + timedelta(days=1 if self.forward else -1)


async def test_a_clock_that_jumps_costs_nothing(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 100)
    context = make_context(database, tmp_path)
    jumping = make_context(database, tmp_path, clock=JumpingClock())
    async with ScriptedServer(SLOW) as server, transport_to(server.port) as transport:
        async with anyio.create_task_group() as tasks:
            # leases are judged by the clock of the database: the jumps of one worker give another no cause to take over
            for one in (jumping, context):
                tasks.start_soon(drain, one, Worker(worker_name(), transport, 2))
            await until_taken(server, 50)
            await reconcile(jumping)
        while not (await counts_of(database, run)).is_finished:
            await drain(context, Worker(worker_name(), transport, 2))
    found = await outcome(database, run, server)
    report("clock jumps by two days", database, Size(100, 1, 4), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)


async def test_a_disk_without_room_stops_the_sending_before_the_dot(
    database: Database, tmp_path: Path, size: Size
) -> None:
    size.leave_out(unless=False)
    if database.is_sqlite:
        pytest.skip("the limit would hold for the database too")
    run = await make_run(database, 100)
    async with ScriptedServer(SLOW) as server:
        environment = worker_environment(tmp_path, database.url, server.port)
        with _without_room(), WorkerProcess(environment, tmp_path / "full.log"):
            # it sees that it cannot keep a journal, says so, and goes on trying
            with anyio.fail_after(60):
                while b"journal" not in (tmp_path / "full.log").read_bytes():  # noqa: ASYNC110  another process
                    await anyio.sleep(0.1)
        assert server.ledger == []
        assert (await counts_of(database, run)).of(DeliveryState.SENT) == 0
        with WorkerProcess(environment, tmp_path / "worker.log"):
            await finished(database, run)
        found = await outcome(database, run, server)
    report("no room for the journal", database, Size(100, 1, 4), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)


async def test_a_disk_that_fills_while_a_run_goes_on_loses_and_doubles_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    run = await make_run(database, 300)
    log = tmp_path / "worker.log"
    async with ScriptedServer(SLOW) as server:
        environment = worker_environment(tmp_path, database.url, server.port, SMTP__CONNECTIONS="2")
        with WorkerProcess(environment, log) as worker:
            await until_taken(server, 50)
            assert worker.process is not None
            resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            # neither the database nor the journal can be written any more
            with anyio.fail_after(60):
                while not all(word in log.read_bytes() for word in (b"journal-full", b"database-away")):  # noqa: ASYNC110  another process
                    await anyio.sleep(0.1)
            await anyio.sleep(1)
            taken = len(server.ledger)
            await anyio.sleep(1)
            assert len(server.ledger) == taken < 300, "nothing is sent that cannot be written down"
            resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            await finished(database, run)
        found = await outcome(database, run, server)
    await database.dispose()
    report("disk full, then room again", database, Size(300, 1, 2), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)


@contextmanager
def _without_room() -> Iterator[None]:
    """Let files of processes that are started meanwhile grow to 16 KB and no further, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    usual = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, usual)


async def test_a_site_that_is_killed_costs_no_mail_and_comes_back(tmp_path: Path, size: Size) -> None:
    size.leave_out(unless=False)
    database = Database(sqlite_url(tmp_path))
    run = await make_run(database, 300)
    port = free_port()
    async with ScriptedServer(SLOW) as server:
        environment = worker_environment(tmp_path, database.url, server.port, SMTP__CONNECTIONS="2")
        for goal in (30, 120):
            with _site(environment, port, tmp_path) as site:
                await _until_up(port)
                await until_taken(server, goal)
                assert await anyio.to_thread.run_sync(_answers, port)
                site.kill()
        with _site(environment, port, tmp_path):
            await finished(database, run)
            await _until_up(port)
        found = await outcome(database, run, server)
    report("kill -9 of the site", database, Size(300, 2, 2), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
    await database.dispose()


async def test_a_run_in_progress_survives_an_upgrade(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    database = Database(f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}")
    async with database.write() as connection:
        # the schema before the newest changes of it
        await migrate.upgrade_within(connection, "0013")
    run = await make_run(database, 60)
    context = make_context(database, folder)
    stopping = anyio.Event()
    async with ScriptedServer(SLOW) as server:
        async with transport_to(server.port) as transport, anyio.create_task_group() as tasks:

            async def send() -> None:
                await drain(context, Worker(worker_name(), transport, 2), stopping=stopping)

            tasks.start_soon(send)
            await until_taken(server, 20)
            stopping.set()
        assert 20 <= len(server.ledger) < 60
        await migrate.upgrade(database)
        environment = worker_environment(tmp_path / "new", database.url, server.port)
        with WorkerProcess(environment, tmp_path / "worker.log"):
            await finished(database, run)
        found = await outcome(database, run, server)
    report("upgrade with a run in progress", database, Size(60, 1, 2), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
    async with database.read() as connection:
        assert await connection.scalar(text("PRAGMA integrity_check")) == "ok"
        assert (await connection.execute(select(delivery_events.c.id))).all()
    await database.dispose()


@contextmanager
def _site(environment: dict[str, str], port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `serve` with its worker; what is left of it is ended at the end."""
    program = [sys.executable, "-c", "from distributor.cli.main import run; run()", "serve", "--port", str(port)]
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(program, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(40)


async def _until_up(port: int) -> None:
    with anyio.fail_after(60):
        while not await anyio.to_thread.run_sync(_answers, port):  # noqa: ASYNC110  another process
            await anyio.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
