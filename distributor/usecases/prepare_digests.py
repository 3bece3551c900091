"""Write down the readers of digest runs in chunks, each with the rendering of what they are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import anyio
import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose, log, tokens
from distributor.errors import Conflict, DistributorError
from distributor.model.recipient import Role, address_key
from distributor.model.run import Delivery, Run
from distributor.model.subscriber import DigestKey
from distributor.store import blobs, digest_runs, digests, schedules, site_state
from distributor.store.digest_runs import Candidate, DigestRun
from distributor.usecases.compose_digests import Ground, Rendered, key_of, load_ground, render_all
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import idempotency_key
from distributor.usecases.mend_digests import mend_digests
from distributor.usecases.render_mail import designed

_log = log.get_logger(__name__)

_CHUNK = 2000
_BREATH_SECONDS = 0.01


@dataclass(slots=True)
class _Progress:
    """How far a run is written.

    Args:
        opened: the run.
        version: of what readers get; with another one everything that was rendered is mended first.
        after: key of the address that was looked at last; empty at the beginning of a round.
        ground: what the digests are made of, None when it must be loaded.
        hashes: of the keys that were met.
    """

    opened: DigestRun
    version: int
    after: str = ""
    ground: Ground | None = None
    hashes: dict[DigestKey, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some readers, and what is written for each of them if they are still the same then."""

    readers: Sequence[Candidate]
    minted: Mapping[str, Delivery]
    rendered: Sequence[Rendered]


async def prepare_digests(context: Context) -> int:
    """Write down the readers of every run that was begun; gives how many deliveries there are now.

    Any number of processes may do this at once, and a crash loses nothing: a reader and their delivery are written in
    one transaction with the end of their window, and who is left is found again.

    Args:
        context: the installation.
    """
    written = 0
    while True:
        async with context.database.read() as connection:
            opened = await digest_runs.next_open(connection)
        if opened is None:
            return written
        try:
            design = await designed(context)
            version = await mend_digests(design, opened)
            if version is None:
                # a worker gives back what it holds of it, or others change what readers get: at the next look
                return written
            written += await _prepare(design, _Progress(opened, version))
        except DistributorError as error:
            # a person must look at it; later digests wait, since windows close in order
            _log.warning("digest-blocked", run=opened.run.id, code=error.code)
            return written


async def _prepare(context: Context, progress: _Progress) -> int:
    """Go through the readers in the order of their addresses, and again from the beginning until nobody is left."""
    opened = progress.opened
    while True:
        chunk = await _look_ahead(context, progress)
        async with context.database.write() as connection:
            current = await digest_runs.next_open(connection, lock=True)
            if current is None or current.run.id != opened.run.id:
                # somebody else has finished it
                return 0
            if await site_state.version(connection) != progress.version:
                # something was taken back or corrected meanwhile: what was rendered may hold it
                return 0
            if not chunk.readers and not progress.after:
                return await _complete(connection, context, current)
            await _keep(connection, context, opened.run, chunk.rendered)
            await _write_down(connection, context, current, progress.after, chunk)
        progress.after = address_key(chunk.readers[-1].subscriber.address) if chunk.readers else ""
        # whoever waits for the one write lock of SQLite looks for it now and then
        await anyio.sleep(_BREATH_SECONDS)


async def _look_ahead(context: Context, progress: _Progress) -> _Chunk:
    """Read some readers and make everything for them that needs no lock."""
    opened = progress.opened
    async with context.database.read() as connection:
        ahead = await digest_runs.candidates(connection, opened, _today(context), _CHUNK, after=progress.after)
        lowest = min((candidate.subscriber.seen for candidate in ahead), default=opened.until)
        ground = progress.ground
        if ground is None or lowest < ground.lowest:
            ground = progress.ground = await load_ground(connection, opened, lowest)
        keys = {one.subscriber.id: key_of(one, ground) for one in ahead if not one.is_suppressed}
        for key in keys.values():
            if key not in progress.hashes:
                progress.hashes[key] = key.hash
        hashes = {reader: progress.hashes[key] for reader, key in keys.items()}
        known = await digests.variants(connection, opened.run.id, set(hashes.values()))
    new = [key for key in dict.fromkeys(keys.values()) if progress.hashes[key] not in known]
    rendered = await anyio.to_thread.run_sync(partial(render_all, context, opened, ground, new))
    known |= {one.key.hash: one.variant for one in rendered}
    variants = {reader: known[key_hash] for reader, key_hash in hashes.items()}
    minted = await anyio.to_thread.run_sync(partial(_mint, context, opened.run, ahead, variants))
    return _Chunk(ahead, minted, rendered)


async def _keep(connection: AsyncConnection, context: Context, run: Run, rendered: Sequence[Rendered]) -> None:
    """Keep new renderings with what they were made of."""
    there = await digests.variants(connection, run.id, [one.key.hash for one in rendered])
    for one in rendered:
        if one.data is not None:
            await blobs.put(connection, one.data)
        if one.key.hash in there:
            continue
        row = {"run_id": run.id, "key": one.key.hash, "variant": one.variant, "definition": one.key}
        more = {"lists": one.key.lists, "covered_by": one.covered_by, "created": context.now()}
        await digests.add_variant(connection, {**row, **more})


async def _write_down(
    connection: AsyncConnection, context: Context, opened: DigestRun, after: str, chunk: _Chunk
) -> None:
    """Write down who is still the same candidate; one who changed something meanwhile waits for the next round."""
    current = await digest_runs.candidates(connection, opened, _today(context), _CHUNK, after=after)
    seen = {one.subscriber.id: one for one in chunk.readers}
    same = [candidate for candidate in current if candidate == seen.get(candidate.subscriber.id)]
    frozen = [chunk.minted[one.subscriber.id] for one in same if one.subscriber.id in chunk.minted]
    await digest_runs.write_down(connection, opened, same, frozen)


def _mint(
    context: Context, run: Run, readers: Sequence[Candidate], variants: Mapping[str, str | None]
) -> dict[str, Delivery]:
    """Make the deliveries of those who have something to read, by the id of the reader."""
    minted = {}
    for candidate in readers:
        variant = variants.get(candidate.subscriber.id)
        if variant is not None:
            minted[candidate.subscriber.id] = _delivery(context, run, candidate, variant)
    return minted


def _delivery(context: Context, run: Run, candidate: Candidate, variant: str) -> Delivery:
    delivery_id, who = tokens.new_id(), candidate.subscriber
    return Delivery(
        id=delivery_id,
        run_id=run.id,
        address=who.address,
        display_name=None,
        organization=None,
        organization_name="",
        list_id=run.list_id,
        role=Role.SUBSCRIBER,
        language=who.preferences.language,
        format=who.preferences.format,
        variant=variant,
        message_id=compose.mint_message_id(delivery_id, context.sender),
        idempotency_key=idempotency_key(run.bulletin_id, run.mailing, who.address),
    )


async def _complete(connection: AsyncConnection, context: Context, opened: DigestRun) -> int:
    if await digest_runs.candidates(connection, opened, _today(context), 1):
        # somebody came off their pause or changed the frequency just now
        return 0
    now: datetime = context.now()
    written, balanced = await digest_runs.complete(connection, opened, now)
    if not balanced:
        raise Conflict("run-incomplete", id=opened.run.id, expected=opened.candidates, written=written)
    if not written and opened.run.schedule_id is not None and opened.run.occurrence is not None:
        await schedules.set_outcome(connection, opened.run.schedule_id, opened.run.occurrence, "empty")
    return written


def _today(context: Context) -> date:
    return context.now().date()
