"""Publish a signed bulletin: its items get their identity, the feeds are rendered anew."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, publish, schedule
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.model.record import BulletinRecord
from distributor.model.revision import BulletinRevision
from distributor.model.schedule import TriggerKind
from distributor.publish import Change
from distributor.store import bulletins, corrections, revisions, schedules, site_state
from distributor.usecases.audit import fingerprint, record_act
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import current_calendar
from distributor.usecases.pending_correction import PendingCorrection, pending_correction
from distributor.usecases.refresh_site import refresh_site
from distributor.usecases.signed import require_signature


async def publish_bulletin(context: Context, actor: Actor, bulletin_id: str) -> BulletinRecord:
    """Publish a bulletin, or the correction of it that waits; publishing it again changes nothing.

    Args:
        context: the installation.
        actor: who publishes.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
        NotSignedOff: when no sign-off holds for what the bulletin says now, or will say.
        Conflict: `bulletin-withdrawn`.
    """
    access.require(actor, Act.PUBLISH)
    async with context.database.write() as connection:
        await site_state.take(connection)
        record = await bulletins.get(connection, bulletin_id)
        if record.withdrawn is not None:
            raise Conflict("bulletin-withdrawn", id=bulletin_id)
        if record.published is None:
            published = await _publish(connection, context, actor, record)
        else:
            pending = await pending_correction(connection, context, record)
            if pending is None:
                return record
            published = await _publish_correction(connection, context, actor, record, pending)
        touched = Touched("bulletin", bulletin_id, fingerprint(record), fingerprint(published))
        details = {"items": len(published.items), "revision": published.revision}
        await record_act(connection, context, actor, AuditAct.PUBLISH, touched, details)
    return published


async def _publish(
    connection: AsyncConnection, context: Context, actor: Actor, record: BulletinRecord
) -> BulletinRecord:
    await require_signature(connection, record)
    now = context.now()
    newest = await bulletins.newest_item_date(connection)
    published = publish.assign_identity(replace(record, published=now), context.publication, now, newest)
    await bulletins.save_publication(connection, published)
    version = BulletinRevision(published.revision, published.original, now, actor.name, "")
    await revisions.add(connection, published, version)
    await refresh_site(connection, context, [Change(published)])
    if not published.backfilled:
        await _wake_schedules(connection, context, now)
    return published


async def _publish_correction(
    connection: AsyncConnection,
    context: Context,
    actor: Actor,
    record: BulletinRecord,
    pending: PendingCorrection,
) -> BulletinRecord:
    corrected = pending.correction.record
    await require_signature(connection, corrected)
    now = context.now()
    await bulletins.save(connection, corrected)
    version = BulletinRevision(corrected.revision, corrected.original, now, actor.name, pending.received.note)
    await revisions.add(connection, corrected, version)
    await corrections.set_published(connection, pending.received.id, now)
    await refresh_site(connection, context, [Change(corrected, record)])
    return corrected


async def _wake_schedules(connection: AsyncConnection, context: Context, published: datetime) -> None:
    """Say to the schedules that wait for a publication when they run: at once, or when their window opens."""
    calendar = await current_calendar(connection, context)
    for planned in await schedules.load(connection):
        waits = planned.schedule.trigger.kind is TriggerKind.ON_PUBLICATION and planned.schedule.enabled
        occurrence = schedule.on_publication(planned.schedule, published, calendar) if waits else None
        if occurrence is not None:
            earliest = min(occurrence.moment, planned.next_run_at or occurrence.moment)
            await schedules.set_next(connection, planned.schedule.id, earliest)
