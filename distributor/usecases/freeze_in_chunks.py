"""Freeze a run of very many addresses without holding the database or the program for long."""

from collections.abc import Iterable
from itertools import islice

import anyio.lowlevel

from distributor.errors import Conflict
from distributor.model.run import Delivery, Run
from distributor.store import freezing, runs
from distributor.usecases.context import Context

_CHUNK = 2_500


async def freeze_in_chunks(context: Context, run: Run, frozen: Iterable[Delivery], expected: int) -> None:
    """Write a run in chunks, each in a transaction of its own; it is due only when all of it is there.

    What a crash leaves unfinished is never due, and the reconciler removes it after an hour.

    Args:
        context: the installation.
        run: the run, not ready.
        frozen: its deliveries, each address once; made while they are written.
        expected: how many there must be.

    Raises:
        Conflict: `run-incomplete` when the number is another one; nothing of the run will be sent.
    """
    async with context.database.write() as connection:
        await runs.add(connection, run)
    given = iter(frozen)
    position = 0
    while chunk := list(islice(given, _CHUNK)):
        async with context.database.write() as connection:
            await freezing.add_chunk(connection, run, chunk, position)
        position += len(chunk)
        await anyio.lowlevel.checkpoint()
    async with context.database.write() as connection:
        if not await freezing.complete(connection, run, expected):
            raise Conflict("run-incomplete", id=run.id, expected=expected, written=position)
