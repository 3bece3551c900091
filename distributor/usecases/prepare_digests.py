"""Write down the readers of digest runs in chunks, each with the rendering of what they are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import anyio.lowlevel
import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose, log, tokens
from distributor.compose.subscriptions import Chosen, Reading, render_subscription, subscription_context
from distributor.errors import Conflict, DistributorError
from distributor.i18n import negotiate
from distributor.model.canonical import digest_bytes
from distributor.model.recipient import MailFormat, RecipientList, Role, address_key
from distributor.model.record import BulletinRecord
from distributor.model.run import Delivery, Run
from distributor.model.sign_off import SignOff, VariantKey
from distributor.model.subscriber import DigestKey, Frequency, LogEntry
from distributor.store import blobs, bulletins, digest_runs, digests, schedules
from distributor.store.digest_runs import Candidate, DigestRun
from distributor.usecases.context import Context
from distributor.usecases.cover_items import require_cover
from distributor.usecases.freeze_runs import idempotency_key
from distributor.usecases.render_mail import designed
from distributor.usecases.subscription_links import names_of, open_lists

_log = log.get_logger(__name__)

_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the digests of one run are made of."""

    entries: tuple[LogEntry, ...]
    records: Mapping[str, BulletinRecord]
    covers: Mapping[str, SignOff]
    served: Mapping[str, frozenset[str]]
    lists: tuple[RecipientList, ...]


@dataclass(frozen=True, slots=True)
class _Rendered:
    key: DigestKey
    data: bytes | None
    signed: str | None
    covered_by: tuple[str, ...]


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
            written += await _prepare(await designed(context), opened)
        except DistributorError as error:
            # a person must look at it; later digests wait, since windows close in order
            _log.warning("digest-blocked", run=opened.run.id, code=error.code)
            return written


async def _prepare(context: Context, opened: DigestRun) -> int:
    known: dict[str, str | None] = {}
    while True:
        today = context.now().date()
        async with context.database.read() as connection:
            ahead = await digest_runs.candidates(connection, opened, today, _CHUNK)
            ground = await _ground(connection, opened, ahead)
            known |= await digests.variants(connection, opened.run.id)
        keys = dict.fromkeys(_key(candidate, ground) for candidate in ahead if not candidate.is_suppressed)
        new = [key for key in keys if key.hash not in known]
        rendered = await anyio.to_thread.run_sync(partial(_render, context, opened, ground, new))
        async with context.database.write() as connection:
            current = await digest_runs.next_open(connection, lock=True)
            if current is None or current.run.id != opened.run.id:
                # somebody else has finished it
                return 0
            known |= await _keep(connection, context, opened.run, rendered)
            if not ahead:
                return await _complete(connection, context, current, today)
            await _write_down(connection, context, current, ground, known)
        await anyio.lowlevel.checkpoint()


async def _ground(connection: AsyncConnection, opened: DigestRun, ahead: Sequence[Candidate]) -> _Ground:
    """Load what the readers of a chunk can be missing, each bulletin with the sign-off that covers it."""
    lowest = min((candidate.subscriber.seen for candidate in ahead), default=opened.until)
    entries = await digests.entries(connection, lowest, opened.until)
    records: dict[str, BulletinRecord] = {}
    covers: dict[str, SignOff] = {}
    for bulletin_id in dict.fromkeys(entry.bulletin_id for entry in entries):
        record = await bulletins.get(connection, bulletin_id)
        if record.withdrawn is None:
            records[bulletin_id] = record
            covers[bulletin_id] = await require_cover(connection, record)
    served = await digests.served_officially(connection, records)
    return _Ground(entries, records, covers, served, await open_lists(connection))


def _key(candidate: Candidate, ground: _Ground) -> DigestKey:
    who = candidate.subscriber
    return DigestKey(
        seen=who.seen,
        lists=candidate.lists,
        language=who.preferences.language,
        format=who.preferences.format,
        interests=who.preferences.interests,
        first=not who.greeted,
        without=tuple(sorted(ground.served.get(address_key(who.address), ()))),
    )


def _render(context: Context, opened: DigestRun, ground: _Ground, keys: Sequence[DigestKey]) -> list[_Rendered]:
    return [_render_one(context, opened, ground, key) for key in keys]


