"""Subscribers, the lists they are on, and the record of what they agreed to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.recipient import MailFormat, address_key
from distributor.model.subscriber import (
    Consent,
    ConsentAct,
    Frequency,
    Interests,
    Membership,
    MembershipState,
    Preferences,
    Subscriber,
    Subscription,
)
from distributor.store.tables import consents, memberships, subscribers
from distributor.store.values import restore


async def add(connection: AsyncConnection, subscriber: Subscriber) -> None:
    """Keep a new subscriber.

    Args:
        connection: an open writing transaction.
        subscriber: nobody else has the address.
    """
    await connection.execute(insert(subscribers).values(row_of(subscriber)))


def row_of(subscriber: Subscriber) -> dict[str, object]:
    """Make the row of a subscriber."""
    row = {"id": subscriber.id, "created": subscriber.created, "greeted": subscriber.greeted, "seen": subscriber.seen}
    return {**row, **_address(subscriber.address), **_preferences(subscriber.preferences)}


async def find(connection: AsyncConnection, address: str) -> Subscription | None:
    """Give who has an address, in any case, or None.

    Args:
        connection: an open transaction.
        address: cleaned.
    """
    return await _one(connection, subscribers.c.address_key == address_key(address))


async def get(connection: AsyncConnection, subscriber_id: str) -> Subscription:
    """Give a subscriber.

    Args:
        connection: an open transaction.
        subscriber_id: its id.

    Raises:
        NotFound: `subscriber-unknown`.
    """
    found = await _one(connection, subscribers.c.id == subscriber_id)
    if found is None:
        raise NotFound("subscriber-unknown", id=subscriber_id)
    return found


async def set_preferences(connection: AsyncConnection, subscriber_id: str, preferences: Preferences) -> None:
    """Change how a subscriber is written to.

    Args:
        connection: an open writing transaction.
        subscriber_id: who.
        preferences: from now on.
    """
    wanted = update(subscribers).where(subscribers.c.id == subscriber_id)
    await connection.execute(wanted.values(_preferences(preferences)))


async def set_address(connection: AsyncConnection, subscriber_id: str, address: str) -> None:
    """Write to another address from now on.

    Args:
        connection: an open writing transaction.
        subscriber_id: who.
        address: cleaned; nobody else has it.
    """
    await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(_address(address)))


async def set_seen(connection: AsyncConnection, subscriber_id: str, seen: int) -> None:
    """Say up to where in the digest log a subscriber has everything.

    Args:
        connection: an open writing transaction.
        subscriber_id: who.
        seen: number of an entry.
    """
    await connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(seen=seen))


async def set_membership(
    connection: AsyncConnection, subscriber_id: str, list_id: str, state: MembershipState, moment: datetime
) -> None:
    """Say where a subscription stands.

    Args:
        connection: an open writing transaction.
        subscriber_id: who.
        list_id: the list.
        state: from now on.
        moment: now.
    """
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    row = {"subscriber_id": subscriber_id, "list_id": list_id, "state": state, "since": moment}
    await connection.execute(
        make(memberships)
        .values(row)
        .on_conflict_do_update(index_elements=["subscriber_id", "list_id"], set_={"state": state, "since": moment}),
    )


async def record(connection: AsyncConnection, subscriber_id: str, consent: Consent) -> None:
    """Add a line to the record of consent; lines are never changed.

    Args:
        connection: an open writing transaction.
        subscriber_id: whose.
        consent: what was agreed to.
    """
    fields = {name: getattr(consent, name) for name in Consent.__dataclass_fields__}
    await connection.execute(insert(consents).values(subscriber_id=subscriber_id, **fields))


async def remove(connection: AsyncConnection, subscriber_id: str) -> None:
    """Forget a subscriber with everything that is kept about them here.

    Args:
        connection: an open writing transaction.
        subscriber_id: who.
    """
    await connection.execute(delete(subscribers).where(subscribers.c.id == subscriber_id))


async def search(
    connection: AsyncConnection,
    words: str = "",
    state: MembershipState | None = None,
    *,
    limit: int = 50,
    offset: int = 0,
) -> tuple[tuple[Subscription, ...], int]:
    """Give a page of subscribers by address, and how many there are.

    Args:
        connection: an open transaction.
        words: part of an address, empty for all.
        state: only those with a subscription in this state.
        limit: how many at most.
        offset: how many to pass over.
    """
    conditions: list[ColumnElement[bool]] = []
    if words:
        conditions.append(subscribers.c.address_key.contains(address_key(words), autoescape=True))
    if state is not None:
        those = select(memberships.c.subscriber_id).where(memberships.c.state == state)
        conditions.append(subscribers.c.id.in_(those))
    total = int(await connection.scalar(select(func.count()).select_from(subscribers).where(*conditions)) or 0)
    query = select(subscribers).where(*conditions).order_by(subscribers.c.address_key).limit(limit).offset(offset)
    return await _subscriptions(connection, query), total


async def page_after(connection: AsyncConnection, last_id: str, limit: int) -> tuple[Subscription, ...]:
    """Give the next subscribers by id, for an export of all.

    Args:
        connection: an open transaction.
        last_id: where the page before ended, empty to begin.
        limit: how many at most.
    """
    query = select(subscribers).where(subscribers.c.id > last_id).order_by(subscribers.c.id).limit(limit)
    return await _subscriptions(connection, query)


async def count_by_state(connection: AsyncConnection) -> dict[tuple[str, MembershipState], int]:
    """Count subscriptions by list and state.

    Args:
        connection: an open transaction.
    """
    query = select(memberships.c.list_id, memberships.c.state, func.count()).group_by(
        memberships.c.list_id, memberships.c.state
    )
    return {(name, MembershipState(state)): number for name, state, number in await connection.execute(query)}


async def remove_unconfirmed(connection: AsyncConnection, before: datetime) -> int:
    """Forget requests that were never confirmed; returns how many.

    Args:
        connection: an open writing transaction.
        before: requests older than this.
    """
    open_since = or_(memberships.c.state != MembershipState.REQUESTED, memberships.c.since >= before)
    kept = select(memberships.c.subscriber_id).where(open_since)
    stale = delete(subscribers).where(subscribers.c.created < before, subscribers.c.id.not_in(kept))
    return (await connection.execute(stale)).rowcount


async def remove_left(connection: AsyncConnection, before: datetime) -> int:
    """Forget who has left every list long ago; returns how many.

    Args:
        connection: an open writing transaction.
        before: who left before this.
    """
    kept = select(memberships.c.subscriber_id).where(
        or_(memberships.c.state != MembershipState.LEFT, memberships.c.since >= before)
    )
    gone = select(memberships.c.subscriber_id).where(memberships.c.state == MembershipState.LEFT)
    stale = delete(subscribers).where(subscribers.c.id.in_(gone), subscribers.c.id.not_in(kept))
    return (await connection.execute(stale)).rowcount


async def blank_origins(connection: AsyncConnection, before: datetime) -> int:
    """Forget from which network addresses requests came; returns how many lines changed.

    Args:
        connection: an open writing transaction.
        before: lines older than this.
    """
    old = update(consents).where(consents.c.at < before, consents.c.origin != "")
    return (await connection.execute(old.values(origin=""))).rowcount


async def _one(connection: AsyncConnection, condition: ColumnElement[bool]) -> Subscription | None:
    return next(iter(await _subscriptions(connection, select(subscribers).where(condition))), None)


async def _subscriptions(connection: AsyncConnection, query: Select[Any]) -> tuple[Subscription, ...]:
    found = [as_subscriber(row) for row in (await connection.execute(query)).mappings()]
    ids = [one.id for one in found]
    lists: dict[str, list[Membership]] = {one: [] for one in ids}
    query = select(memberships).where(memberships.c.subscriber_id.in_(ids)).order_by(memberships.c.list_id)
    for row in await connection.execute(query):
        lists[row.subscriber_id].append(Membership(row.list_id, MembershipState(row.state), row.since))
    lines: dict[str, list[Consent]] = {one: [] for one in ids}
    for row in await connection.execute(
        select(consents).where(consents.c.subscriber_id.in_(ids)).order_by(consents.c.id)
    ):
        line = Consent(row.at, ConsentAct(row.act), row.list_id, row.text, row.language, row.origin)
        lines[row.subscriber_id].append(line)
    return tuple(Subscription(one, tuple(lists[one.id]), tuple(lines[one.id])) for one in found)


def as_subscriber(row: Mapping[Any, Any]) -> Subscriber:
    """Make a subscriber of a row."""
    paused = row["paused_until"]
    preferences = Preferences(
        Frequency(row["frequency"]),
        row["language"],
        MailFormat(row["format"]),
        restore(Interests, row["interests"]),
        None if paused is None else date.fromisoformat(paused),
    )
    return Subscriber(row["id"], row["address"], preferences, row["created"], row["seen"], row["greeted"])


def _address(address: str) -> dict[str, str]:
    return {"address": address, "address_key": address_key(address)}


def _preferences(preferences: Preferences) -> dict[str, object]:
    paused = preferences.paused_until
    return {
        "frequency": preferences.frequency,
        "language": preferences.language,
        "format": preferences.format,
        "interests": preferences.interests,
        "paused_until": None if paused is None else paused.isoformat(),
    }
