"""The loop of a worker in this process: it claims, sends, looks after the ledger, survives trouble, and stops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy.exc import OperationalError

from distributor.bootstrap import Container
from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.run import DeliveryState
from distributor.settings import Settings
from distributor.store.engine import Database
from distributor.store.journal import Journal
from distributor.store.ledger_writer import LedgerWriter
from distributor.usecases.context import Context
from distributor.worker import loop
from distributor.worker.rest import Rest
from tests.support.databases import sqlite_url
from tests.support.ledger import counts_of, make_context, make_run, transport_to, until
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio

AWAY = OperationalError("SELECT 1", {}, ConnectionError("gone"))


def container_at(database: Database, folder: Path, port: int, **delivery: Any) -> Container:  # noqa: ANN401  any setting
    """An installation that sends to a relay on loopback."""
    smtp = {"host": "127.0.0.1", "port": port, "security": "none", "connections": 2}
    settings = Settings(data_dir=folder, sending="live", smtp=smtp, delivery=delivery)  # type: ignore[arg-type]
    return Container(settings, make_context(database, folder))


@asynccontextmanager
async def at_work(container: Container) -> AsyncIterator[None]:
    """A worker that runs during the block and is stopped as by SIGTERM."""
    stopping = anyio.Event()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(loop.run, container, stopping)
            yield
            stopping.set()


async def test_a_worker_sends_what_comes_while_it_runs(database: Database, tmp_path: Path) -> None:
    async with ScriptedServer() as server, at_work(container_at(database, tmp_path, server.port)):
        first = await make_run(database, 3)
        await until(lambda: len(server.ledger) == 3)
        second = await make_run(database, 2)
        await until(lambda: len(server.ledger) == 5)
    for run, number in ((first, 3), (second, 2)):
        assert (await counts_of(database, run)).of(DeliveryState.SENT) == number


async def test_until_idle_sends_and_comes_back(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 3)
    async with ScriptedServer() as server:
        await loop.run_until_idle(container_at(database, tmp_path, server.port))
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 3


async def test_a_worker_outlives_a_database_that_is_away(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[Exception] = [AWAY, ZeroDivisionError(), RelayTrouble("relay-authentication", relay="r")]
    usual = loop.drain_due

    async def troubled(*given: Any, **named: Any) -> Any:  # noqa: ANN401  passes everything on
        if troubles:
            raise troubles.pop(0)
        return await usual(*given, **named)

    async def away(*_given: object) -> None:
        raise AWAY

    looks = [None]
    look = loop.reconcile

    async def away_once_begun(context: Context) -> object:
        if looks:
            looks.pop()
            return await look(context)
        raise AWAY

    for name in ("_LOOK_SECONDS", "_TICK_SECONDS"):
        monkeypatch.setattr(loop, name, 0.1)
    monkeypatch.setattr("distributor.worker.rest._REST_SECONDS", 0.1)
    monkeypatch.setattr("distributor.worker.rest._LOOK_SECONDS", 0.1)
    monkeypatch.setattr("distributor.worker.rest._BROKEN_SECONDS", 0.1)
    monkeypatch.setattr(loop, "drain_due", troubled)
    monkeypatch.setattr(loop, "reconcile", away_once_begun)
    monkeypatch.setattr(loop, "claim_occurrences", away)
    async with ScriptedServer() as server, at_work(container_at(database, tmp_path, server.port)):
        await make_run(database, 2)
        await until(lambda: len(server.ledger) == 2)
    assert troubles == []


async def test_nothing_is_sent_before_the_guard_has_looked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_run(database, 2)
    looked: list[int] = []
    usual = loop.guard_instance

    async def guard(context: Context) -> object:
        looked.append(len(server.ledger))
        if len(looked) < 4:
            raise AWAY
        return await usual(context)

    monkeypatch.setattr(loop, "_TICK_SECONDS", 0.1)
    monkeypatch.setattr(loop, "guard_instance", guard)
    async with ScriptedServer() as server, at_work(container_at(database, tmp_path, server.port)):
        await until(lambda: len(server.ledger) == 2)
    assert looked[:4] == [0, 0, 0, 0]


async def test_procrastinate_needs_postgresql(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    container = container_at(database, tmp_path, 1, engine="procrastinate")
    from distributor.worker.procrastinated import send_by_jobs

    transport = ScriptedTransport()
    with pytest.raises(Misconfigured, match="engine-needs-postgresql"):
        await send_by_jobs(container, transport, Rest(database, transport), anyio.Event())
    await database.dispose()


async def test_a_drain_goes_on_when_the_database_comes_back(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 40)
    commit, refused = LedgerWriter._commit, 0

    async def sometimes(writer: LedgerWriter) -> None:
        nonlocal refused
        refused += 1
        if refused in (2, 3, 4):
            raise AWAY
        await commit(writer)

    monkeypatch.setattr(LedgerWriter, "_commit", sometimes)
    monkeypatch.setattr("distributor.store.ledger_writer._AWAY_SECONDS", 0.05)
    context = make_context(database, tmp_path)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        await loop.send_due(context, transport, 4)
    assert len(server.ledger) == 40
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 40


async def test_connections_wait_when_too_much_is_not_in_the_database(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 60)
    monkeypatch.setattr("distributor.store.ledger_writer._MOST_BEHIND", 4)
    context = make_context(database, tmp_path)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        await loop.send_due(context, transport, 4)
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 60


async def test_a_worker_that_cannot_reach_the_database_at_its_end_leaves_its_journal(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 20)
    context = make_context(database, tmp_path)
    commit = LedgerWriter._commit
    stopping = anyio.Event()

    async def until_the_first_mail(writer: LedgerWriter) -> None:
        if server.ledger:
            raise AWAY
        await commit(writer)

    monkeypatch.setattr("distributor.usecases.draining.machine._FLUSH_SECONDS", 0.2)
    monkeypatch.setattr("distributor.store.ledger_writer._AWAY_SECONDS", 0.05)
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        with monkeypatch.context() as patched:
            patched.setattr(LedgerWriter, "_commit", until_the_first_mail)
            async with anyio.create_task_group() as tasks:

                async def work() -> None:
                    await loop.send_due(context, transport, 2, stopping=stopping)

                tasks.start_soon(work)
                await until(lambda: bool(server.ledger))
                stopping.set()
        assert list(context.journal_folder.glob("*.lock")), "the journal is left to whoever comes next"
        await loop.send_due(context, transport, 2)
    assert len(server.ledger) == len({taken.recipient for taken in server.ledger}) == 20
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 20


async def test_a_broken_disk_does_not_keep_marks_from_the_database(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await make_run(database, 1)

    def broken(*_given: object) -> None:
        raise OSError(5, "Input/output error")

    end = Journal.end

    def end_on_broken_disk(journal: Journal, mark: Any) -> None:  # noqa: ANN401  passes it on
        monkeypatch.setattr("os.pwrite", broken)
        end(journal, mark)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "end", end_on_broken_disk)
        async with ScriptedServer() as server, transport_to(server.port) as transport:
            await loop.send_due(make_context(database, tmp_path), transport, 1)
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 1


@pytest.mark.parametrize("seconds", [None, 0.3])
async def test_a_relay_may_think_before_it_takes_a_recipient_for_longer_than_connecting_may_last(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float | None
) -> None:
    monkeypatch.setattr("distributor.bootstrap._CONNECT_SECONDS", 0.4)
    run = await make_run(database, 1)
    async with ScriptedServer(Script(answers={Step.RCPT: After(0.8, "250 2.1.5 ok")})) as server:
        container = container_at(database, tmp_path, server.port)
        smtp = container.settings.smtp.model_copy(update={"timeout": seconds})
        patient = replace(container, settings=container.settings.model_copy(update={"smtp": smtp}))
        await loop.run_until_idle(patient)
        assert len(server.ledger) == (0 if seconds else 1)
    expected = DeliveryState.DEFERRED if seconds else DeliveryState.SENT
    assert (await counts_of(database, run)).of(expected) == 1


async def test_the_patience_with_a_relay_is_that_of_the_standard_unless_set(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    container = container_at(database, tmp_path, 25)
    usual = container._relay().timeouts
    assert (usual.connect, usual.command, usual.data, usual.block, usual.dot) == (60, 300, 120, 180, 600)
    (asked,) = container.installation.relays
    assert (asked.timeouts.connect, asked.timeouts.command) == (60, 60)
    await database.dispose()
