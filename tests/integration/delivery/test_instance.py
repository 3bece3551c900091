"""Who sends from a database: the same installation goes on, another worker joins, a copy asks a person."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest
from sqlalchemy import update

from distributor.access import Actor
from distributor.model.run import DeliveryState, PauseReason, Run, RunStatus
from distributor.store import instance, tables
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.guard_instance import guard_instance
from distributor.usecases.list_runs import show_run
from distributor.usecases.resume_run import resume_run
from distributor.usecases.send_due import send_due
from tests.support.databases import postgres_url, sqlite_url
from tests.support.ledger import make_context, make_run, rows_of, until
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio

WANG = Actor("王处")
# nobody else is there: it is not worth waiting for anybody
ALONE = timedelta(0)
LONG = timedelta(seconds=60)


@dataclass(slots=True)
class Beating:
    """A worker that beats; `beats` are counted."""

    context: Context
    beats: int = 0
    patience: timedelta = ALONE

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await guard_instance(self.context, patience=self.patience)
            self.beats += 1
            await anyio.sleep(0.05)


@asynccontextmanager
async def beating(context: Context) -> AsyncIterator[Beating]:
    """Another worker that lives meanwhile."""
    worker = Beating(context)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(worker.run)
        yield worker
        tasks.cancel_scope.cancel()


async def status(context: Context, run: Run) -> RunStatus:
    return (await show_run(context, run.id))[0].status


async def is_copy(database: Database) -> bool:
    async with database.read() as connection:
        return await instance.restored(connection) is not None


async def test_the_same_installation_goes_on_after_every_restart(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 1)
    for _ in range(3):
        assert await guard_instance(make_context(database, tmp_path), patience=ALONE) == 0
    assert await status(make_context(database, tmp_path), run) is RunStatus.WAITING
    assert json.loads((tmp_path / "instance.json").read_text("utf-8"))["beats"] == 3


async def test_a_file_of_an_earlier_version_is_taken_as_it_is_once(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    await guard_instance(context, patience=ALONE)
    file = tmp_path / "instance.json"
    kept = json.loads(file.read_text("utf-8"))
    place = kept.pop("place")
    file.write_text(json.dumps(kept), "utf-8")
    assert await guard_instance(context, patience=ALONE) == 0
    assert json.loads(file.read_text("utf-8"))["place"] == place
    assert await status(context, run) is RunStatus.WAITING


@pytest.mark.parametrize("damaged", ["", "[]", '{"token": 1}', '{"token": "t", "beats": 1, "place": {}}'])
async def test_a_damaged_file_asks(database: Database, tmp_path: Path, damaged: str) -> None:
    context = make_context(database, tmp_path)
    await make_run(database, 1)
    await guard_instance(context, patience=ALONE)
    (tmp_path / "instance.json").write_text(damaged)
    assert await guard_instance(context, patience=ALONE) == 1


async def test_a_restored_database_asks_without_waiting_for_anybody(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    for _ in range(5):
        await guard_instance(context, patience=ALONE)
    async with database.write() as connection:
        await connection.execute(update(tables.instance).values(beats=2))
    assert await guard_instance(context, patience=timedelta(hours=1)) == 1
    summary, _ = await show_run(context, run.id)
    assert summary.status is RunStatus.ASKING
    assert summary.run.pause_reason is PauseReason.RESTORED
    assert await guard_instance(context, patience=ALONE) == 0, "it is asked once"
    assert await resume_run(context, WANG, run.id)


async def test_a_clone_that_was_beaten_a_moment_ago_asks(database: Database, tmp_path: Path) -> None:
    await guard_instance(make_context(database, tmp_path / "a"), patience=ALONE)
    run = await make_run(database, 1)
    clone = make_context(database, tmp_path / "b")
    assert await guard_instance(clone, patience=timedelta(seconds=0.5)) == 1
    assert await status(clone, run) is RunStatus.ASKING
    assert await is_copy(database)


async def test_a_further_worker_joins_when_the_beat_of_another_one_rises(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 1)
    first, second = make_context(database, tmp_path / "a"), make_context(database, tmp_path / "b")
    await guard_instance(first, patience=ALONE)
    async with beating(first) as other:
        assert await guard_instance(second, patience=LONG) == 0
        assert other.beats > 0
    # from then on each knows it, whether the other one lives or not
    for worker in (second, first, second):
        assert await guard_instance(worker, patience=ALONE) == 0
    assert await status(first, run) is RunStatus.WAITING
    assert not await is_copy(database)


@pytest.mark.postgres
async def test_workers_that_begin_at_once_with_a_new_database_are_no_copies(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 1)
    workers = [Beating(make_context(database, tmp_path / str(number)), patience=LONG) for number in range(3)]
    async with anyio.create_task_group() as tasks:
        for worker in workers:
            tasks.start_soon(worker.run)
        await until(lambda: all(worker.beats >= 2 for worker in workers))
        tasks.cancel_scope.cancel()
    assert not await is_copy(database)
    assert await status(workers[0].context, run) is RunStatus.WAITING


async def test_a_further_worker_whose_folder_is_a_copy_joins_in_the_same_way(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database = Database(postgres_url(request))
    run = await make_run(database, 1)
    first, second = make_context(database, tmp_path / "a"), make_context(database, tmp_path / "b")
    await guard_instance(first, patience=ALONE)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    async with beating(first):
        assert await guard_instance(second, patience=LONG) == 0
    assert await status(first, run) is RunStatus.WAITING
    shutil.copytree(tmp_path / "a", tmp_path / "c")
    third = make_context(database, tmp_path / "c")
    assert await guard_instance(third, patience=ALONE) == 1, "nobody is there"
    await database.dispose()


async def test_two_strangers_at_a_clone_ask_once(database: Database, tmp_path: Path) -> None:
    await guard_instance(make_context(database, tmp_path / "a"), patience=ALONE)
    await make_run(database, 1)
    one, other = make_context(database, tmp_path / "b"), make_context(database, tmp_path / "b")
    asked: list[int] = []

    async def start(context: Context, patience: float) -> None:
        asked.append(await guard_instance(context, patience=timedelta(seconds=patience)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(start, one, 0.3))
        tasks.start_soon(partial(start, other, 60))
    assert sorted(asked) == [0, 1]


async def test_finished_runs_ask_nobody(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    await guard_instance(context, patience=ALONE)
    await make_run(database, 1)
    async with database.write() as connection:
        await connection.execute(update(tables.deliveries).values(state=DeliveryState.SENT))
        await connection.execute(update(tables.instance).values(beats=0))
    assert await guard_instance(context, patience=ALONE) == 0


@pytest.mark.parametrize("alive", [True, False])
async def test_a_copied_data_folder_sends_nothing_while_the_original_goes_on(tmp_path: Path, alive: bool) -> None:
    (tmp_path / "data").mkdir()
    original = make_context(Database(sqlite_url(tmp_path / "data")), tmp_path / "data")
    run = await make_run(original.database, 5)
    await guard_instance(original, patience=ALONE)
    await original.database.dispose()
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    copied = Database(f"sqlite+aiosqlite:///{tmp_path / 'copy' / 'distributor.sqlite3'}")
    copy = make_context(copied, tmp_path / "copy")
    transport = ScriptedTransport()
    if alive:
        async with beating(original):
            assert await guard_instance(copy, patience=timedelta(seconds=0.5)) == 1
    else:
        assert await guard_instance(copy, patience=ALONE) == 1
    assert (await send_due(copy, transport, 2)).sent == 0
    assert (await show_run(copy, run.id))[0].run.pause_reason is PauseReason.RESTORED
    assert await is_copy(copied), "schedules ask, too"
    assert transport.recipients == []
    assert (await send_due(original, transport, 2)).sent == 5
    assert {row.delivery.state for row in await rows_of(original.database, run)} == {DeliveryState.SENT}
    # a person says that the copy is what goes on
    assert await resume_run(copy, WANG, run.id)
    assert (await send_due(copy, transport, 2)).sent == 5
    await copied.dispose()
    await original.database.dispose()
