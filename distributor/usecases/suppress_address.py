"""Stop writing to an address, or begin again; both stay on record."""

from distributor import access, recipients
from distributor.access import Act, Actor
from distributor.errors import NotFound, Refused
from distributor.model.history import Action, BookAct, Change, RecordedAct, Subject
from distributor.model.recipient import Suppression, address_key
from distributor.store import address_book, suppressions
from distributor.usecases.context import Context
from distributor.usecases.record_book_act import new_act, record_book_act

MOST_REASON = 200


async def suppress_address(
    context: Context, actor: Actor, address: str, reason: str, list_id: str | None = None
) -> RecordedAct | None:
    """Stop writing to an address; None when it is not written to already.

    Args:
        context: the installation.
        actor: who stops it.
        address: the address as somebody typed it.
        reason: why.
        list_id: for one list alone, None for all.

    Raises:
        AddressRefused: what is wrong with the address.
        Refused: `reason-missing` or `reason-too-long`.
        NotFound: `list-unknown`.
    """
    access.require(actor, Act.EDIT_BOOK)
    clean, why = recipients.clean_address(address), " ".join(reason.split())
    if not why:
        raise Refused("reason-missing")
    if len(why) > MOST_REASON:
        raise Refused("reason-too-long", limit=MOST_REASON)
    async with context.database.write() as connection:
        known = [entry.id for entry in await address_book.load_lists(connection)]
        if list_id is not None and list_id not in known:
            raise NotFound("list-unknown", list=list_id, known="、".join(known))
        if any(one.list_id == list_id for one in await suppressions.of_address(connection, clean)):
            return None
        change = _change(Action.ADD, Suppression(clean, why, list_id, context.now()))
        act = new_act(context, actor, BookAct.SUPPRESS, clean)
        return await record_book_act(connection, context, actor, act, [change])


async def unsuppress_address(context: Context, actor: Actor, address: str, list_id: str | None = None) -> RecordedAct:
    """Write to an address again.

    Args:
        context: the installation.
        actor: who allows it.
        address: the address as somebody typed it.
        list_id: for one list alone, None for everything that was stopped.

    Raises:
        AddressRefused: what is wrong with the address.
        NotFound: `suppression-unknown`.
    """
    access.require(actor, Act.EDIT_BOOK)
    clean = recipients.clean_address(address)
    async with context.database.write() as connection:
        stopped = await suppressions.of_address(connection, clean)
        chosen = [one for one in stopped if list_id is None or one.list_id == list_id]
        if not chosen:
            raise NotFound("suppression-unknown", address=clean)
        act = new_act(context, actor, BookAct.UNSUPPRESS, clean)
        changes = [_change(Action.REMOVE, one) for one in chosen]
        return await record_book_act(connection, context, actor, act, changes)


def _change(action: Action, suppression: Suppression) -> Change:
    key = f"{address_key(suppression.address)} {suppression.list_id or ''}"
    before, after = (suppression, None) if action is Action.REMOVE else (None, suppression)
    return Change(action, Subject.SUPPRESSION, key, before, after)
