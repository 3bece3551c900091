"""What every act of an operator on a run has in common: permission, the run exists, the history names who did what."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.ledger import RunEvent
from distributor.model.run import Run, RunStatus, run_status
from distributor.store import runs
from distributor.usecases.context import Context

Work = Callable[[AsyncConnection, Run, datetime], Awaitable[int]]


async def act_on_run(context: Context, actor: Actor, run_id: str, act: tuple[str, str], work: Work) -> int:
    """Do something to a run in one transaction; an act that changed nothing leaves no trace, so it may be repeated.

    Args:
        context: the installation.
        actor: who acts.
        run_id: the run.
        act: its name in the history, and what it was about.
        work: does it, and gives how much it changed.

    Raises:
        NotFound: `run-unknown`.
        Refused: `not-permitted`.
    """
    access.require(actor, Act.SEND)
    async with context.database.write() as connection:
        run = await runs.get(connection, run_id)
        now = await context.database.now(connection)
        number = await work(connection, run, now)
        if number:
            name, detail = act
            await runs.add_event(connection, run_id, RunEvent(context.now(), actor.name, name, detail, number))
    return number


async def require_unfinished(connection: AsyncConnection, run: Run) -> None:
    """Refuse what makes no sense once every delivery has come to its end.

    Args:
        connection: an open transaction.
        run: the run.

    Raises:
        Conflict: `run-finished`.
    """
    counts = await runs.counts(connection, [run.id])
    if run_status(run, counts[run.id]) is RunStatus.FINISHED:
        raise Conflict("run-finished", id=run.id)