def _render_one(context: Context, opened: DigestRun, ground: _Ground, key: DigestKey) -> _Rendered:
    entries = [entry for entry in ground.entries if entry.number > key.seen and entry.bulletin_id in ground.records]
    zone = ZoneInfo(context.publication.time_zone)
    chosen = []
    for bulletin_id in dict.fromkeys(entry.bulletin_id for entry in entries):
        mine = [entry for entry in entries if entry.bulletin_id == bulletin_id]
        day = mine[0].published.astimezone(zone).date().isoformat()
        chosen.append(Chosen(ground.records[bulletin_id], frozenset(entry.item_key for entry in mine), day))
    covered_by = tuple(ground.covers[entry.record.id].id for entry in chosen)
    reading = Reading(key, opened.frequency, names_of(ground.lists, key.lists))
    made = subscription_context(context.publication, chosen, reading, context.design.theme)
    if made is None:
        return _Rendered(key, None, None, covered_by)
    signed = _signed_variant(opened, ground, key, chosen)
    if signed is not None:
        return _Rendered(key, None, signed, covered_by)
    data = render_subscription(made, negotiate(key.language), key.format).to_bytes()
    return _Rendered(key, data, None, covered_by)


def _signed_variant(opened: DigestRun, ground: _Ground, key: DigestKey, chosen: Sequence[Chosen]) -> str | None:
    """Find the rendering that the sign-off itself bound: for whoever gets one whole issue and nothing else."""
    plain = key.interests.is_empty and len(key.lists) == 1 and not key.first and not key.without
    if opened.frequency is not Frequency.ISSUE or not plain or len(chosen) != 1:
        return None
    record, sign_off = chosen[0].record, ground.covers[chosen[0].record.id]
    whole = {item.key for item in record.items if item.is_public}
    if whole != chosen[0].keys or sign_off.content_hash != record.content_hash:
        return None
    return sign_off.variant(VariantKey(key.lists[0], key.language, MailFormat(key.format)))


async def _keep(
    connection: AsyncConnection, context: Context, run: Run, rendered: Sequence[_Rendered]
) -> dict[str, str | None]:
    """Keep new renderings with what they were made of; gives their digests by key."""
    there = await digests.variants(connection, run.id)
    for one in rendered:
        if one.key.hash in there:
            continue
        variant = one.signed
        if one.data is not None:
            await blobs.put(connection, one.data)
            variant = digest_bytes(one.data)
        row = {"run_id": run.id, "key": one.key.hash, "variant": variant, "definition": one.key}
        more = {"lists": one.key.lists, "covered_by": one.covered_by, "created": context.now()}
        await digests.add_variant(connection, {**row, **more})
        there[one.key.hash] = variant
    return there


async def _write_down(
    connection: AsyncConnection,
    context: Context,
    opened: DigestRun,
    ground: _Ground,
    known: Mapping[str, str | None],
) -> None:
    """Write down who is still a candidate; one who changed something meanwhile waits for the next chunk."""
    current = await digest_runs.candidates(connection, opened, context.now().date(), _CHUNK)
    dealt_with: list[Candidate] = []
    frozen: list[Delivery] = []
    for candidate in current:
        if candidate.is_suppressed:
            dealt_with.append(candidate)
            continue
        key = _key(candidate, ground).hash
        if key not in known:
            continue
        dealt_with.append(candidate)
        variant = known[key]
        if variant is not None:
            frozen.append(_delivery(context, opened.run, candidate, variant))
    await digest_runs.write_down(connection, opened, dealt_with, frozen)


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


async def _complete(connection: AsyncConnection, context: Context, opened: DigestRun, today: date) -> int:
    if await digest_runs.candidates(connection, opened, today, 1):
        # somebody came off their pause or changed the frequency just now
        return 0
    now: datetime = context.now()
    written, balanced = await digest_runs.complete(connection, opened, now)
    if not balanced:
        raise Conflict("run-incomplete", id=opened.run.id, expected=opened.candidates, written=written)
    if not written and opened.run.schedule_id is not None and opened.run.occurrence is not None:
        await schedules.set_outcome(connection, opened.run.schedule_id, opened.run.occurrence, "empty")
    return written
