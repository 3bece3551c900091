"""What the delivery ledger knows about subscribers, and forgetting it; what was sent to bodies stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.recipient import Role, address_key
from distributor.model.run import FINAL_STATES
from distributor.store.tables import deliveries, runs, suppressions

_GONE = "forgotten.invalid"
_FINAL = tuple(FINAL_STATES)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the ledger.

    Args:
        bulletin_id: what it brought.
        created: when it was put in line.
        state: what came of it.
        reply: what the relay answered.
    """

    bulletin_id: str
    created: datetime
    state: str
    reply: str | None


async def mails_to(connection: AsyncConnection, address: str) -> tuple[Mail, ...]:
    """Give every mail to an address, newest first.

    Args:
        connection: an open transaction.
        address: in the case in which it was written.
    """
    query = (
        select(deliveries.c.bulletin_id, runs.c.created, deliveries.c.state, deliveries.c.reply_text)
        .join(runs, runs.c.id == deliveries.c.run_id)
        .where(_is_to(address))
        .order_by(runs.c.created.desc())
    )
    return tuple(Mail(*row) for row in await connection.execute(query))


async def blank_mails_to(connection: AsyncConnection, address: str) -> int:
    """Forget an address in everything that was sent to it as a subscriber and is done with; gives how many mails.

    Args:
        connection: an open writing transaction.
        address: in the case in which it was written.
    """
    done = update(deliveries).where(_is_to(address), deliveries.c.state.in_(_FINAL))
    return (await connection.execute(done.values(_blank()))).rowcount


async def blank_suppressed(connection: AsyncConnection, reason: str) -> int:
    """Forget addresses that are not written to for a reason, in every mail to a subscriber that is done with by now.

    Args:
        connection: an open writing transaction.
        reason: only those that are stopped for this.
    """
    stopped = select(suppressions.c.address).where(suppressions.c.reason == reason)
    done = update(deliveries).where(
        deliveries.c.role == Role.SUBSCRIBER, deliveries.c.state.in_(_FINAL), deliveries.c.address.in_(stopped)
    )
    return (await connection.execute(done.values(_blank()))).rowcount


async def blank_old(connection: AsyncConnection, before: datetime) -> int:
    """Forget the addresses of subscribers in mails that are done with; gives how many mails.

    Args:
        connection: an open writing transaction.
        before: finished before this.
    """
    old = update(deliveries).where(
        deliveries.c.role == Role.SUBSCRIBER,
        deliveries.c.state.in_(_FINAL),
        deliveries.c.finished < before,
        ~deliveries.c.address.endswith(f"@{_GONE}"),
    )
    return (await connection.execute(old.values(_blank()))).rowcount


async def remove_suppressions(connection: AsyncConnection, reason: str, before: datetime) -> int:
    """Take addresses off the list of those that are not written to; gives how many.

    Args:
        connection: an open writing transaction.
        reason: only those that are on it for this.
        before: since before this.
    """
    old = delete(suppressions).where(suppressions.c.reason == reason, suppressions.c.since < before)
    return (await connection.execute(old)).rowcount


def _is_to(address: str) -> ColumnElement[bool]:
    same = deliveries.c.address == address
    if address != address_key(address):
        same = same | (deliveries.c.address == address_key(address))
    return same & (deliveries.c.role == Role.SUBSCRIBER)


def _blank() -> dict[str, ColumnElement[str] | None]:
    # a run has each address once, and the name of the row is as unique
    gone = func.lower(deliveries.c.id, type_=String) + literal(f"@{_GONE}")
    return {
        "address": case((deliveries.c.address.endswith(f"@{_GONE}"), deliveries.c.address), else_=gone),
        "display_name": None,
        "reply_text": None,
    }
