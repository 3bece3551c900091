"""Recognise a database that was cloned or restored from a backup, before anything of it is sent a second time."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import log, tokens
from distributor.model.ledger import RunEvent
from distributor.model.run import PauseReason
from distributor.store import instance, runs
from distributor.store.instance import Instance
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

_ACTOR = "guard"
_FILE = "instance.json"
# another worker has sent from the database so recently that this one joins it
_ALIVE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What this machine remembers of the database it sends from."""

    token: str
    beats: int


async def guard_instance(context: Context) -> int:
    """Beat, and let every unfinished run ask a person when this is not the database that we sent from.

    Each beat raises a number in the database, and this machine remembers it in a file. A database whose number is
    lower was restored; one that is known to nobody here and beaten by nobody was cloned or moved.

    Args:
        context: the installation.

    Returns:
        How many runs wait for a person now.
    """
    file = context.journal_folder.with_name(_FILE)
    remembered = await anyio.to_thread.run_sync(_read, file)
    held = 0
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        known = await instance.load(connection)
        if known is not None and not _is_ours(known, remembered, now):
            held = await _hold(connection, context)
            known = None
        beaten = Instance(known.token, known.beats + 1, now) if known else Instance(tokens.new_key(20), 1, now)
        await instance.save(connection, beaten)
    await anyio.to_thread.run_sync(_write, file, _Remembered(beaten.token, beaten.beats))
    return held


def _is_ours(known: Instance, remembered: _Remembered | None, now: datetime) -> bool:
    if remembered is None or remembered.token != known.token:
        return now - known.beaten < _ALIVE
    return remembered.beats <= known.beats


async def _hold(connection: AsyncConnection, context: Context) -> int:
    waiting = await runs.unfinished(connection)
    for run_id in waiting:
        await runs.pause(connection, run_id, _ACTOR, PauseReason.RESTORED, context.now())
        event = RunEvent(context.now(), _ACTOR, "pause", PauseReason.RESTORED.value, 0)
        await runs.add_event(connection, run_id, event)
    _log.error("database-restored", runs=len(waiting))
    return len(waiting)


def _read(file: Path) -> _Remembered | None:
    try:
        return _Remembered(**json.loads(file.read_text("ascii")))
    except (OSError, ValueError, TypeError):
        return None


def _write(file: Path, remembered: _Remembered) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{tokens.new_key(4)}")
    fresh.write_text(json.dumps({"token": remembered.token, "beats": remembered.beats}), "ascii")
    fresh.replace(file)
