"""Close the windows of a subscriber list: begin a run for each digest, whose readers are written down afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import schedule, tokens
from distributor.model.run import Mailing, Run
from distributor.model.schedule import Schedule
from distributor.schedule import DigestWindow
from distributor.store import bulletins, digest_runs, digests
from distributor.usecases.context import Context
from distributor.usecases.cover_items import require_cover


@dataclass(frozen=True, slots=True)
class Closing:
    """What closes the windows of a list.

    Args:
        schedule: the schedule whose occurrence it is.
        occurrence: its moment.
        end: items published before this moment belong to the digests.
    """

    schedule: Schedule
    occurrence: datetime
    end: datetime


async def open_digests(connection: AsyncConnection, context: Context, closing: Closing) -> tuple[Run, ...]:
    """Begin the runs that an occurrence of a subscriber list closes; none when nobody is missing anything.

    Args:
        connection: an open writing transaction.
        context: the installation.
        closing: what closes the windows.

    Raises:
        NotSignedOff: when an item in a window is not covered by a sign-off; nothing is begun then.
    """
    wanted, today = closing.schedule, context.now().date()
    await digests.enter(connection)
    seen = await digests.lowest_seen(connection, wanted.list_id, wanted.frequency, today)
    if seen is None:
        return ()
    entries = await digests.entries(connection, seen)
    windows = schedule.closed_windows(wanted.frequency, entries, seen, closing.end)
    begun = []
    for window in windows:
        run = await _run(connection, context, closing, window)
        await digest_runs.open_run(connection, run, wanted.frequency, window.until)
        begun.append(run)
    return tuple(begun)


async def _run(connection: AsyncConnection, context: Context, closing: Closing, window: DigestWindow) -> Run:
    covered = {}
    for bulletin_id in dict.fromkeys(entry.bulletin_id for entry in window.entries):
        record = await bulletins.get(connection, bulletin_id)
        # a bulletin that was taken back as a whole has nothing left to sign
        if record.withdrawn is None or bulletin_id == window.anchor:
            covered[bulletin_id] = await require_cover(connection, record)
    return Run(
        id=tokens.new_key(),
        bulletin_id=window.anchor,
        list_id=closing.schedule.list_id,
        mailing=Mailing.SUBSCRIPTION,
        sign_off_id=covered[window.anchor].id,
        created=context.now(),
        created_by=f"schedule {closing.schedule.id}",
        schedule_id=closing.schedule.id,
        occurrence=closing.occurrence,
    )
