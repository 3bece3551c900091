"""Accounts of the secretariat, and the failures counted against those who try to log in."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.canonical import digest
from distributor.model.user import AccessRole, Failures, User
from distributor.store.tables import login_failures, users
from distributor.store.values import restore

_SHOWN = [column for column in users.c if column.name != "password_hash"]


async def add(connection: AsyncConnection, user: User, password_hash: str) -> bool:
    """Keep a new account; returns False when there is one of that name.

    Args:
        connection: an open writing transaction.
        user: the account.
        password_hash: hash of its password.
    """
    if await find(connection, user.name) is not None:
        return False
    await connection.execute(
        insert(users).values(
            name=user.name,
            role=user.role,
            password_hash=password_hash,
            password_set=user.password_set,
            created=user.created,
            disabled=user.disabled,
        ),
    )
    return True


async def find(connection: AsyncConnection, name: str) -> User | None:
    """Give an account, or None.

    Args:
        connection: an open transaction.
        name: its folded name.
    """
    row = (await connection.execute(select(*_SHOWN).where(users.c.name == name))).mappings().first()
    return None if row is None else restore(User, dict(row))


async def get(connection: AsyncConnection, name: str) -> User:
    """Give an account.

    Args:
        connection: an open transaction.
        name: its folded name.

    Raises:
        NotFound: `user-unknown`.
    """
    user = await find(connection, name)
    if user is None:
        raise NotFound("user-unknown", name=name)
    return user


async def list_all(connection: AsyncConnection) -> tuple[User, ...]:
    """Give every account by name."""
    rows = await connection.execute(select(*_SHOWN).order_by(users.c.name))
    return restore(tuple[User, ...], [dict(row) for row in rows.mappings()])


async def password_hash(connection: AsyncConnection, name: str) -> str | None:
    """Give the hash of an account's password, or None when there is no such account."""
    kept: str | None = await connection.scalar(select(users.c.password_hash).where(users.c.name == name))
    return kept


async def set_password(connection: AsyncConnection, name: str, password_hash: str, moment: datetime) -> None:
    """Give an account another password.

    Args:
        connection: an open writing transaction.
        name: its folded name.
        password_hash: hash of the new password.
        moment: when it is set.
    """
    values = {"password_hash": password_hash, "password_set": moment}
    await connection.execute(update(users).where(users.c.name == name).values(values))


async def set_role(connection: AsyncConnection, name: str, role: AccessRole) -> None:
    """Give an account another role."""
    await connection.execute(update(users).where(users.c.name == name).values(role=role))


async def set_disabled(connection: AsyncConnection, name: str, moment: datetime | None) -> None:
    """Disable an account since a moment, or enable it with None."""
    await connection.execute(update(users).where(users.c.name == name).values(disabled=moment))


async def administrators(connection: AsyncConnection) -> frozenset[str]:
    """Give the names of the administrators who may log in; on PostgreSQL their rows stay locked until the end."""
    query = (
        select(users.c.name)
        .where(users.c.role == AccessRole.ADMINISTRATOR, users.c.disabled.is_(None))
        .order_by(users.c.name)
        .with_for_update()
    )
    return frozenset((await connection.execute(query)).scalars())


async def take_failures(connection: AsyncConnection, subject: str, now: datetime) -> Failures:
    """Give the failures counted against a name or an address, and let nobody else count until this transaction ends.

    Args:
        connection: an open writing transaction.
        subject: what they are counted against, for example `name:li`; kept as a digest.
        now: the present moment, for a subject that is new.
    """
    # a row is made where there is none, since PostgreSQL locks only rows that are there
    new = _insert(connection).values(key=digest(subject), count=0, last=now)
    taken = new.on_conflict_do_update(index_elements=["key"], set_={"count": login_failures.c.count})
    row = (await connection.execute(taken.returning(login_failures.c.count, login_failures.c.last))).mappings().one()
    return restore(Failures, dict(row))


async def set_failures(connection: AsyncConnection, subject: str, counted: Failures) -> None:
    """Write down the failures counted against a name or an address that was taken.

    Args:
        connection: the same transaction.
        subject: as in `take_failures`.
        counted: how many and when.
    """
    values = {"count": counted.count, "last": counted.last}
    await connection.execute(update(login_failures).where(login_failures.c.key == digest(subject)).values(values))


async def forget_failures(connection: AsyncConnection, before: datetime) -> None:
    """Forget what was counted before a moment, so that the table does not grow."""
    await connection.execute(delete(login_failures).where(login_failures.c.last < before))


def _insert(connection: AsyncConnection) -> Any:  # noqa: ANN401  the two dialects share no type that knows conflicts
    return (sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert)(login_failures)
