"""Transactions in a thread of their own, also one that is left alone."""

import threading

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.engine import Database

pytestmark = pytest.mark.anyio


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("CREATE TABLE made (number INTEGER)"))
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await database.write_in_thread(work)

    async def again(connection: AsyncConnection) -> int:
        await connection.execute(text("CREATE TABLE made (number INTEGER)"))
        return int(await connection.scalar(text("SELECT count(*) FROM made")) or 0)

    assert await database.write_in_thread(again) == 0


async def test_a_thread_that_is_left_alone_closes_what_it_used(database: Database) -> None:
    begun, may_end = threading.Event(), threading.Event()

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("CREATE TABLE made (number INTEGER)"))
        begun.set()
        may_end.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.write_in_thread, work)
        await anyio.to_thread.run_sync(begun.wait)
        tasks.cancel_scope.cancel()
    # a connection that stays open is an error of the suite when it is collected
    await database.dispose()
    may_end.set()
    while not await has_table(database):  # noqa: ASYNC110  a thread that was left alone tells nobody
        await anyio.sleep(0.01)


async def has_table(database: Database) -> bool:
    async with database.read() as connection:
        return await connection.run_sync(lambda blocking: inspect(blocking).has_table("made"))
