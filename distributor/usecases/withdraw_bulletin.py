"""Take a bulletin or an item back (撤回): it leaves the feeds, its page says so, pending mail stops."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.ledger import LedgerRow
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.model.revision import UnderWay, Withdrawal
from distributor.publish import Change
from distributor.store import bulletins, digest_mending, served, site_state, withdrawals
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.refresh_site import refresh_site
from distributor.usecases.under_way import Chosen, settle_under_way


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a withdrawal came to.

    Args:
        record: the bulletin as it is now.
        cancelled: number of deliveries that will not go out.
        holders: who has it already, or may have.
    """

    record: BulletinRecord
    cancelled: int
    holders: tuple[LedgerRow, ...]


async def withdraw_bulletin(
    context: Context,
    actor: Actor,
    bulletin_id: str,
    reason: str,
    item_key: str | None = None,
    *,
    under_way: UnderWay = UnderWay.STOP,
) -> TakenBack:
    """Take a bulletin back, or one item of it.

    Deliveries that are waiting are cancelled in either case, since they were signed with what is taken back, unless the
    runs that are under way are to be finished as they were frozen. The rest of a bulletin can be sent again after a new
    sign-off. Digests that carry something of it stand still until a worker has composed them anew from what is left.

    Args:
        context: the installation.
        actor: who takes it back.
        bulletin_id: the bulletin.
        reason: what readers are told.
        item_key: an item of it, None for the whole bulletin.
        under_way: what becomes of its runs that have not finished.

    Raises:
        NotFound: `bulletin-unknown` or `item-unknown`.
        Conflict: `bulletin-withdrawn`, or `item-withdrawn`.
        Refused: `reason-missing`.
    """
    access.require(actor, Act.PUBLISH)
    if not reason.strip():
        raise Refused("reason-missing")
    async with context.database.write() as connection:
        await site_state.take(connection)
        await digest_mending.hold(connection)
        now = context.now()
        old = await bulletins.get(connection, bulletin_id)
        record = _without(old, item_key, now)
        said = Withdrawal(tokens.new_key(), bulletin_id, item_key, now, actor.name, reason.strip())
        await withdrawals.add(connection, said)
        await _show(connection, context, old, record)
        # digests of several bulletins go on without what was taken back, once a worker has composed them anew
        mended = await digest_mending.reopen(connection, bulletin_id)
        chosen = Chosen(bulletin_id, under_way, "withdrawal")
        cancelled = await settle_under_way(connection, context, actor, chosen, mended)
        holders = await served.readers(connection, bulletin_id)
        touched = Touched("bulletin", bulletin_id, old.content_hash, record.content_hash)
        mail = {"under_way": under_way.value, "cancelled": cancelled, "holders": len(holders)}
        details = {"item": item_key or "", "reason": said.reason, **mail}
        await record_act(connection, context, actor, AuditAct.WITHDRAW, touched, details)
    return TakenBack(record, cancelled, holders)


async def undo_withdrawal(
    context: Context, actor: Actor, bulletin_id: str, item_key: str | None = None
) -> BulletinRecord:
    """Bring back what was taken back; mail that was stopped stays stopped.

    Args:
        context: the installation.
        actor: who brings it back.
        bulletin_id: the bulletin.
        item_key: an item of it, None for the whole bulletin.

    Raises:
        NotFound: `bulletin-unknown`, or `item-unknown`.
        Conflict: `bulletin-withdrawn` when the bulletin of an item is, or `not-withdrawn`; what a correction dropped
            was not withdrawn.
    """
    access.require(actor, Act.PUBLISH)
    async with context.database.write() as connection:
        await site_state.take(connection)
        old = await bulletins.get(connection, bulletin_id)
        said = await withdrawals.standing(connection, bulletin_id, item_key)
        record = _with_again(old, item_key)
        if said is None:
            raise Conflict("not-withdrawn", id=item_key or bulletin_id)
        await withdrawals.undo(connection, said.id, actor.name, context.now())
        await _show(connection, context, old, record)
        touched = Touched("bulletin", bulletin_id, old.content_hash, record.content_hash)
        await record_act(connection, context, actor, AuditAct.UNDO_WITHDRAWAL, touched, {"item": item_key or ""})
    return record


def _without(old: BulletinRecord, item_key: str | None, moment: datetime) -> BulletinRecord:
    if old.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=old.id)
    if item_key is None:
        return replace(old, withdrawn=moment)
    if _item(old, item_key).withdrawn is not None:
        raise Conflict("item-withdrawn", key=item_key)
    return _with_item(old, item_key, moment)


def _with_again(old: BulletinRecord, item_key: str | None) -> BulletinRecord:
    if item_key is None:
        return replace(old, withdrawn=None)
    if old.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=old.id)
    return _with_item(old, _item(old, item_key).key, None)


def _item(record: BulletinRecord, key: str) -> ItemRecord:
    found = next((item for item in record.items if item.key == key), None)
    if found is None:
        raise NotFound("item-unknown", key=key)
    return found


def _with_item(record: BulletinRecord, key: str, withdrawn: datetime | None) -> BulletinRecord:
    items = tuple(replace(item, withdrawn=withdrawn) if item.key == key else item for item in record.items)
    return replace(record, items=items)


async def _show(connection: AsyncConnection, context: Context, old: BulletinRecord, record: BulletinRecord) -> None:
    await bulletins.save_publication(connection, record)
    if record.published is not None:
        await refresh_site(connection, context, [Change(record, old)])
