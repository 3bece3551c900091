"""Read the audit log."""

from dataclasses import dataclass

from distributor import access
from distributor.access import BrokenLink
from distributor.model.audit import GENESIS, AuditEntry
from distributor.store import audit
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries of the log, the newest first.

    Args:
        entries: the entries.
        total: number of all entries.
        broken: the first of these entries that does not hold, or None.
    """

    entries: tuple[AuditEntry, ...]
    total: int
    broken: BrokenLink | None


async def read_audit(context: Context, limit: int, offset: int = 0) -> AuditPage:
    """Give a page of the log, and check that its entries hold together.

    Args:
        context: the installation.
        limit: entries on a page.
        offset: entries before it.
    """
    async with context.database.read() as connection:
        entries = await audit.page(connection, limit, offset)
        total = await audit.count(connection)
    oldest_first = entries[::-1]
    known = (oldest_first[0].position - 1, oldest_first[0].previous) if entries else (0, GENESIS)
    return AuditPage(entries, total, access.check_chain(oldest_first, known))


async def read_trail(context: Context, kind: str, object_id: str) -> tuple[AuditEntry, ...]:
    """Give what was done with one object, oldest first.

    Args:
        context: the installation.
        kind: kind of object, for example bulletin.
        object_id: its id.
    """
    async with context.database.read() as connection:
        return await audit.trail(connection, kind, object_id)
