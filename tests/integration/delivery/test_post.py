"""Letters and notices beside the runs: neither waits for the other, and a worker that stops cuts them off in time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest
from sqlalchemy import select

from distributor import tokens
from distributor.bootstrap import Container
from distributor.deliver import LeaseLost
from distributor.errors import RelayTrouble
from distributor.model.conduct import Conduct, Pace
from distributor.model.message import Variant
from distributor.model.notice import Notice, NoticeKind
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply
from distributor.settings import Settings
from distributor.store import lanes, letters, notices, tables
from distributor.store.engine import Database
from distributor.store.letters import Letter, LetterState
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.send_due import worker_name
from distributor.usecases.send_letters import send_letters
from distributor.usecases.send_notices import send_notices
from distributor.worker import loop, post
from tests.support.ledger import counts_of, make_context, make_run, transport_to, until
from tests.support.smtp_script import Act, After, Answer, Mail, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio

WORDS = Variant("请确认", "<p>请确认订阅</p>", "请确认订阅")
SLOW = "slow.example"
Row = tuple[str, int, str | None]


async def add_letters(context: Context, number: int, domain: str = SLOW) -> None:
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        for position in range(number):
            key = tokens.new_id()
            address = f"reader{position}@{domain}"
            await letters.add(
                connection, Letter(key, "confirm", address, WORDS.to_bytes().decode(), f"<{key}@xiefa.example>", now)
            )


async def add_notice(context: Context, run_id: str) -> None:
    """Owe the report of a run, once the run has come to its end."""
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        await drain(context, Worker(worker_name(), transport, 1))
    async with context.database.write() as connection:
        address = f"office@{SLOW}"
        notice = Notice(tokens.new_id(), NoticeKind.RUN_REPORT, run_id, address, context.now())
        await notices.add(connection, notice, await context.database.now(connection))


async def letter_rows(context: Context) -> list[Row]:
    table = tables.letters.c
    async with context.database.read() as connection:
        found = await connection.execute(select(table.state, table.attempts, table.reply).order_by(table.address))
        return [(state, attempts, reply) for state, attempts, reply in found]


def slow_ones(answer: Answer) -> Callable[[Mail], Answer | None]:
    """Give an answer to mails that go to the slow domain."""
    return lambda mail: answer if mail.recipient.endswith(SLOW) else None


def container_at(database: Database, folder: Path, port: int) -> Container:
    smtp = {"host": "127.0.0.1", "port": port, "security": "none", "connections": 2}
    settings = Settings(data_dir=folder, sending="live", smtp=smtp)  # type: ignore[arg-type]  as it is read
    return Container(settings, make_context(database, folder))


async def stopped_while(container: Container, ready: Callable[[], bool]) -> None:
    """Let a worker run until something has happened, and stop it."""
    stopping = anyio.Event()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(loop.run, container, stopping)
            await until(ready)
            stopping.set()


@pytest.mark.parametrize("step", [Step.RCPT, Step.DOT])
async def test_a_letter_that_hangs_holds_up_no_run_and_no_stop(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    monkeypatch.setattr(post, "_FINISH_SECONDS", 0.3)
    monkeypatch.setattr("distributor.deliver.transaction._TURN_SECONDS", 0.2)
    async with ScriptedServer(Script(answers={step: slow_ones(Act.HANG)})) as server:
        container = container_at(database, tmp_path, server.port)
        await add_letters(container.context, 2)
        run = await make_run(database, 5)
        await stopped_while(container, lambda: len(server.ledger) == 5 and len(server.attempts) >= 6)
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 5
    rows = await letter_rows(container.context)
    begun = ("pending", 1, "0 worker-stopped") if step is Step.DOT else ("pending", 0, None)
    # with two connections one letter is under way; the other was not begun
    assert sorted(rows, key=str) == sorted([begun, ("pending", 0, None)], key=str)
    # what may have been taken waits; what was not begun is due at once, under the same Message-ID
    async with ScriptedServer() as server, transport_to(server.port) as transport:
        assert await send_letters(container.context, transport) == (1 if step is Step.DOT else 2)


async def test_a_letter_that_is_slow_is_finished_before_a_worker_stops(database: Database, tmp_path: Path) -> None:
    async with ScriptedServer(Script(answers={Step.DOT: slow_ones(After(1, "250 2.0.0 taken"))})) as server:
        container = container_at(database, tmp_path, server.port)
        await add_letters(container.context, 1)
        await stopped_while(container, lambda: any("DATA" in command for command in server.commands))
        assert len(server.ledger) == 1
    assert await letter_rows(container.context) == [("sent", 1, "250 2.0.0 taken")]


@pytest.mark.parametrize("step", [Step.RCPT, Step.DOT])
async def test_a_notice_that_hangs_is_cut_off_as_well(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    monkeypatch.setattr(post, "_FINISH_SECONDS", 0.3)
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    await add_notice(context, run.id)
    asked: list[str] = []

    def hang(mail: Mail) -> Answer | None:
        if not mail.recipient.endswith(SLOW):
            return None
        asked.append(mail.recipient)
        return Act.HANG

    async with ScriptedServer(Script(answers={step: hang})) as server:
        await stopped_while(container_at(database, tmp_path, server.port), lambda: bool(asked))
    table = tables.notices.c
    async with database.read() as connection:
        ((attempts, answer, due),) = await connection.execute(
            select(table.attempts, table.answer, table.next_attempt).where(table.object_id == run.id)
        )
        now = await database.now(connection)
    assert (attempts, answer) == ((1, "0 worker-stopped") if step is Step.DOT else (0, None))
    assert (due > now) == (step is Step.DOT)


async def test_until_idle_stops_as_well_when_it_is_told_to(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "_FINISH_SECONDS", 0.3)
    asked: list[str] = []

    def hang(mail: Mail) -> Answer:
        asked.append(mail.recipient)
        return Act.HANG

    stopping = anyio.Event()
    async with ScriptedServer(Script(answers={Step.DOT: hang})) as server:
        container = container_at(database, tmp_path, server.port)
        await add_letters(container.context, 1)
        run = await make_run(database, 3)
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(loop.run_until_idle, container, stopping)
                await until(lambda: bool(asked))
                stopping.set()
    assert await letter_rows(container.context) == [("pending", 1, "0 worker-stopped")]
    assert (await counts_of(database, run)).of(DeliveryState.PENDING) == 3
    assert len(asked) == 1


class Troubled(ScriptedTransport):
    """A relay that refuses our credentials."""

    async def send(self, *given: object, **named: object) -> Outcome:  # type: ignore[override]  takes anything
        del given, named
        raise RelayTrouble("relay-authentication", relay="r", reply="535")


async def test_what_a_refused_password_kept_from_going_is_due_again_untried(database: Database, tmp_path: Path) -> None:
    container = container_at(database, tmp_path, 1)
    context = container.context
    await add_letters(context, 1)
    run = await make_run(database, 1)
    with pytest.raises(RelayTrouble):
        await post.post_once(container, Troubled(), anyio.Event())
    await add_notice(context, run.id)
    with pytest.raises(RelayTrouble):
        await send_notices(context, Troubled())
    assert await letter_rows(context) == [("pending", 0, None)]
    working = ScriptedTransport()
    assert (await send_letters(context, working), await send_notices(context, working)) == (1, 1)
    assert working.recipients == [f"reader0@{SLOW}", f"office@{SLOW}"]


class Snatching(ScriptedTransport):
    """While a mail is under way here, something happens before its dot."""

    def __init__(self, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._happens = happens

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: Callable[[], Awaitable[bool]],
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        await self._happens()
        if not await before_dot():
            raise LeaseLost(recipient)
        return await super().send(envelope_from, recipient, message, _yes, envelope_id=envelope_id)


async def _yes() -> bool:
    return True


async def test_a_letter_that_another_worker_has_by_now_is_not_sent_twice(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    await add_letters(context, 1)
    other = ScriptedTransport()

    async def the_lease_runs_out_and_another_takes_it() -> None:
        async with database.write() as connection:
            now = await database.now(connection)
            await connection.execute(tables.letters.update().values(lease_until=now - timedelta(seconds=1)))
        await send_letters(context, other)

    mine = Snatching(the_lease_runs_out_and_another_takes_it)
    await send_letters(context, mine)
    assert (len(mine.messages), len(other.messages)) == (0, 1)
    ((state, attempts, _),) = await letter_rows(context)
    assert (state, attempts) == (LetterState.SENT, 2)


async def test_a_notice_that_another_worker_has_by_now_is_not_sent_twice(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    await add_notice(context, run.id)
    other = ScriptedTransport()

    async def it_is_due_again_and_another_takes_it() -> None:
        async with database.write() as connection:
            now = await database.now(connection)
            await connection.execute(tables.notices.update().values(next_attempt=now - timedelta(seconds=1)))
        await send_notices(context, other)

    mine = Snatching(it_is_due_again_and_another_takes_it)
    assert await send_notices(context, mine) == 0
    assert (len(mine.messages), len(other.messages)) == (0, 1)


async def test_letters_take_their_turns_from_the_lanes_of_the_runs(database: Database, tmp_path: Path) -> None:
    pace = Pace(per_second=0.01)
    usual = container_at(database, tmp_path, 1)
    context = replace(usual.context, conduct=Conduct(pace=pace))
    await add_letters(context, 3)
    async with ScriptedServer() as server:
        container = replace(container_at(database, tmp_path, server.port), context=context)
        run_until_idle = partial(loop.run_until_idle, container)
        await run_until_idle()
        assert len(server.ledger) == 1
        run = await make_run(database, 2)
        await run_until_idle()
        assert len(server.ledger) == 1, "the runs know that the right of a hundred seconds is taken"
    rows = await letter_rows(context)
    assert sorted(rows, key=str)[:2] == [("pending", 0, None)] * 2, "what waits for its turn was not tried"
    table = tables.letters.c
    async with database.read() as connection:
        now = await database.now(connection)
        found = await connection.execute(select(table.next_attempt).where(table.state == "pending"))
        first, second = sorted(found.scalars())
    assert now + timedelta(seconds=50) < first < now + timedelta(seconds=150)
    assert second - first > timedelta(seconds=90)
    assert (await counts_of(database, run)).of(DeliveryState.PENDING) == 2


async def test_a_notice_that_has_to_wait_for_its_turn_was_not_tried(database: Database, tmp_path: Path) -> None:
    container = container_at(database, tmp_path, 1)
    context = replace(container.context, conduct=Conduct(pace=Pace(per_second=0.01)))
    container = replace(container, context=context)
    run = await make_run(database, 1)
    await add_notice(replace(context, conduct=Conduct()), run.id)
    await add_letters(context, 1)
    taken = ScriptedTransport()
    await post.post_once(container, taken, anyio.Event())
    assert taken.recipients == [f"reader0@{SLOW}"]
    table = tables.notices.c
    async with database.read() as connection:
        now = await database.now(connection)
        ((attempts, due),) = await connection.execute(
            select(table.attempts, table.next_attempt).where(table.object_id == run.id, table.details.is_not(None))
        )
    assert attempts == 0
    assert due > now + timedelta(seconds=50)


@pytest.mark.parametrize("is_heeded", [False, True])
async def test_what_another_relay_says_to_a_letter_leaves_the_usual_one_alone(
    database: Database, tmp_path: Path, *, is_heeded: bool
) -> None:
    container = container_at(database, tmp_path, 1)
    await add_letters(container.context, 1)
    reply = Reply(Phase.RCPT, 450, "slow down")
    said = Outcome(DeliveryState.DEFERRED, reply, RefusalClass.THROTTLE, is_heeded=is_heeded)
    await post.post_once(container, ScriptedTransport(said), anyio.Event())
    async with database.read() as connection:
        known = await lanes.load(connection, post.relay_name(container))
    assert list(known) == ([] if is_heeded else [SLOW])
