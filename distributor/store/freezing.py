"""Writing the recipients of a run: at once, or in chunks under a run that is not ready yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.run import Delivery, Run
from distributor.store.runs import add
from distributor.store.tables import deliveries, digest_runs, runs

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
    """
    if not chunk:
        return
    if connection.dialect.name != "sqlite" and len(chunk) >= _WORTH_COPYING:
        await _copy(connection, run, chunk, position)
        return
    rows = [
        dict(zip(_NAMES, _values(delivery, run, place), strict=True))
        for place, delivery in enumerate(chunk, start=position)
    ]
    await connection.execute(insert(deliveries), rows)


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
    abandoned = select(runs.c.id).where(runs.c.ready.is_(None), runs.c.created < before)
    # runs of subscriber lists go on where they stopped: whoever is written down has had their window moved
    abandoned = abandoned.where(runs.c.id.not_in(select(digest_runs.c.run_id)))
    ids = (await connection.execute(abandoned)).scalars().all()
    if ids:
        await connection.execute(delete(deliveries).where(deliveries.c.run_id.in_(ids)))
        await connection.execute(delete(runs).where(runs.c.id.in_(ids)))
    return len(ids)


_NAMES = (
    *("id", "run_id", "bulletin_id", "mailing", "position", "address", "display_name", "organization"),
    *("organization_name", "list_id", "role", "language", "format", "variant", "message_id", "idempotency_key"),
    *("state", "attempts", "fence", "next_attempt"),
)


def _values(delivery: Delivery, run: Run, position: int) -> tuple[object, ...]:
    return (
        *(delivery.id, run.id, run.bulletin_id, run.mailing, position, delivery.address, delivery.display_name),
        *(delivery.organization, delivery.organization_name, delivery.list_id, delivery.role, delivery.language),
        *(delivery.format, delivery.variant, delivery.message_id, delivery.idempotency_key),
        *(delivery.state, delivery.attempts, delivery.fence, run.created.astimezone(UTC)),
    )


async def _copy(connection: AsyncConnection, run: Run, chunk: Sequence[Delivery], position: int) -> None:
    # psycopg is an extra, so its types are not known here
    driver: Any = (await connection.get_raw_connection()).driver_connection
    names = ", ".join(_NAMES)
    lines = [_line(_values(delivery, run, place)) for place, delivery in enumerate(chunk, start=position)]
    async with driver.cursor() as cursor, cursor.copy(f"COPY deliveries ({names}) FROM STDIN".encode()) as copy:
        await copy.write("".join(lines))


def _line(values: Sequence[object]) -> str:
    """Write a row in the text format of COPY."""
    cells = ("\\N" if value is None else str(value).translate(_ESCAPED) for value in values)
    return "\t".join(cells) + "\n"
