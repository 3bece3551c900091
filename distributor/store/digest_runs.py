"""Runs of subscriber lists while they are written: readers in chunks, each with a window of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Text, cast, delete, exists, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import MailFormat, address_key
from distributor.model.run import Delivery, Run
from distributor.model.subscriber import Frequency, Interests, MembershipState, Preferences, Subscriber
from distributor.store import freezing
from distributor.store.among import among
from distributor.store.digests import readers
from distributor.store.runs import add
from distributor.store.tables import (
    deliveries,
    digest_head,
    digest_runs,
    digest_variants,
    memberships,
    runs,
    subscribers,
    suppressions,
)
from distributor.store.values import restore

_EVERY_LIST = ""
_READ = tuple(column for column in subscribers.c if column.name not in {"interests", "address_key"})


@dataclass(frozen=True, slots=True)
class DigestRun:
    """A run of a subscriber list that is still being written.

    Args:
        run: the run.
        frequency: which subscribers it serves.
        until: number of the last entry that it closes.
        candidates: how many readers were looked at.
    """

    run: Run
    frequency: Frequency
    until: int
    candidates: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reader whose window a run closes.

    Args:
        subscriber: who.
        lists: ids of the lists they are on.
        is_suppressed: whether their address is not written to.
    """

    subscriber: Subscriber
    lists: tuple[str, ...]
    is_suppressed: bool


async def open_run(connection: AsyncConnection, run: Run, frequency: Frequency, until: int) -> None:
    """Begin a run whose readers are still to be written down; nothing of it is due before `complete`.

    Args:
        connection: an open writing transaction.
        run: the run, not ready.
        frequency: whom it serves.
        until: number of the last entry that it closes.
    """
    await add(connection, run)
    values = {"run_id": run.id, "frequency": frequency, "until": until, "candidates": 0}
    await connection.execute(insert(digest_runs).values(values))


