"""Check that the audit log says what it said when it was written."""

from dataclasses import dataclass

from distributor import access
from distributor.access import BrokenLink
from distributor.model.audit import GENESIS
from distributor.store import audit
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Verified:
    """What checking the log showed.

    Args:
        entries: how many hold, from the first on.
        end: hash of the last entry that holds; noted elsewhere, it proves later that none of them was rewritten.
        broken: the first entry that does not hold, or None.
        holds_known: whether the hash that somebody noted is among them.
    """

    entries: int
    end: str
    broken: BrokenLink | None
    holds_known: bool


async def verify_audit(context: Context, known: str | None = None) -> Verified:
    """Walk the whole chain; says the first link that is broken, also when entries at the end are missing.

    Args:
        context: the installation.
        known: hash of an entry that was noted earlier, or its first characters; None when nothing was noted.
    """
    position, last_hash, seen = 0, GENESIS, known is None
    async with context.database.read() as connection:
        end = await audit.end(connection)
        async for entries in audit.walk(connection):
            broken = access.check_chain(entries, (position, last_hash))
            holding = [entry for entry in entries if broken is None or entry.position < broken.position]
            seen = seen or any(entry.hash.startswith(known or "-") for entry in holding)
            if holding:
                position, last_hash = holding[-1].position, holding[-1].hash
            if broken is not None:
                return Verified(position, last_hash, broken, seen)
    broken = None if end == (position, last_hash) else BrokenLink(position + 1, "end")
    return Verified(position, last_hash, broken, seen)
