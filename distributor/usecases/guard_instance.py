"""Recognise a database that was cloned or restored from a backup, before anything of it is sent a second time."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import anyio.to_thread

from distributor import log, tokens
from distributor.store import instance
from distributor.store.instance import Instance
from distributor.usecases.context import Context
from distributor.usecases.hold_everything import hold_everything

_log = log.get_logger(__name__)

_FILE = "instance.json"
# another worker has sent from the database so recently that this one joins it
ALIVE = timedelta(minutes=2)


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
            held = await hold_everything(connection, context.now())
            _log.error("database-restored", runs=held)
            known = Instance(tokens.new_key(20), 0, now, context.now())
        known = known or Instance(tokens.new_key(20), 0, now)
        beaten = replace(known, beats=known.beats + 1, beaten=now)
        await instance.save(connection, beaten)
    await anyio.to_thread.run_sync(_write, file, _Remembered(beaten.token, beaten.beats))
    return held


def _is_ours(known: Instance, remembered: _Remembered | None, now: datetime) -> bool:
    if remembered is None or remembered.token != known.token:
        return now - known.beaten < ALIVE
    return remembered.beats <= known.beats


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
