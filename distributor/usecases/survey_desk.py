"""Survey the desk: how far the bulletins have come, and what waits for a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.model.record import BulletinRecord, display_title
from distributor.model.waiting import WaitingRun
from distributor.store import address_book, bulletins, overview, tickets, unbegun
from distributor.store.overview import FailedRun
from distributor.store.unbegun import Unbegun
from distributor.usecases.context import Context
from distributor.usecases.list_bulletins import BulletinPage, page_of_lines
from distributor.usecases.sign_off_bulletin import blocking_findings
from distributor.usecases.survey_runs import waiting_runs

_RECENT = timedelta(days=30)
_SWEPT = timedelta(days=7)
# a worker looks every second; minutes mean that none does, or that something keeps it
_SOON = timedelta(minutes=10)
_MOST = 10


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A draft that cannot be signed yet.

    Args:
        record: the bulletin.
        blocking: number of findings that block it.
        unresolved: entries of its footer that stand for nobody.
    """

    record: BulletinRecord
    blocking: int
    unresolved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a person.

    Args:
        drafts: bulletins with blocking findings or unresolved recipients.
        failed: runs of the last 30 days with deliveries that failed.
        tickets: open wishes to be left out.
        unbegun: occurrences of the last seven days that should have begun and did not.
        waiting: runs that stand still, do not begin or do not come to their end.
        titles: name and number of their bulletins, by id.
    """

    drafts: tuple[Unsettled, ...]
    failed: tuple[FailedRun, ...]
    tickets: int
    unbegun: tuple[Unbegun, ...] = ()
    waiting: tuple[WaitingRun, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing waits."""
        return not (self.drafts or self.failed or self.tickets or self.unbegun or self.waiting)


@dataclass(frozen=True, slots=True)
class Survey:
    """What the home page shows.

    Args:
        bulletins: a page of the bulletins.
        attention: what waits for a person.
    """

    bulletins: BulletinPage
    attention: Attention


async def survey_desk(context: Context, limit: int, offset: int = 0) -> Survey:
    """Give a page of the bulletins and what waits for a person.

    Args:
        context: the installation.
        limit: bulletins on a page.
        offset: bulletins before it.
    """
    async with context.database.read() as connection:
        page = await page_of_lines(connection, limit, offset)
        waiting = await waiting_runs(connection, context)
        named = await bulletins.get_many(connection, {one.bulletin_id for one in waiting})
        attention = Attention(
            drafts=await unsettled(connection),
            failed=await overview.failed_runs(connection, context.now() - _RECENT, _MOST),
            tickets=await tickets.count(connection, only_open=True),
            unbegun=await never_begun(connection, context),
            waiting=waiting,
            titles={record.id: display_title(record.masthead) for record in named},
        )
    return Survey(page, attention)


async def never_begun(connection: AsyncConnection, context: Context) -> tuple[Unbegun, ...]:
    """Give the occurrences of the last seven days that should have begun and did not.

    Args:
        connection: an open transaction.
        context: the installation.
    """
    now = context.now()
    return await unbegun.unbegun(connection, now - _SWEPT, now - _SOON)


async def unsettled(connection: AsyncConnection) -> tuple[Unsettled, ...]:
    """Give the newest drafts that cannot be signed yet.

    Args:
        connection: an open transaction.
    """
    drafts = await overview.page_of_bulletins(connection, _MOST, only_drafts=True)
    if not drafts:
        return ()
    book = await address_book.load_outline(connection)
    found = []
    for record in drafts:
        entries = recipients.resolve(record.distribution, book).entries
        names = tuple(entry.text for entry in entries if entry.target is None or entry.list_id is None)
        found.append(Unsettled(record, len(blocking_findings(record)), names))
    return tuple(draft for draft in found if draft.blocking or draft.unresolved)
