"""Everything that was ever sent to one address, and what stands in the way of more."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from distributor.model.progress import HouseMail, SentMail
from distributor.model.recipient import Suppression
from distributor.model.record import BulletinRecord
from distributor.model.report import TakenReport
from distributor.store import bulletins, house_mails, returns, run_pages, suppressions
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page of what was sent to an address.

    Args:
        address: the address.
        mails: the newest first.
        total: number of all.
        records: the bulletins by id.
        suppressions: why it is not written to.
        reports: what came back, by the id of the delivery.
        letters: letters and notices that went there, the newest first.
    """

    address: str
    mails: tuple[SentMail, ...]
    total: int
    records: Mapping[str, BulletinRecord]
    suppressions: tuple[Suppression, ...] = ()
    reports: Mapping[str, tuple[TakenReport, ...]] = field(default_factory=dict)
    letters: tuple[HouseMail, ...] = ()


async def show_sent(context: Context, address: str, limit: int, offset: int = 0) -> SentPage:
    """Give a page of everything that ever went to an address.

    Args:
        context: the installation.
        address: the address, in any case.
        limit: mails on a page.
        offset: mails before it.
    """
    async with context.database.read() as connection:
        spellings = await run_pages.spellings_of(connection, address)
        mails = await run_pages.sent_to(connection, spellings, limit, offset)
        total = await run_pages.count_sent_to(connection, spellings)
        found = await bulletins.get_many(connection, sorted({mail.bulletin_id for mail in mails}))
        stopped = await suppressions.of_address(connection, address)
        letters = await house_mails.sent_to(connection, address, limit)
        came_back = await returns.of_deliveries(connection, [mail.row.delivery.id for mail in mails])
    reports: dict[str, tuple[TakenReport, ...]] = {}
    for report in came_back:
        if report.delivery_id is not None:
            reports[report.delivery_id] = (*reports.get(report.delivery_id, ()), report)
    return SentPage(address, mails, total, {record.id: record for record in found}, stopped, reports, letters)
