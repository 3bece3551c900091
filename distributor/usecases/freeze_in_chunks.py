"""Write the recipients of a run of very many addresses without holding the database or the program for long."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

import anyio
import anyio.to_thread
from sqlalchemy.exc import IntegrityError

from distributor import log
from distributor.errors import Conflict
from distributor.model.run import Delivery, Run
from distributor.store import freezing
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

_CHUNK = 2_500
_BREATH_SECONDS = 0.01


class _Later:
    """A chunk that is made in a thread, while the database is busy with the one before.

    Args:
        make: makes it.
    """

    def __init__(self, make: Callable[[], list[Delivery]]) -> None:
        self._make = make
        self.made: list[Delivery] = []

    async def __call__(self) -> None:
        """Make it."""
        self.made = await anyio.to_thread.run_sync(self._make)


async def freeze_in_chunks(
    context: Context, run: Run, frozen: Iterable[Delivery], expected: int, *, begin: int = 0
) -> bool:
    """Write the deliveries of a run that was added, each chunk in a transaction of its own; due when all are there.

    What a crash leaves unfinished is never due; `resume_freezing` goes on with it. Returns False when somebody else
    is writing the same run, or it was cancelled meanwhile.

    Args:
        context: the installation.
        run: the run, not ready.
        frozen: its deliveries, each address once; made while they are written.
        expected: how many there must be in the end.
        begin: how many are there already.

    Raises:
        Conflict: `run-incomplete` when the number is another one; nothing of the run will be sent.
    """
    given, position = iter(frozen), begin
    take = partial(_take, given)
    chunk = await anyio.to_thread.run_sync(take)
    while chunk:
        following = _Later(take)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(following)
            is_written = await _write(context, run, chunk, position)
        if not is_written:
            return False
        position += len(chunk)
        chunk = following.made
        # whoever waits for the one write lock of SQLite looks for it now and then
        await anyio.sleep(_BREATH_SECONDS)
    async with context.database.write() as connection:
        if not await freezing.is_open(connection, run.id):
            return False
        if not await freezing.complete(connection, run, expected):
            raise Conflict("run-incomplete", id=run.id, expected=expected, written=position)
    return True


def _take(given: Iterable[Delivery]) -> list[Delivery]:
    return list(islice(given, _CHUNK))


async def _write(context: Context, run: Run, chunk: list[Delivery], position: int) -> bool:
    try:
        async with context.database.write() as connection:
            if not await freezing.is_open(connection, run.id):
                return False
            await freezing.add_chunk(connection, run, chunk, position)
    except IntegrityError:
        _log.info("run-written-by-another", run=run.id)
        return False
    return True
