"""Say who is written to once a bulletin is published, and when."""

from collections.abc import Iterable
from dataclasses import dataclass

from distributor.model.recipient import PlanRow, RecipientList, Role
from distributor.model.schedule import Schedule, TriggerKind
from distributor.model.subscriber import MembershipState
from distributor.store import address_book, schedules, sign_offs, subscribers
from distributor.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publication means for one recipient list.

    Args:
        name: name of the list.
        bodies: how many bodies are written to, None for a list of the public.
        addresses: how many addresses.
        at_once: it is sent on publication.
        later: the moments at which it is sent else, as the secretariat wrote them.
    """

    name: str
    bodies: int | None
    addresses: int
    at_once: bool
    later: tuple[str, ...]


async def preview_publication(context: Context, bulletin_id: str) -> tuple[Outlook, ...]:
    """Give what publication means for each list that anybody is on, in the order of the address book.

    Args:
        context: the installation.
        bulletin_id: the bulletin.
    """
    async with context.database.read() as connection:
        lists = await address_book.load_lists(connection)
        planned = [one.schedule for one in await schedules.load(connection)]
        signed = await sign_offs.latest(connection, bulletin_id)
        joined = await subscribers.count_by_state(connection)
    rows = () if signed is None else signed.plan.rows
    outlooks = (
        _outlook(
            one,
            [row for row in rows if row.list_id == one.id],
            joined.get((one.id, MembershipState.ACTIVE), 0),
            [entry for entry in planned if entry.list_id == one.id and entry.enabled],
        )
        for one in lists
    )
    return tuple(outlook for outlook in outlooks if outlook.addresses)


def _outlook(one: RecipientList, rows: list[PlanRow], readers: int, planned: Iterable[Schedule]) -> Outlook:
    is_public = one.role is Role.SUBSCRIBER
    kinds = {entry.trigger.kind for entry in planned}
    later = (entry.trigger.text for entry in planned if entry.trigger.kind is not TriggerKind.ON_PUBLICATION)
    return Outlook(
        name=one.name,
        bodies=None if is_public else len({row.organization for row in rows}),
        addresses=readers if is_public else len(rows),
        at_once=TriggerKind.ON_PUBLICATION in kinds,
        later=tuple(dict.fromkeys(later)),
    )
