"""What was done to the address book, by whom, and when."""

from dataclasses import dataclass

from distributor.model.history import Change, RecordedAct
from distributor.store import book_changes
from distributor.usecases.context import Context

MOST_ACTS = 50
MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class ActInFull:
    """An act and its changes, as many as a page takes."""

    act: RecordedAct
    changes: tuple[Change, ...]


async def list_acts(context: Context, *, before: str | None = None, limit: int = MOST_ACTS) -> tuple[RecordedAct, ...]:
    """Give acts upon the address book, newest first.

    Args:
        context: the installation.
        before: id of the act after which to go on.
        limit: how many.
    """
    async with context.database.read() as connection:
        return await book_changes.list_acts(connection, limit=limit, before=before)


async def show_act(context: Context, act_id: str) -> ActInFull:
    """Give an act with its changes.

    Args:
        context: the installation.
        act_id: the act.

    Raises:
        NotFound: `act-unknown`.
    """
    async with context.database.read() as connection:
        act = await book_changes.get_act(connection, act_id)
        return ActInFull(act, await book_changes.changes_of(connection, act_id, limit=MOST_CHANGES))
