"""What the readers of a digest run are missing, rendered once for all who get the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.compose.subscriptions import Chosen, Reading, render_subscription, subscription_context
from distributor.i18n import negotiate
from distributor.model.canonical import digest_bytes
from distributor.model.recipient import MailFormat, RecipientList, address_key
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignOff, VariantKey
from distributor.model.subscriber import DigestKey, Frequency, LogEntry
from distributor.store import bulletins, digests, site_state
from distributor.store.digest_runs import Candidate, DigestRun
from distributor.usecases.context import Context
from distributor.usecases.cover_items import require_cover
from distributor.usecases.subscription_links import names_of, open_lists


@dataclass(frozen=True, slots=True)
class Ground:
    """What the digests of one run are made of.

    Args:
        version: of what readers get; with another one all of this is out of date.
        lowest: number of the entry after which `entries` begin.
        entries: what the run closes, in order.
        records: the bulletins of the entries that are not withdrawn.
        covers: the sign-off that covers each of them.
        served: which bulletins an address got officially, by key of the address.
        lists: the lists one can subscribe to.
    """

    version: int
    lowest: int
    entries: tuple[LogEntry, ...]
    records: Mapping[str, BulletinRecord]
    covers: Mapping[str, SignOff]
    served: Mapping[str, frozenset[str]]
    lists: tuple[RecipientList, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the readers of one key get.

    Args:
        key: what makes them get the same.
        data: the rendering, None when there is nothing to read or a sign-off bound it.
        signed: digest of a rendering that a sign-off bound itself.
        covered_by: the sign-offs that cover it.
    """

    key: DigestKey
    data: bytes | None
    signed: str | None
    covered_by: tuple[str, ...]

    @property
    def variant(self) -> str | None:
        """Digest of what they get; None when there is nothing to read."""
        return self.signed if self.data is None else digest_bytes(self.data)


async def load_ground(connection: AsyncConnection, opened: DigestRun, lowest: int) -> Ground:
    """Load what the readers of a run can be missing, each bulletin with the sign-off that covers it.

    Args:
        connection: an open transaction.
        opened: the run.
        lowest: where the reader stands who is farthest behind.

    Raises:
        NotSignedOff: when an item is not covered.
    """
    version = await site_state.version(connection)
    entries = await digests.entries(connection, lowest, opened.until)
    records: dict[str, BulletinRecord] = {}
    covers: dict[str, SignOff] = {}
    for bulletin_id in dict.fromkeys(entry.bulletin_id for entry in entries):
        record = await bulletins.get(connection, bulletin_id)
        if record.withdrawn is None:
            records[bulletin_id] = record
            covers[bulletin_id] = await require_cover(connection, record)
    served = await digests.served_officially(connection, records)
    return Ground(version, lowest, entries, records, covers, served, await open_lists(connection))


def key_of(candidate: Candidate, ground: Ground) -> DigestKey:
    """Say what makes a reader get the same bytes as others.

    Args:
        candidate: the reader.
        ground: what the run is made of.
    """
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


def render_all(context: Context, opened: DigestRun, ground: Ground, keys: Sequence[DigestKey]) -> list[Rendered]:
    """Render what the readers of some keys are missing; slow, so call it in a thread.

    Args:
        context: the installation.
        opened: the run.
        ground: what it is made of.
        keys: the keys.
    """
    return [_render(context, opened, ground, key) for key in keys]


def _render(context: Context, opened: DigestRun, ground: Ground, key: DigestKey) -> Rendered:
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
        return Rendered(key, None, None, covered_by)
    signed = _signed_variant(opened, ground, key, chosen)
    if signed is not None:
        return Rendered(key, None, signed, covered_by)
    data = render_subscription(made, negotiate(key.language), key.format).to_bytes()
    return Rendered(key, data, None, covered_by)


def _signed_variant(opened: DigestRun, ground: Ground, key: DigestKey, chosen: Sequence[Chosen]) -> str | None:
    """Find the rendering that the sign-off itself bound: for whoever gets one whole issue and nothing else."""
    plain = key.interests.is_empty and len(key.lists) == 1 and not key.first and not key.without
    if opened.frequency is not Frequency.ISSUE or not plain or len(chosen) != 1:
        return None
    record, sign_off = chosen[0].record, ground.covers[chosen[0].record.id]
    whole = {item.key for item in record.items if item.is_public}
    if whole != chosen[0].keys or sign_off.content_hash != record.content_hash:
        return None
    return sign_off.variant(VariantKey(key.lists[0], key.language, MailFormat(key.format)))
