"""Take old bulletins into the archive: published without mailing anybody, and never into subscription feeds."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from distributor import access, publish
from distributor.access import Act, Actor
from distributor.errors import DistributorError, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest
from distributor.model.finding import Finding
from distributor.model.recipient import AddressBook
from distributor.model.record import BulletinRecord
from distributor.model.revision import BulletinRevision
from distributor.parse import Given
from distributor.publish import Change
from distributor.store import blobs, bulletins, listings, revisions, site_state
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.record_of_file import record_of_file
from distributor.usecases.refresh_site import refresh_site

# nobody is mailed, so that who an old footer names makes no difference
_SPARED = frozenset({"unknown-recipient", "unknown-label", "no-contact"})
_AT_ONCE = 25
_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[-_.年]?(0[1-9]|1[0-2]|[1-9](?=[-_.月]))"
    r"(?:[-_.月]?(0[1-9]|[12]\d|3[01]|[1-9](?=日)))?(?!\d)"
)


class Fate(StrEnum):
    """What became of an old file."""

    PUBLISHED = "published"
    KNOWN = "known"
    NEEDS_EDITOR = "needs editor"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OldFile:
    """An old bulletin file.

    Args:
        name: its name.
        read: gives its bytes; they are read when its turn has come, so that a large folder is never held as a whole.
        given: what is known of it besides what it says.
    """

    name: str
    read: Callable[[], bytes]
    given: Given


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What became of one old file.

    Args:
        name: its name.
        fate: what became of it.
        bulletin_id: the bulletin, or None when it was refused.
        findings: what keeps it from being published, and what is odd about its number.
        refusal: why nothing was kept of it, or None.
    """

    name: str
    fate: Fate
    bulletin_id: str | None = None
    findings: tuple[Finding, ...] = ()
    refusal: DistributorError | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """An old file that was read."""

    record: BulletinRecord
    data: bytes
    blocking: tuple[Finding, ...]
    numbering: tuple[Finding, ...]


async def backfill_archive(
    context: Context,
    actor: Actor,
    files: Sequence[OldFile],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Backfilled, ...]:
    """Take in old files, the oldest first; what an editor must look at is kept as a draft.

    Args:
        context: the installation.
        actor: who takes them in.
        files: with what is known of them.
        progress: is told how many files are done, and of how many.
    """
    access.require(actor, Act.PUBLISH)
    ordered = iter(sorted(files, key=lambda file: (file.given.date or "9999", file.name)))
    # the whole folder became public today, one second a bulletin, none of them in the future
    moment = context.now().replace(microsecond=0) - timedelta(seconds=len(files))
    done: list[Backfilled] = []
    while group := list(islice(ordered, _AT_ONCE)):
        done += await _take_in(context, actor, group, moment + timedelta(seconds=len(done)))
        if progress is not None:
            progress(len(done), len(files))
    return tuple(done)


def given_of(name: str, index: bytes | None = None) -> Given:
    """Say what is known of an old file from its name, or from a table that lies beside it.

    Args:
        name: name of the file; `2021-03-05 第3期.docx` tells the day and the number.
        index: CSV with the columns file, date, issue and title, the last two optional, or None.

    Raises:
        Refused: `index-unreadable` for a table without these columns.
    """
    row = _rows(index).get(name, {}) if index is not None else {}
    day = _DAY.search(name)
    number = re.search(r"(?:第\s*\d+\s*期|增刊第?\s*\d*期?)", name)
    printed = "-".join(part.zfill(2) for part in day.groups() if part) if day else None
    return Given(
        title=row.get("title") or None,
        issue=row.get("issue") or (number[0] if number else None),
        date=row.get("date") or printed,
    )


def _rows(index: bytes) -> dict[str, dict[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(index.decode("utf-8-sig"))))
        return {row["file"]: {key: value for key, value in row.items() if key and value} for row in rows}
    except (UnicodeDecodeError, csv.Error, KeyError) as error:
        raise Refused("index-unreadable", problem=error) from error


async def _take_in(context: Context, actor: Actor, files: Sequence[OldFile], moment: datetime) -> list[Backfilled]:
    results: list[Backfilled] = []
    read: list[_Read] = []
    for file in files:
        try:
            found = await _read(context, actor, file, read)
        except DistributorError as error:
            results.append(Backfilled(file.name, Fate.REFUSED, refusal=error))
            continue
        if isinstance(found, BulletinRecord):
            results.append(Backfilled(file.name, Fate.KNOWN, found.id))
            continue
        read.append(found)
        fate = Fate.NEEDS_EDITOR if found.blocking else Fate.PUBLISHED
        results.append(Backfilled(file.name, fate, found.record.id, (*found.blocking, *found.numbering)))
    await _keep(context, actor, read, moment)
    return results


async def _read(context: Context, actor: Actor, file: OldFile, before: Sequence[_Read]) -> "_Read | BulletinRecord":
    data = file.read()
    record = await record_of_file(context, actor, (data, file.name), file.given, AddressBook())
    slug = context.publication.slug
    async with context.database.read() as connection:
        known = await bulletins.find_by_original(connection, slug, record.original.sha256)
        others = await listings.mastheads(connection, slug)
    twin = next((one.record for one in before if one.record.original.sha256 == record.original.sha256), None)
    if known is not None or twin is not None:
        return known or twin or record
    blocking = tuple(
        # the day of today, taken instead, is no date for the archive
        replace(finding, code="date-missing", parameters={}) if finding.code == "date-taken" else finding
        for finding in record.findings
        if (finding in record.blocking and finding.code not in _SPARED) or finding.code == "date-taken"
    )
    numbering = publish.number_findings(record.masthead, (*others, *(one.record.masthead for one in before)))
    record = replace(record, backfilled=True, findings=(*record.findings, *numbering))
    return _Read(record, data, blocking, numbering)


async def _keep(context: Context, actor: Actor, read: Sequence[_Read], moment: datetime) -> None:
    async with context.database.write() as connection:
        await site_state.take(connection)
        changes = []
        for at, one in enumerate(read):
            record = one.record
            await blobs.put(connection, one.data)
            await bulletins.add(connection, record)
            act = AuditAct.RECEIVE
            if not one.blocking:
                record = publish.assign_identity(record, context.publication, moment + timedelta(seconds=at))
                await bulletins.save_publication(connection, record)
                version = BulletinRevision(1, record.original, context.now(), actor.name, "")
                await revisions.add(connection, record, version)
                changes.append(Change(record))
                act = AuditAct.PUBLISH
            touched = Touched("bulletin", record.id, after=digest(record))
            details = {"file": record.original.name, "backfilled": True}
            await record_act(connection, context, actor, act, touched, details)
        if changes:
            await refresh_site(connection, context, changes)
