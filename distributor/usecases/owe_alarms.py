"""Owe the secretariat a notice when a guard stops a run, and when a recipient domain first refuses us in one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log, tokens
from distributor.model.notice import Notice, NoticeKind
from distributor.model.run import Run
from distributor.store import alarms, notices
from distributor.usecases.context import Context
from distributor.usecases.survey_runs import ALARMING

_log = log.get_logger(__name__)

# what comes within that time is told of in one mail
SETTLING: Final = timedelta(minutes=2)
# whatever comes after the first mail about a run is gathered for longer, so that a bad day is no flood of mails
LATER: Final = timedelta(hours=1)
_RECENT: Final = timedelta(days=45)


async def owe_alarms(context: Context) -> int:
    """Look for what the secretariat was not told of yet; gives how many notices are owed since. Idempotent.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        if not await _untold(connection, context):
            return 0
    async with context.database.write() as connection:
        untold = await _untold(connection, context)
        made = [await _owe(connection, context, one) for one in untold]
    for kind, run_id, about in untold:
        _log.warning("alarm", kind=kind.value, run=run_id, about=", ".join(about))
    return sum(made)


_Untold = tuple[NoticeKind, str, tuple[str, ...]]


def pause_key(run: Run) -> str:
    """Name one pause of a run, so that each is told of once.

    Args:
        run: a run that stands still.
    """
    return "" if run.paused is None else run.paused.isoformat()


async def owe_more(
    connection: AsyncConnection, context: Context, kind: NoticeKind, run_id: str, about: Sequence[str]
) -> bool:
    """Let the next notice of a kind about a run tell of something; returns whether it is a new one.

    Args:
        connection: an open writing transaction.
        context: the installation.
        kind: what it says.
        run_id: the run.
        about: what it tells of, beside what it was to tell of anyway.
    """
    known = await alarms.owed(connection, kind, run_id)
    waiting = next((one for one in known if one.is_open), None)
    if waiting is not None and await alarms.add_to(connection, waiting.id, (*waiting.about, *about)):
        return False
    wait = LATER if known else SETTLING
    return await _add(connection, context, kind, f"{run_id}:{len(known) + 1}", about, wait)


async def _untold(connection: AsyncConnection, context: Context) -> tuple[_Untold, ...]:
    """Give what nobody was told of: the pauses of runs with the refusals that led to them, and other refusals."""
    found: list[_Untold] = []
    for run in await alarms.stopped_runs(connection):
        if pause_key(run) not in await _told(connection, run.id, NoticeKind.RUN_PAUSED):
            refused = await alarms.refused(connection, run.id, ALARMING)
            domains = dict.fromkeys(one.domain for one in refused)
            found.append((NoticeKind.RUN_PAUSED, run.id, (pause_key(run), *domains)))
    waiting = await alarms.refused_domains(connection, context.now() - _RECENT, ALARMING)
    for run_id, refusing in waiting.items():
        told = await _told(connection, run_id, NoticeKind.RUN_PAUSED, NoticeKind.RUN_REFUSED)
        fresh = tuple(domain for domain in refusing if domain not in told)
        if fresh:
            found.append((NoticeKind.RUN_REFUSED, run_id, fresh))
    return tuple(found)


async def _told(connection: AsyncConnection, run_id: str, *kinds: NoticeKind) -> set[str]:
    return {about for kind in kinds for one in await alarms.owed(connection, kind, run_id) for about in one.about}


async def _owe(connection: AsyncConnection, context: Context, untold: _Untold) -> bool:
    kind, run_id, about = untold
    if kind is NoticeKind.RUN_REFUSED:
        return await owe_more(connection, context, kind, run_id, about)
    known = await alarms.owed(connection, kind, run_id)
    return await _add(connection, context, kind, f"{run_id}:{len(known) + 1}", about, timedelta(0))


async def _add(
    connection: AsyncConnection,
    context: Context,
    kind: NoticeKind,
    object_id: str,
    about: Sequence[str],
    wait: timedelta,
) -> bool:
    details = {"about": list(about)}
    notice = Notice(tokens.new_id(), kind, object_id, context.sender.reply_to, context.now(), details)
    return await notices.add(connection, notice, await context.database.now(connection) + wait)
