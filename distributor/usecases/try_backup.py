"""Write to a backup mailbox when a body was reached nowhere else; only to one that the sign-off has bound."""

from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import RunEvent
from distributor.model.recipient import PlanRow, address_key
from distributor.model.run import Delivery, PauseReason, Run
from distributor.model.sign_off import SignOff, VariantKey
from distributor.store import address_book, bulletins, follow_ups, runs, sign_offs, suppressions
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import new_delivery

_ACTOR: Final = "guard"


async def try_backup(connection: AsyncConnection, context: Context, run: Run, failed: Delivery) -> Delivery | None:
    """Add a delivery to the next backup mailbox of a body to its run; None when there is none left to be tried.

    Args:
        connection: an open writing transaction.
        context: the installation.
        run: the run of the delivery that failed.
        failed: that delivery.
    """
    sign_off = await sign_offs.find(connection, run.sign_off_id)
    record = await bulletins.get(connection, run.bulletin_id)
    if sign_off is None or record.withdrawn is not None or run.pause_reason is PauseReason.CANCELLED:
        return None
    for row, variant in await _left(connection, run, failed, sign_off):
        if await _is_wanted(connection, row, context.now().date()):
            made = new_delivery(run, row, variant, context.sender)
            await follow_ups.substitute(connection, run, made, failed, context.now())
            detail = f"{failed.address} → {made.address}"
            await runs.add_event(connection, run.id, RunEvent(context.now(), _ACTOR, "backup", detail[:200], 1))
            return made
    return None


async def _left(
    connection: AsyncConnection, run: Run, failed: Delivery, sign_off: SignOff
) -> list[tuple[PlanRow, str]]:
    """Give the alternates of the body that were signed, have a signed rendering and no delivery yet."""
    signed = [
        row
        for row in sign_off.plan.alternates
        if (row.organization, row.list_id) == (failed.organization, failed.list_id)
    ]
    found = await follow_ups.served_among(connection, run, [row.address for row in signed])
    served = {address_key(address) for address in found}
    left = []
    for row in signed:
        variant = sign_off.variant(VariantKey(row.list_id, row.language, row.format, run.mailing))
        if variant is not None and address_key(row.address) not in served:
            left.append((row, variant))
    return left


async def _is_wanted(connection: AsyncConnection, row: PlanRow, today: date) -> bool:
    """Tell whether an alternate that was signed is still in the address book, and not suppressed."""
    contact = await address_book.find_contact(connection, row.organization or "", row.address)
    if contact is None:
        return False
    begun = contact.valid_from is None or contact.valid_from <= today
    ended = contact.valid_to is not None and contact.valid_to < today
    stopped = await suppressions.of_address(connection, row.address)
    return begun and not ended and not any(one.list_id in {None, row.list_id} for one in stopped)
