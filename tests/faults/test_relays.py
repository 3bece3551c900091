"""Relays that are away, slow, forgetful or short of patience, and real workers that go on by themselves."""

import signal
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from distributor.model.message import Variant
from distributor.model.run import DeliveryState
from distributor.store import letters
from distributor.store.engine import Database
from distributor.store.letters import Letter
from tests.faults.conftest import Size
from tests.faults.test_killed_worker import finished, outcome, report
from tests.support.ledger import counts_of, make_run
from tests.support.postfix_tools import free_port
from tests.support.smtp_script import Act, After, Answer, Mail, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.workers import WorkerProcess, worker_environment

WORDS = Variant("请确认", "<p>请确认订阅</p>", "请确认订阅")

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]


async def test_a_relay_that_comes_back_is_used_by_itself(database: Database, tmp_path: Path, size: Size) -> None:
    # it waits until the relay has had its rest
    size.leave_out(unless=False)
    run = await make_run(database, 50)
    port = free_port()
    with WorkerProcess(worker_environment(tmp_path, database.url, port), tmp_path / "worker.log"):
        with anyio.fail_after(60):
            while not (await counts_of(database, run)).of(DeliveryState.DEFERRED):  # noqa: ASYNC110  another process
                await anyio.sleep(0.1)
        assert (await counts_of(database, run)).of(DeliveryState.SENT) == 0
        async with ScriptedServer(port=port) as server:
            # the promise is a minute, `finished` waits two
            await finished(database, run)
    found = await outcome(database, run, server)
    report("relay down and up again", database, Size(50, 1, 4), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)


async def test_a_relay_that_forgets_acknowledgements_and_hangs_up_loses_nothing(
    database: Database, tmp_path: Path, size: Size
) -> None:
    size.leave_out(unless=database.is_sqlite)
    number, every = (2000, 250) if size.is_full else (200, 25)
    run = await make_run(database, number)
    forgotten: list[str] = []

    def forget(mail: Mail) -> Answer | None:
        # one in forty, once each: the mail is taken, and nobody is told
        if mail.attempt == 1 and int(mail.recipient[1:].partition("@")[0]) % 40 == 7:
            forgotten.append(mail.recipient)
            return Act.TAKE_AND_DROP
        return None

    script = Script(answers={Step.DOT: forget}, mails_per_connection=every)
    async with ScriptedServer(script) as server:
        with WorkerProcess(worker_environment(tmp_path, database.url, server.port), tmp_path / "worker.log"):
            with anyio.fail_after(100):
                # another process does it
                while (await counts_of(database, run)).of(DeliveryState.SENT) < number - len(forgotten):  # noqa: ASYNC110
                    await anyio.sleep(0.1)
        counts = await counts_of(database, run)
        found = await outcome(database, run, server)
    assert counts.is_balanced
    assert forgotten
    # they are sent again, with growing patience, under the same Message-ID
    assert found.lost == 0
    assert found.duplicates <= len(forgotten)
    assert found.copies_have_one_id


@pytest.mark.parametrize("seconds", [70])
async def test_a_relay_that_thinks_for_longer_than_the_leases_gets_no_second_copy(
    database: Database, tmp_path: Path, size: Size, seconds: int
) -> None:
    # more than a minute for each database
    size.leave_out(unless=False)
    run = await make_run(database, 8)
    script = Script(answers={Step.DOT: After(seconds, "250 2.0.0 taken")})
    async with ScriptedServer(script) as server:
        environment = worker_environment(tmp_path, database.url, server.port, SMTP__CONNECTIONS="8")
        with (
            WorkerProcess(environment, tmp_path / "a.log"),
            WorkerProcess(environment, tmp_path / "b.log"),
            anyio.fail_after(240),
        ):
            while not (await counts_of(database, run)).is_finished:  # noqa: ASYNC110  another process does it
                await anyio.sleep(0.5)
        found = await outcome(database, run, server)
    report("70 s before the 250", database, Size(8, 1, 8), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)


async def test_letters_that_take_70_seconds_hold_up_neither_a_run_nor_sigterm(
    database: Database, tmp_path: Path, size: Size
) -> None:
    # the 20 seconds that a letter may take after SIGTERM, for each database
    size.leave_out(unless=False)
    async with database.write() as connection:
        now = await database.now(connection)
        for key in ("l1", "l2", "l3"):
            words = WORDS.to_bytes().decode()
            await letters.add(
                connection, Letter(key, "confirm", f"{key}@slow.example", words, f"<{key}@xiefa.example>", now)
            )
    run = await make_run(database, 20)

    def think(mail: Mail) -> Answer | None:
        return After(70, "250 2.0.0 taken") if mail.recipient.endswith("slow.example") else None

    async with ScriptedServer(Script(answers={Step.DOT: think})) as server:
        with WorkerProcess(worker_environment(tmp_path, database.url, server.port), tmp_path / "worker.log") as worker:
            await finished(database, run)
            assert await anyio.to_thread.run_sync(worker.send, signal.SIGTERM) == 0
        found = await outcome(database, run, server)
    report("letters of 70 s, SIGTERM", database, Size(20, 1, 4), found)
    assert (found.lost, found.duplicates, found.in_doubt) == (0, 0, 0)
    assert "letter-in-doubt" in (tmp_path / "worker.log").read_text()
