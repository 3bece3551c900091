"""Recognise a database that was cloned or restored from a backup, before anything of it is sent a second time."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from sqlalchemy.exc import IntegrityError

from distributor import log, tokens
from distributor.store import instance
from distributor.store.instance import Instance
from distributor.usecases.context import Context
from distributor.usecases.hold_everything import hold_everything
from distributor.usecases.place import Place, place_of

_log = log.get_logger(__name__)

_FILE = "instance.json"
# a worker that was killed may look alive so long
ALIVE = timedelta(minutes=2)
# workers beat every five seconds: a stranger sees that of another one rise within that time, or there is none
PATIENCE: Final = timedelta(seconds=10)
_LOOK_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What this machine remembers of the database it sends from; `place` is None in a file of an earlier version."""

    token: str
    beats: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class _Memory:
    """The file of this installation, and where it stands now."""

    file: Path
    here: Place
    remembered: _Remembered | None

    def has(self, known: Instance) -> bool:
        """Tell whether this is the database that was sent from here, or an older state of it."""
        return self._is_from_here() and self.remembered is not None and self.remembered.token == known.token

    def is_ours(self, known: Instance) -> bool:
        """Tell whether this is the database that was sent from here, as it was left."""
        return self.has(known) and self.remembered is not None and self.remembered.beats <= known.beats

    def _is_from_here(self) -> bool:
        place = None if self.remembered is None else self.remembered.place
        return place is None or place.is_that_of(self.here)


async def guard_instance(context: Context, *, patience: timedelta = PATIENCE) -> int:
    """Beat, and let every unfinished run ask a person when this is not the database that we sent from.

    Each beat raises a number in the database, and this installation remembers it in a file, with the place of its
    files (ADR 16). A database whose number is lower was restored. One that is not known here, or whose files were
    copied, is joined when the beat of another worker rises while we wait; otherwise it was cloned or moved.

    Args:
        context: the installation.
        patience: how long to wait for the beat of another worker.

    Returns:
        How many runs wait for a person now.
    """
    while True:
        judged = await _judge(context, patience)
        with suppress(IntegrityError):
            held = await _beat(context, judged)
            if held is not None:
                return held


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was found out about a database before it is written to.

    Args:
        token: its name, None for a new one.
        is_joined: it is strange here, and another worker sends from it.
    """

    token: str | None
    is_joined: bool = False


async def _beat(context: Context, judged: _Judged) -> int | None:
    """Beat; gives how many runs are held, or None when another worker has given the database a name meanwhile."""
    memory = await _recall(context)
    held = 0
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        known = await instance.load(connection)
        if (None if known is None else known.token) != judged.token:
            return None
        if known is not None and not (memory.is_ours(known) or judged.is_joined):
            held = await hold_everything(connection, context.now())
            _log.error("database-restored", runs=held)
            known = Instance(tokens.new_key(20), 0, now, context.now())
        write = instance.found if known is None else instance.save
        known = known or Instance(tokens.new_key(20), 0, now)
        beaten = replace(known, beats=known.beats + 1, beaten=now)
        await write(connection, beaten)
    remembered = _Remembered(beaten.token, beaten.beats, memory.here)
    await anyio.to_thread.run_sync(_write, memory.file, remembered)
    return held


async def _judge(context: Context, patience: timedelta) -> _Judged:
    """Find out whether a database that is strange here is sent from by another worker; wait for its beat."""
    until = anyio.current_time() + patience.total_seconds()
    before: Instance | None = None
    while True:
        async with context.database.read() as connection:
            known = await instance.look(connection)
        if known is None:
            return _Judged(None)
        # another process of this installation may have decided meanwhile
        if (await _recall(context)).has(known):
            return _Judged(known.token)
        if before is None or before.token != known.token:
            before = known
        if known.beats > before.beats:
            _log.info("database-joined", beats=known.beats)
            return _Judged(known.token, is_joined=True)
        if anyio.current_time() >= until:
            return _Judged(known.token)
        await anyio.sleep(_LOOK_SECONDS)


async def _recall(context: Context) -> _Memory:
    return await anyio.to_thread.run_sync(partial(_read, context.journal_folder, context.database.file))


def _read(folder: Path, database: Path | None) -> _Memory:
    file = folder.with_name(_FILE)
    try:
        kept = json.loads(file.read_text("utf-8"))
        place = kept.pop("place", None)
        remembered = _Remembered(**kept, place=None if place is None else _place(place))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        remembered = None
    return _Memory(file, place_of(folder, database), remembered)


def _place(kept: dict[str, list[str]]) -> Place:
    return Place(tuple(kept["files"]), tuple(kept["machine"]))


def _write(file: Path, remembered: _Remembered) -> None:
    fresh = file.with_suffix(f".{tokens.new_key(4)}")
    fresh.write_text(json.dumps(asdict(remembered), ensure_ascii=False), "utf-8")
    fresh.replace(file)
