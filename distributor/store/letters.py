"""Letters: mails to one person that are no bulletin; at least once, with one Message-ID."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Update, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import address_key
from distributor.store.tables import letters


class LetterState(StrEnum):
    """Where a letter stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person.

    Args:
        id: minted with it.
        kind: name of its templates.
        address: where to.
        content: the rendered words as canonical bytes in text; None when they were forgotten.
        message_id: the same on every attempt.
        created: when.
        leave_url: https address that takes the one-click POST, or None for a letter that was asked for just now.
        attempts: how often it was tried.
    """

    id: str
    kind: str
    address: str
    content: str | None
    message_id: str
    created: datetime
    leave_url: str | None = None
    attempts: int = 0


async def add(connection: AsyncConnection, letter: Letter) -> None:
    """Put a letter into the outbox.

    Args:
        connection: an open writing transaction.
        letter: the letter.
    """
    fields = {name: getattr(letter, name) for name in Letter.__dataclass_fields__}
    state = {"state": LetterState.PENDING, "next_attempt": letter.created}
    await connection.execute(insert(letters).values(address_key=address_key(letter.address), **fields, **state))


async def count_since(connection: AsyncConnection, address: str, kind: str, moment: datetime) -> int:
    """Count the letters of a kind to an address since a moment.

    Args:
        connection: an open transaction.
        address: where to, in any case.
        kind: name of their templates.
        moment: when the count begins.
    """
    query = select(func.count()).where(
        letters.c.address_key == address_key(address), letters.c.kind == kind, letters.c.created > moment
    )
    return int(await connection.scalar(query) or 0)


async def is_any_due(connection: AsyncConnection, now: datetime) -> bool:
    """Tell whether a letter waits to be sent.

    Args:
        connection: an open transaction.
        now: the clock of the database.
    """
    return bool(await connection.scalar(select(exists().where(*_due(now)))))


async def claim(connection: AsyncConnection, now: datetime, until: datetime, limit: int) -> tuple[Letter, ...]:
    """Take due letters under a lease; those another worker has are passed over.

    Args:
        connection: an open writing transaction.
        now: the clock of the database.
        until: end of the lease.
        limit: how many at most.
    """
    query = (
        select(letters)
        .where(*_due(now))
        .order_by(letters.c.next_attempt)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    names = tuple(Letter.__dataclass_fields__)
    found = tuple(Letter(**{name: row[name] for name in names}) for row in (await connection.execute(query)).mappings())
    taken = update(letters).where(letters.c.id.in_([one.id for one in found]))
    await connection.execute(taken.values(lease_until=until, attempts=letters.c.attempts + 1))
    return found


async def renew(connection: AsyncConnection, letter_id: str, held: datetime, until: datetime) -> bool:
    """Lengthen a lease; returns False when it has run out and somebody else has the letter.

    Args:
        connection: an open writing transaction.
        letter_id: the letter.
        held: end of the lease as it was given.
        until: its end from now on.
    """
    renewed = await connection.execute(_held(letter_id, held).values(lease_until=until))
    return renewed.rowcount == 1


async def give_back(connection: AsyncConnection, letter_id: str, held: datetime, due: datetime) -> None:
    """Give a letter back that was not tried; nothing happens when somebody else has it.

    Args:
        connection: an open writing transaction.
        letter_id: the letter.
        held: end of the lease.
        due: when it may be sent.
    """
    untried = {"lease_until": None, "next_attempt": due, "attempts": letters.c.attempts - 1}
    await connection.execute(_held(letter_id, held).values(untried))


async def settle(
    connection: AsyncConnection, letter_id: str, held: datetime, answer: tuple[LetterState, str], moment: datetime
) -> None:
    """Write down what came of a letter; nothing happens when somebody else has it.

    Args:
        connection: an open writing transaction.
        letter_id: the letter.
        held: end of the lease.
        answer: its state from now on, and what the relay answered.
        moment: now; for a letter that stays pending, when it is tried again.
    """
    state, reply = answer
    values: dict[str, object] = {"state": state, "reply": reply[:500], "lease_until": None}
    values["next_attempt" if state is LetterState.PENDING else "finished"] = moment
    if state is not LetterState.PENDING:
        # a sent letter holds links that open the subscription: they are the reader's alone now
        values["content"] = None
    await connection.execute(_held(letter_id, held).values(values))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(letters.c.lease_until.is_(None), letters.c.lease_until <= now)
    return letters.c.state == LetterState.PENDING, letters.c.next_attempt <= now, free


def _held(letter_id: str, held: datetime) -> Update:
    return update(letters).where(
        letters.c.id == letter_id, letters.c.state == LetterState.PENDING, letters.c.lease_until == held
    )


async def give_up(connection: AsyncConnection, reply: str, now: datetime) -> int:
    """Send nothing more of what waits; returns how many letters that were.

    Args:
        connection: an open writing transaction.
        reply: why.
        now: the present moment.
    """
    waiting = update(letters).where(letters.c.state == LetterState.PENDING)
    values = {"state": LetterState.FAILED, "reply": reply, "finished": now, "lease_until": None, "content": None}
    return (await connection.execute(waiting.values(values))).rowcount


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Forget letters that are done with; returns how many.

    Args:
        connection: an open writing transaction.
        before: letters older than this.
    """
    done = delete(letters).where(letters.c.created < before, letters.c.state != LetterState.PENDING)
    return (await connection.execute(done)).rowcount


async def remove_of(connection: AsyncConnection, address: str) -> None:
    """Forget every letter to an address.

    Args:
        connection: an open writing transaction.
        address: in any case.
    """
    await connection.execute(delete(letters).where(letters.c.address_key == address_key(address)))