async def next_open(connection: AsyncConnection, *, lock: bool = False) -> DigestRun | None:
    """Give the run that is to be written next: they close windows in order.

    Args:
        connection: an open transaction.
        lock: keep others from writing at the same time.
    """
    if lock:
        await connection.execute(select(digest_head.c.number).with_for_update())
    query = (
        select(runs, digest_runs.c.frequency, digest_runs.c.until, digest_runs.c.candidates)
        .join(digest_runs, digest_runs.c.run_id == runs.c.id)
        .where(~digest_runs.c.ready)
        .order_by(digest_runs.c.until, runs.c.created, runs.c.id)
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    run = restore(Run, {name: row[name] for name in Run.__dataclass_fields__})
    return DigestRun(run, Frequency(row["frequency"]), row["until"], row["candidates"])


async def candidates(
    connection: AsyncConnection, opened: DigestRun, today: date, limit: int, *, after: str = ""
) -> tuple[Candidate, ...]:
    """Give the next readers whose window a run closes; who was dealt with has seen it and is none any more.

    Args:
        connection: an open transaction.
        opened: the run.
        today: who has paused beyond it is passed over.
        limit: how many at most.
        after: key of the address that was looked at last; with it each reader is read once, not once a chunk.
    """
    stopped = exists().where(
        suppressions.c.address_key == subscribers.c.address_key,
        suppressions.c.list_id.in_((_EVERY_LIST, opened.run.list_id)),
    )
    on_list, _, is_awake = readers(opened.run.list_id, opened.frequency, today)
    # hidden from the index on it: SQLite would sort all who are left for every chunk
    is_served = subscribers.c.frequency + "" == opened.frequency
    query = (
        select(*_READ, cast(subscribers.c.interests, Text).label("wanted"), stopped.label("stopped"))
        .where(exists().where(memberships.c.subscriber_id == subscribers.c.id, on_list))
        .where(is_served, is_awake, subscribers.c.seen < opened.until, subscribers.c.address_key > after)
        # by address, so that what is written of a chunk stands together in the indices of the ledger
        .order_by(subscribers.c.address_key)
        .limit(limit)
    )
    rows = (await connection.execute(query)).all()
    lists = await _lists_of(connection, [row.id for row in rows])
    return tuple(Candidate(_subscriber(row), lists[row.id], bool(row.stopped)) for row in rows)


async def write_down(
    connection: AsyncConnection,
    opened: DigestRun,
    looked_at: Sequence[Candidate],
    frozen: Sequence[Delivery],
) -> None:
    """Write deliveries of a run, count who was passed over, and move the window of everybody, all or nothing.

    Args:
        connection: an open writing transaction that holds the run.
        opened: the run.
        looked_at: everybody that was dealt with.
        frozen: the deliveries of those who get one.
    """
    run = opened.run
    await freezing.add_chunk(connection, run, frozen, opened.candidates)
    passed_over = len(looked_at) - len(frozen)
    await connection.execute(update(runs).where(runs.c.id == run.id).values(excluded=runs.c.excluded + passed_over))
    counted = update(digest_runs).where(digest_runs.c.run_id == run.id)
    await connection.execute(counted.values(candidates=digest_runs.c.candidates + len(looked_at)))
    reached = {address_key(delivery.address) for delivery in frozen}
    new = [c.subscriber for c in looked_at if not c.subscriber.greeted]
    greeted = [one.id for one in new if address_key(one.address) in reached]
    ids = [candidate.subscriber.id for candidate in looked_at]
    moved = update(subscribers).where(among(connection, subscribers.c.id, ids))
    await connection.execute(moved.values(seen=opened.until))
    if greeted:
        met = update(subscribers).where(among(connection, subscribers.c.id, greeted))
        await connection.execute(met.values(greeted=true()))


async def complete(connection: AsyncConnection, opened: DigestRun, now: datetime) -> tuple[int, bool]:
    """Let a run be sent if its rows and those passed over are all that were looked at; gives rows and whether so.

    A run without any row is taken away: an empty digest is never sent.

    Args:
        connection: an open writing transaction that holds the run.
        opened: the run, of which no candidate is left.
        now: the present moment.
    """
    run_id = opened.run.id
    written = int(await connection.scalar(select(func.count()).where(deliveries.c.run_id == run_id)) or 0)
    excluded = int(await connection.scalar(select(runs.c.excluded).where(runs.c.id == run_id)) or 0)
    if written + excluded != opened.candidates:
        return written, False
    if not written:
        for table in (digest_variants, digest_runs):
            await connection.execute(delete(table).where(table.c.run_id == run_id))
        await connection.execute(delete(runs).where(runs.c.id == run_id))
        return 0, True
    await connection.execute(update(runs).where(runs.c.id == run_id).values(ready=now))
    await connection.execute(update(digest_runs).where(digest_runs.c.run_id == run_id).values(ready=true()))
    return written, True


async def _lists_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ())
    query = select(memberships.c.subscriber_id, memberships.c.list_id).where(
        among(connection, memberships.c.subscriber_id, ids), memberships.c.state == MembershipState.ACTIVE
    )
    for subscriber_id, list_id in await connection.execute(query.order_by(memberships.c.list_id)):
        found[subscriber_id] = (*found[subscriber_id], list_id)
    return found


def _subscriber(row: Row[*tuple[Any, ...]]) -> Subscriber:
    preferences = _preferences(row.frequency, row.language, row.format, row.wanted, row.paused_until)
    return Subscriber(row.id, row.address, preferences, row.created, row.seen, row.greeted)


@lru_cache(maxsize=1024)
def _preferences(frequency: str, language: str, mail_format: str, wanted: str, paused: str | None) -> Preferences:
    """Restore how somebody reads; most of a hundred thousand want the same."""
    interests = restore(Interests, json.loads(wanted))
    until = None if paused is None else date.fromisoformat(paused)
    return Preferences(Frequency(frequency), language, MailFormat(mail_format), interests, until)
