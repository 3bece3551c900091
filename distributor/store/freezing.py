"""Writing the recipients of a run: at once, or in chunks under a run that is not ready yet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import anyio.to_thread
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.run import Delivery, Mailing, Run
from distributor.store import moments
from distributor.store.runs import add
from distributor.store.tables import deliveries, digest_runs, runs
from distributor.store.values import restore

# below that, one statement for many rows is as fast as COPY
_WORTH_COPYING = 500
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


async def freeze(connection: AsyncConnection, run: Run, frozen: Sequence[Delivery]) -> None:
    """Write down a run and every address it goes to, before anything crosses the wire.

    Args:
        connection: an open writing transaction.
        run: the run.
        frozen: its deliveries, each address once.
    """
    await add(connection, replace(run, ready=run.ready or run.created))
    await add_chunk(connection, run, frozen, 0)


async def add_chunk(connection: AsyncConnection, run: Run, chunk: Sequence[Delivery], position: int) -> None:
    """Write down some more addresses of a run.

    Args:
        connection: an open writing transaction.
        run: the run.
        chunk: the deliveries.
        position: place of the first one in the run.

    Raises:
        IntegrityError: when somebody else has written one of them.
    """
    if not chunk:
        return
    # not when the run was created, by the clock of a program: what is due is judged by that of the database
    now = await moments.read_clock(connection)
    if connection.dialect.name == "sqlite":
        # the statement as the driver takes it: for a hundred thousand rows a third of the time of one that is compiled
        due = deliveries.c.next_attempt.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        moment = now if due is None else due(now)
        await connection.exec_driver_sql(_INSERT, list(_rows(run, chunk, position, moment)))
    elif len(chunk) >= _WORTH_COPYING:
        await _copy(connection, run, chunk, (position, now))
    else:
        rows = [dict(zip(_NAMES, row, strict=True)) for row in _rows(run, chunk, position, now)]
        await connection.execute(insert(deliveries), rows)


async def is_open(connection: AsyncConnection, run_id: str) -> bool:
    """Tell whether a run is still to be written; a cancelled one is not.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    return await connection.scalar(select(runs.c.id).where(runs.c.id == run_id, runs.c.ready.is_(None))) is not None


async def left_behind(connection: AsyncConnection, before: datetime) -> tuple[Run, ...]:
    """Give the runs that somebody began to write and did not complete; those of subscriber lists are not among them.

    Args:
        connection: an open transaction.
        before: those begun before this moment.
    """
    query = select(runs).where(*_is_unfinished(before)).order_by(runs.c.created, runs.c.id)
    rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    return restore(tuple[Run, ...], rows)


async def lists_being_written(connection: AsyncConnection, bulletin_id: str, mailing: Mailing) -> frozenset[str]:
    """Give the lists for which a run of a bulletin is being written: everybody on them gets it by that one.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        mailing: kind of mailing.
    """
    query = select(runs.c.list_id).where(
        runs.c.bulletin_id == bulletin_id, runs.c.mailing == mailing, runs.c.ready.is_(None)
    )
    return frozenset((await connection.execute(query)).scalars())


async def addresses(connection: AsyncConnection, run_id: str) -> frozenset[str]:
    """Give the addresses that are written down for a run.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    query = select(deliveries.c.address).where(deliveries.c.run_id == run_id)
    return frozenset((await connection.execute(query)).scalars())


async def complete(connection: AsyncConnection, run: Run, expected: int) -> bool:
    """Let a run that was written in chunks be due, if all of it is there; returns whether it is.

    Args:
        connection: an open writing transaction.
        run: the run.
        expected: how many deliveries it must have.
    """
    written = await connection.scalar(select(func.count()).where(deliveries.c.run_id == run.id))
    if written != expected:
        return False
    await connection.execute(update(runs).where(runs.c.id == run.id).values(ready=run.created))
    return True


async def discard_abandoned(connection: AsyncConnection, before: datetime) -> int:
    """Remove runs that somebody began to write and never completed; nothing of them was ever due.

    Args:
        connection: an open writing transaction.
        before: those begun before this moment.
    """
    ids = (await connection.execute(select(runs.c.id).where(*_is_unfinished(before)))).scalars().all()
    if ids:
        await connection.execute(delete(deliveries).where(deliveries.c.run_id.in_(ids)))
        await connection.execute(delete(runs).where(runs.c.id.in_(ids)))
    return len(ids)


def _is_unfinished(before: datetime) -> tuple[ColumnElement[bool], ...]:
    # runs of subscriber lists go on by themselves: whoever is written down has had their window moved
    of_subscribers = runs.c.id.in_(select(digest_runs.c.run_id))
    return runs.c.ready.is_(None), runs.c.created < before, ~of_subscribers


_NAMES = (
    *("id", "run_id", "bulletin_id", "mailing", "position", "address", "display_name", "organization"),
    *("organization_name", "list_id", "role", "language", "format", "variant", "message_id", "idempotency_key"),
    *("state", "attempts", "fence", "next_attempt"),
)


_INSERT = f"INSERT INTO deliveries ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608  our own names


def _rows(run: Run, chunk: Iterable[Delivery], position: int, due: object) -> Iterator[tuple[object, ...]]:
    """Make the rows of deliveries, in the order of `_NAMES`; enumerations as plain text, which drivers take at once."""
    head = (run.id, run.bulletin_id, str(run.mailing))
    for place, one in enumerate(chunk, start=position):
        yield (
            *(one.id, *head, place, one.address, one.display_name, one.organization, one.organization_name),
            *(one.list_id, str(one.role), one.language, str(one.format), one.variant, one.message_id),
            *(one.idempotency_key, str(one.state), one.attempts, one.fence, due),
        )


async def _copy(connection: AsyncConnection, run: Run, chunk: Sequence[Delivery], begin: tuple[int, datetime]) -> None:
    # psycopg is an extra, so its types are not known here
    driver: Any = (await connection.get_raw_connection()).driver_connection
    names = ", ".join(_NAMES)
    text = await anyio.to_thread.run_sync(partial(_lines, run, chunk, *begin))
    try:
        async with driver.cursor() as cursor, cursor.copy(f"COPY deliveries ({names}) FROM STDIN".encode()) as copy:
            await copy.write(text)
    except driver.IntegrityError as error:
        # the driver knows nothing of SQLAlchemy, whose errors everybody else expects
        raise IntegrityError("COPY deliveries", {}, error) from error


def _lines(run: Run, chunk: Sequence[Delivery], position: int, due: datetime) -> str:
    return "".join(_line(row) for row in _rows(run, chunk, position, due))


def _line(values: Sequence[object]) -> str:
    """Write a row in the text format of COPY."""
    cells = ("\\N" if value is None else str(value).translate(_ESCAPED) for value in values)
    return "\t".join(cells) + "\n"
