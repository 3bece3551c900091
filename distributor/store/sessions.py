"""Sessions of those who are logged in; the token that opens one is kept as a digest."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.canonical import digest_bytes
from distributor.model.user import Session
from distributor.store.tables import sessions
from distributor.store.values import restore

_SHOWN = [sessions.c[field.name] for field in fields(Session)]


async def add(connection: AsyncConnection, session: Session, token: str) -> None:
    """Open a session.

    Args:
        connection: an open writing transaction.
        session: whose, and until when.
        token: the secret of its cookie.
    """
    values = {field.name: getattr(session, field.name) for field in fields(Session)}
    await connection.execute(insert(sessions).values(token_sha256=_digest(token), **values))


async def find(connection: AsyncConnection, token: str) -> Session | None:
    """Give the session that a token opens, whether it has run out or not, or None.

    Args:
        connection: an open transaction.
        token: from the cookie.
    """
    row = (
        (await connection.execute(select(*_SHOWN).where(sessions.c.token_sha256 == _digest(token)))).mappings().first()
    )
    return None if row is None else restore(Session, dict(row))


async def get(connection: AsyncConnection, session_id: str) -> Session | None:
    """Give a session by its id, or None."""
    row = (await connection.execute(select(*_SHOWN).where(sessions.c.id == session_id))).mappings().first()
    return None if row is None else restore(Session, dict(row))


async def list_of(connection: AsyncConnection, user: str) -> tuple[Session, ...]:
    """Give the sessions of an account, the one used last first."""
    query = select(*_SHOWN).where(sessions.c.user == user).order_by(sessions.c.last_seen.desc(), sessions.c.id)
    return restore(tuple[Session, ...], [dict(row) for row in (await connection.execute(query)).mappings()])


async def touch(connection: AsyncConnection, session_id: str, moment: datetime) -> None:
    """Write down that a session was used."""
    await connection.execute(update(sessions).where(sessions.c.id == session_id).values(last_seen=moment))


async def remove(connection: AsyncConnection, session_id: str) -> bool:
    """End a session; returns whether there was one."""
    return (await connection.execute(delete(sessions).where(sessions.c.id == session_id))).rowcount > 0


async def remove_of(connection: AsyncConnection, user: str, *, spared: str | None = None) -> int:
    """End the sessions of an account; returns how many there were.

    Args:
        connection: an open writing transaction.
        user: name of the account.
        spared: id of the one that goes on, or None.
    """
    query = delete(sessions).where(sessions.c.user == user)
    if spared is not None:
        query = query.where(sessions.c.id != spared)
    return (await connection.execute(query)).rowcount


async def remove_expired(connection: AsyncConnection, now: datetime, idle_since: datetime) -> None:
    """Clear away what has run out.

    Args:
        connection: an open writing transaction.
        now: sessions that had to end before are removed.
        idle_since: sessions that were last used before are removed too.
    """
    await connection.execute(
        delete(sessions).where((sessions.c.expires <= now) | (sessions.c.last_seen <= idle_since)),
    )


async def remove_all(connection: AsyncConnection) -> int:
    """End every session of everybody; returns how many there were."""
    return (await connection.execute(delete(sessions))).rowcount


def _digest(token: str) -> str:
    # the token has 256 bits of its own, so that a plain digest cannot be searched
    return digest_bytes(token.encode("utf-8", "surrogatepass"))
