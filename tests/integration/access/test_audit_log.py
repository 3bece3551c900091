"""The audit log in the database: added to, never changed, and a change that was forced shows."""

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from distributor.access import Actor, BrokenLink, Origin
from distributor.model.audit import GENESIS, AuditAct, Touched
from distributor.store import audit
from distributor.store.engine import Database
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.read_audit import read_audit, read_trail
from distributor.usecases.verify_audit import verify_audit
from tests.support.address_books import with_book

pytestmark = pytest.mark.anyio

ACTOR = Actor("li", origin=Origin.DESK)


@pytest.fixture
async def context(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return await with_book(database, tmp_path_factory.mktemp("config"))


async def record(context: Context, count: int = 5, actor: Actor = ACTOR) -> None:
    for number in range(count):
        async with context.database.write() as connection:
            touched = Touched("bulletin", f"b{number % 2}", None, "f" * 64)
            await record_act(connection, context, actor, AuditAct.PUBLISH, touched, {"items": number, "名": "简报"})


async def force(context: Context, *statements: str) -> None:
    """Do what somebody who owns the database can do: take the guards away and write."""
    guards = (
        ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
        if context.database.is_sqlite
        else ["DROP TRIGGER audit_append_only ON audit", "DROP TRIGGER audit_never_emptied ON audit"]
    )
    async with context.database.write() as connection:
        for statement in (*guards, *statements):
            await connection.execute(text(statement))


async def test_an_empty_log_holds(context: Context) -> None:
    verified = await verify_audit(context)
    assert (verified.entries, verified.end, verified.broken, verified.holds_known) == (0, GENESIS, None, True)
    page = await read_audit(context, 10)
    assert (page.entries, page.total, page.broken) == ((), 0, None)


async def test_entries_are_chained_and_read_back_as_they_were_written(context: Context) -> None:
    await record(context)
    verified = await verify_audit(context)
    assert (verified.entries, verified.broken) == (5, None)
    page = await read_audit(context, 2, 1)
    assert ([entry.position for entry in page.entries], page.total, page.broken) == ([4, 3], 5, None)
    newest = (await read_audit(context, 1)).entries[0]
    assert (newest.actor, newest.origin, newest.act, newest.hash) == ("li", "desk", "publish", verified.end)
    assert newest.details == {"items": 4, "名": "简报"}
    assert [entry.position for entry in await read_trail(context, "bulletin", "b0")] == [1, 3, 5]
    assert await read_trail(context, "user", "b0") == ()


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'wang'", "DELETE FROM audit WHERE position = 5"])
async def test_the_database_refuses_to_change_the_log(context: Context, statement: str) -> None:
    await record(context)
    with pytest.raises(DBAPIError, match="append-only"):
        async with context.database.write() as connection:
            await connection.execute(text(statement))
    assert (await verify_audit(context)).entries == 5


async def test_the_database_refuses_to_empty_the_log(context: Context) -> None:
    # SQLite knows no TRUNCATE; a DELETE of all rows runs into the same guard as that of one
    statement = "DELETE FROM audit" if context.database.is_sqlite else "TRUNCATE audit"
    await record(context)
    with pytest.raises(DBAPIError, match="append-only"):
        async with context.database.write() as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "position", "problem"),
    [
        ("UPDATE audit SET actor = 'wang' WHERE position = 3", 3, "hash"),
        ("UPDATE audit SET hash = previous WHERE position = 3", 3, "hash"),
        ("UPDATE audit SET previous = hash WHERE position = 3", 3, "previous"),
        ("DELETE FROM audit WHERE position = 3", 3, "gap"),
        ("DELETE FROM audit WHERE position >= 4", 4, "end"),
        ("DELETE FROM audit", 1, "end"),
    ],
)
async def test_a_change_that_was_forced_shows(context: Context, statement: str, position: int, problem: str) -> None:
    await record(context)
    await force(context, statement)
    verified = await verify_audit(context)
    assert verified.broken == BrokenLink(position, problem)
    assert verified.entries == position - 1


async def test_a_page_shows_that_one_of_its_entries_was_changed(context: Context) -> None:
    await record(context)
    await force(context, "UPDATE audit SET act = 'send' WHERE position = 2")
    assert (await read_audit(context, 2)).broken is None
    assert (await read_audit(context, 2, 2)).broken == BrokenLink(2, "hash")


async def test_a_log_that_was_written_anew_as_a_whole_shows_by_a_hash_that_was_noted(context: Context) -> None:
    await record(context, 3)
    noted = (await verify_audit(context)).end
    await record(context, 2)
    assert (await verify_audit(context, noted)).holds_known
    assert (await verify_audit(context, noted[:12])).holds_known
    await force(context, "DELETE FROM audit", f"UPDATE audit_head SET position = 0, hash = '{GENESIS}'")  # noqa: S608  a constant
    await record(context, 4, Actor("wang"))
    forged = await verify_audit(context, noted)
    assert (forged.broken, forged.holds_known) == (None, False)


async def test_an_act_that_fails_leaves_no_entry(context: Context) -> None:
    async def fail() -> None:
        async with context.database.write() as connection:
            await record_act(connection, context, ACTOR, AuditAct.SEND, Touched("bulletin", "b001"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert (await verify_audit(context)).entries == 0


async def test_those_who_write_at_the_same_time_make_one_chain(context: Context) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(record, context, 3)
    verified = await verify_audit(context)
    assert (verified.entries, verified.broken) == (18, None)


async def test_a_long_log_is_walked_in_pieces(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_CHUNK", 2)
    await record(context, 5)
    assert (await verify_audit(context)).entries == 5
