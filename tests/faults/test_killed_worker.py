"""A worker that is killed or stopped again and again while it sends: nothing is lost, and duplicates are bounded."""

import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from distributor.model.run import DeliveryState, Run
from distributor.store.engine import Database
from tests.faults.conftest import Size
from tests.support.ledger import counts_of, make_run, until
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.workers import WorkerProcess, worker_environment

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run under faults."""

    lost: int
    duplicates: int
    in_doubt: int
    copies_have_one_id: bool


async def suffer(database: Database, folder: Path, size: Size, number: signal.Signals, **settings: str) -> Outcome:
    """Send a run with a worker that gets a signal again and again, evenly over the run."""
    run = await make_run(database, size.recipients, kilobytes=4)
    # 6 ms an answer: the run is still going on when the next fault comes
    async with ScriptedServer(Script(answers={Step.DOT: After(0.006, "250 2.0.0 taken")})) as server:
        settings = {"SMTP__CONNECTIONS": str(size.connections), **settings}
        environment = worker_environment(folder, database.url, server.port, **settings)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_log, server, folder / "mail.log")
            for fault in range(size.faults):
                with WorkerProcess(environment, folder / "worker.log") as worker:
                    goal = size.recipients * (fault + 1) // (size.faults + 2)
                    await until_taken(server, goal)
                    await anyio.to_thread.run_sync(worker.send, number)
            with WorkerProcess(environment, folder / "worker.log"):
                await finished(database, run)
            tasks.cancel_scope.cancel()
        return await outcome(database, run, server)


async def until_taken(server: ScriptedServer, goal: int) -> None:
    """Wait until so many different recipients have their mail."""
    with anyio.fail_after(_LONGEST):
        await until(lambda: len({taken.recipient for taken in server.ledger}) >= goal)


async def finished(database: Database, run: Run) -> None:
    """Wait for the end of a run."""
    with anyio.fail_after(_LONGEST):
        while not (await counts_of(database, run)).is_finished:  # noqa: ASYNC110  another process does it
            await anyio.sleep(0.2)


async def outcome(database: Database, run: Run, server: ScriptedServer) -> Outcome:
    """Compare the ledger of the server, which is the truth, with ours."""
    counts = await counts_of(database, run)
    assert counts.is_balanced
    by_recipient: dict[str, list[str]] = {}
    for taken in server.ledger:
        by_recipient.setdefault(taken.recipient, []).append(taken.message_id)
    return Outcome(
        lost=counts.total - len(by_recipient),
        duplicates=len(server.ledger) - len(by_recipient),
        in_doubt=counts.of(DeliveryState.IN_DOUBT),
        copies_have_one_id=all(len(set(ids)) == 1 for ids in by_recipient.values()),
    )


async def keep_log(server: ScriptedServer, file: Path) -> None:
    """Write what the server takes as a Postfix does."""
    written = 0
    while True:
        fresh = server.ledger[written:]
        written += len(fresh)
        now = datetime.now(UTC).strftime("%b %e %H:%M:%S")
        with file.open("a") as log:
            log.write(f"{now} mx postfix/anvil[1]: statistics: nothing of a message\n")
            for offset, taken in enumerate(fresh, start=written):
                queue_id = f"4F{offset:010X}"
                log.write(f"{now} mx postfix/cleanup[2]: {queue_id}: message-id={taken.message_id}\n")
                log.write(f"{now} mx postfix/qmgr[3]: {queue_id}: from=<a@xiefa.example>, nrcpt=1 (queue active)\n")
        await anyio.sleep(0.02)


def report(name: str, database: Database, size: Size, found: Outcome) -> None:
    """Print the figures; shown by `make faults`."""
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    sys.stdout.write(
        f"\n{name:28} {kind:10} {size.recipients} recipients, {size.faults} faults, {size.connections} connections: "
        f"lost {found.lost}, duplicates {found.duplicates}, left in doubt {found.in_doubt}\n"
    )


async def test_kill_9_loses_nothing_and_doubles_at_most_one_mail_a_connection(
    database: Database, tmp_path: Path, size: Size
) -> None:
    found = await suffer(database, tmp_path, size, signal.SIGKILL)
    report("kill -9, doubt repeated", database, size, found)
    assert found.lost == 0
    assert found.duplicates <= size.faults * size.connections
    assert found.copies_have_one_id
    assert found.in_doubt == 0


async def test_kill_9_doubles_nothing_when_the_log_of_the_relay_is_asked(
    database: Database, tmp_path: Path, size: Size
) -> None:
    size.leave_out(unless=database.is_sqlite)
    log = str(tmp_path / "mail.log")
    asked = {"DELIVERY__DOUBT": "ask", "DELIVERY__RELAY_LOG": log}
    found = await suffer(database, tmp_path, size, signal.SIGKILL, **asked)
    report("kill -9, log asked", database, size, found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)


async def test_sigterm_loses_nothing_and_doubles_nothing(database: Database, tmp_path: Path, size: Size) -> None:
    size.leave_out(unless=not database.is_sqlite)
    found = await suffer(database, tmp_path, size, signal.SIGTERM)
    report("SIGTERM", database, size, found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
