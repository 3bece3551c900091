"""Functions that await their connection, run from end to end in one thread."""

import types
from collections.abc import Generator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.store.at_once import at_once, run_at_once


async def doubled(connection: AsyncConnection, number: int) -> int:
    assert connection.dialect.name == "sqlite"
    (half,) = (await connection.execute(text("SELECT :number"), {"number": number})).one()
    return int(half) + int(await connection.scalar(text("SELECT :number"), {"number": number}) or 0)


def test_a_function_of_the_store_runs_without_an_event_loop() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        assert run_at_once(doubled(at_once(connection), 21)) == 42
    engine.dispose()


def test_what_waits_for_anything_else_is_an_error() -> None:
    @types.coroutine
    def something_else() -> Generator[None, None, None]:
        yield

    async def wait() -> None:
        await something_else()

    with pytest.raises(RuntimeError, match="something else"):
        run_at_once(wait())
