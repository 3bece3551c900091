"""Accounts, sessions and counted failures in the database."""

from datetime import UTC, datetime, timedelta

import pytest

from distributor.access import AccessRole
from distributor.errors import NotFound
from distributor.model.user import Failures, Session, User
from distributor.store import sessions, users
from distributor.store.engine import Database

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LI = User("li", AccessRole.EDITOR, NOW, NOW)
WANG = User("王", AccessRole.ADMINISTRATOR, NOW, NOW)


def a_session(key: str, user: str = "li", *, seen: datetime = NOW) -> Session:
    return Session(key, user, NOW, seen, NOW + timedelta(hours=12), "203.0.113.7", "Browser")


async def test_an_account_is_kept_once(database: Database) -> None:
    async with database.write() as connection:
        assert await users.add(connection, LI, "hash")
        assert not await users.add(connection, LI, "other")
        assert await users.find(connection, "li") == LI
        assert await users.password_hash(connection, "li") == "hash"
        assert await users.find(connection, "wang") is None
        assert await users.password_hash(connection, "wang") is None
        with pytest.raises(NotFound, match="user-unknown"):
            await users.get(connection, "wang")


async def test_accounts_change(database: Database) -> None:
    async with database.write() as connection:
        for user in (LI, WANG):
            await users.add(connection, user, "hash")
        await users.set_role(connection, "li", AccessRole.ADMINISTRATOR)
        assert await users.administrators(connection) == {"li", "王"}
        await users.set_disabled(connection, "王", NOW)
        assert await users.administrators(connection) == {"li"}
        await users.set_password(connection, "li", "new", NOW + timedelta(days=1))
        assert [user.name for user in await users.list_all(connection)] == ["li", "王"]
        found = await users.get(connection, "li")
        assert (found.role, found.password_set) == (AccessRole.ADMINISTRATOR, NOW + timedelta(days=1))
        assert (await users.get(connection, "王")).disabled == NOW


async def test_a_session_is_found_by_its_token_which_is_not_kept(database: Database) -> None:
    async with database.write() as connection:
        await users.add(connection, LI, "hash")
        await sessions.add(connection, a_session("s1"), "token")
        assert await sessions.find(connection, "token") == a_session("s1")
        assert await sessions.find(connection, "s1") is None
        assert await sessions.find(connection, "\ud800") is None
        assert await sessions.get(connection, "s1") == a_session("s1")
        kept = (await connection.exec_driver_sql("SELECT * FROM sessions")).one()
    assert "token" not in [str(value) for value in kept]


async def test_sessions_end_one_by_one_all_together_or_by_age(database: Database) -> None:
    async with database.write() as connection:
        for user in (LI, WANG):
            await users.add(connection, user, "hash")
        for number in range(4):
            await sessions.add(connection, a_session(f"s{number}", seen=NOW + timedelta(minutes=number)), f"t{number}")
        await sessions.add(connection, a_session("w", "王"), "tw")
        assert [session.id for session in await sessions.list_of(connection, "li")] == ["s3", "s2", "s1", "s0"]
        assert await sessions.remove(connection, "s0")
        assert not await sessions.remove(connection, "s0")
        assert await sessions.remove_of(connection, "li", spared="s2") == 2
        assert await sessions.remove_of(connection, "li") == 1
        await sessions.touch(connection, "w", NOW + timedelta(hours=1))
        await sessions.remove_expired(connection, NOW, NOW)
        assert [session.id for session in await sessions.list_of(connection, "王")] == ["w"]
        await sessions.remove_expired(connection, NOW + timedelta(hours=12), NOW)
        assert await sessions.list_of(connection, "王") == ()


async def test_failures_are_counted_against_a_digest_of_the_name(database: Database) -> None:
    async with database.write() as connection:
        assert await users.take_failures(connection, "name:hunter2", NOW) == Failures(0, NOW)
        await users.set_failures(connection, "name:hunter2", Failures(2, NOW))
        later = NOW + timedelta(seconds=1)
        assert await users.take_failures(connection, "name:hunter2", later) == Failures(2, NOW)
        kept = (await connection.exec_driver_sql("SELECT * FROM login_failures")).one()
        assert "hunter2" not in str(kept)
        await users.forget_failures(connection, NOW)
        assert await users.take_failures(connection, "name:hunter2", later) == Failures(2, NOW)
        await users.forget_failures(connection, later)
        assert await users.take_failures(connection, "name:hunter2", later) == Failures(0, later)
