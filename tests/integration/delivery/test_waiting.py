"""Whoever waits in a drain is woken, however many wait for the same: for claims, for messages, for the database."""

from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from distributor.model.ledger import Mark
from distributor.model.run import DeliveryState
from distributor.store import ledger_writer
from distributor.store.engine import Database
from distributor.store.journal import Journal
from distributor.store.ledger_writer import LedgerWriter
from distributor.usecases.draining.stock import Stock
from tests.support.ledger import make_deliveries, make_run, rows_of

pytestmark = pytest.mark.anyio


async def test_all_who_wait_for_claims_hear_of_them(database: Database) -> None:
    run = await make_run(database, 1)
    stock = Stock(10)
    heard: list[int] = []

    async def wait(number: int) -> None:
        await stock.arrival()
        heard.append(number)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for number in range(3):
                tasks.start_soon(wait, number)
            await anyio.wait_all_tasks_blocked()
            stock.add(make_deliveries(run, "v", 1), float("inf"))
    assert sorted(heard) == [0, 1, 2]


async def test_who_comes_to_claims_that_others_took_waits_for_the_next(database: Database) -> None:
    run = await make_run(database, 1)
    stock = Stock(10)
    taken: list[str] = []

    async def take() -> None:
        await stock.arrival()
        taken.extend(delivery.id for delivery in stock.take(1))

    deliveries = make_deliveries(run, "v", 3)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for _ in deliveries:
                tasks.start_soon(take)
            for delivery in deliveries:
                await anyio.wait_all_tasks_blocked()
                stock.add([delivery], float("inf"))
    assert taken == [delivery.id for delivery in deliveries]


async def test_all_who_wait_for_the_database_go_on_when_it_has_caught_up(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_writer, "_MOST_BEHIND", 1)
    run = await make_run(database, 3)
    rows = await rows_of(database, run)
    journal = Journal(tmp_path / "journal", "w")
    writer = LedgerWriter(database, journal)
    for row in rows:
        writer.note(Mark(row.delivery, DeliveryState.PENDING, "w"))
    passed: list[int] = []

    async def wait(number: int) -> None:
        await writer.room()
        passed.append(number)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            async with anyio.create_task_group() as senders:
                for number in range(5):
                    senders.start_soon(wait, number)
                await anyio.wait_all_tasks_blocked()
                assert passed == []
                tasks.start_soon(writer.run)
            await writer.flush()
            tasks.cancel_scope.cancel()
    journal.close()
    assert sorted(passed) == [0, 1, 2, 3, 4]


async def test_no_more_than_one_group_of_messages_is_ever_outside_the_database(
    database: Database, tmp_path: Path
) -> None:
    (row,) = await rows_of(database, await make_run(database, 1))
    journal = Journal(tmp_path / "journal", "w")
    writer = LedgerWriter(database, journal)
    messages = 0
    # the database takes nothing: nobody runs the writer
    while not writer.is_behind:
        writer.begin(Mark(row.delivery, DeliveryState.IN_DOUBT, "w", at=datetime.now(UTC)))
        writer.end(Mark(row.delivery, DeliveryState.SENT, "w", at=datetime.now(UTC)))
        messages += 1
    journal.abandon()
    # the last one is under way when the others have to wait
    assert messages - 1 == 200
