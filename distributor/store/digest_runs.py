"""Runs of subscriber lists while they are written: readers in chunks, each with a window of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import address_key
from distributor.model.run import Delivery, Run
from distributor.model.subscriber import Frequency, MembershipState, Subscriber
from distributor.store import freezing
from distributor.store.digests import readers
from distributor.store.runs import add
from distributor.store.subscribers import as_subscriber
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


async def candidates(connection: AsyncConnection, opened: DigestRun, today: date, limit: int) -> tuple[Candidate, ...]:
    """Give the next readers whose window a run closes; who was dealt with has seen it and is none any more.

    Args:
        connection: an open transaction.
        opened: the run.
        today: who has paused beyond it is passed over.
        limit: how many at most.
    """
    stopped = exists().where(
        suppressions.c.address_key == subscribers.c.address_key,
        suppressions.c.list_id.in_((_EVERY_LIST, opened.run.list_id)),
    )
    query: Select[Any] = (
        select(subscribers, stopped.label("stopped"))
        .join(memberships, memberships.c.subscriber_id == subscribers.c.id)
        .where(*readers(opened.run.list_id, opened.frequency, today), subscribers.c.seen < opened.until)
        .order_by(subscribers.c.id)
        .limit(limit)
    )
    rows = (await connection.execute(query)).mappings().all()
    lists = await _lists_of(connection, [row["id"] for row in rows])
    return tuple(Candidate(as_subscriber(row), lists[row["id"]], bool(row["stopped"])) for row in rows)


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
    greeted = [c.subscriber.id for c in looked_at if address_key(c.subscriber.address) in reached]
    ids = [candidate.subscriber.id for candidate in looked_at]
    await connection.execute(update(subscribers).where(subscribers.c.id.in_(ids)).values(seen=opened.until))
    await connection.execute(update(subscribers).where(subscribers.c.id.in_(greeted)).values(greeted=true()))


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
    found: dict[str, list[str]] = {one: [] for one in ids}
    query = select(memberships.c.subscriber_id, memberships.c.list_id).where(
        memberships.c.subscriber_id.in_(ids), memberships.c.state == MembershipState.ACTIVE
    )
    for subscriber_id, list_id in await connection.execute(query.order_by(memberships.c.list_id)):
        found[subscriber_id].append(list_id)
    return {one: tuple(lists) for one, lists in found.items()}
