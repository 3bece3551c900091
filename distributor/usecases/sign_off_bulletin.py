"""Sign off a bulletin: bind its words, its stored renderings and its plan by hash."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

import anyio.to_thread

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotSignedOff
from distributor.model.finding import Finding
from distributor.model.recipient import Plan
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignOff
from distributor.store import blobs, bulletins, sign_offs
from distributor.usecases.context import Context
from distributor.usecases.plan_bulletin import plan_record
from distributor.usecases.render_variants import RenderedVariant, render_variants

# the plan says anew who is unknown, since the address book may have learnt the name after the file was read
_ASKED_ANEW = frozenset({"unknown-recipient", "unknown-label", "no-contact"})
# no option waives these: BULLETIN.md's rule about 秘密/机密/绝密
_NEVER_WAIVED = frozenset({"secrecy-mark"})


async def sign_off_bulletin(
    context: Context,
    actor: Actor,
    bulletin_id: str,
    *,
    waived: Collection[str] = (),
) -> SignOff:
    """Sign off a bulletin as it stands now.

    Args:
        context: the installation.
        actor: who signs.
        bulletin_id: the bulletin.
        waived: codes of blocking findings that the approver takes upon themselves.

    Raises:
        NotFound: `bulletin-unknown`.
        Conflict: `bulletin-withdrawn`, or `changed-meanwhile` when somebody edited it at the same time.
        NotSignedOff: `findings-blocking` or `plan-unresolved` with what has to be settled first.
    """
    access.require(actor, Act.SIGN_OFF)
    async with context.database.read() as connection:
        record = await bulletins.get(connection, bulletin_id)
        plan, book = await plan_record(connection, record)
    _require_settled(record, plan, waived)
    rendered = await anyio.to_thread.run_sync(partial(render_variants, context, record, plan, book))
    sign_off = _sign_off(context, actor, record, plan, rendered)
    async with context.database.write() as connection:
        again = await bulletins.get(connection, bulletin_id)
        plan_again, _ = await plan_record(connection, again)
        if (again.content_hash, plan_again.hash) != (record.content_hash, plan.hash):
            raise Conflict("changed-meanwhile", id=bulletin_id)
        for variant in rendered:
            await blobs.put(connection, variant.data)
        await sign_offs.add(connection, sign_off)
    return sign_off


def blocking_findings(record: BulletinRecord, waived: Collection[str] = ()) -> tuple[Finding, ...]:
    """Give the findings that stop a sign-off, less those that the approver takes upon themselves.

    Args:
        record: the bulletin.
        waived: codes of findings.
    """
    spared = (frozenset(waived) - _NEVER_WAIVED) | _ASKED_ANEW
    return tuple(finding for finding in record.blocking if finding.code not in spared)


def _require_settled(record: BulletinRecord, plan: Plan, waived: Collection[str]) -> None:
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=record.id)
    blocking = blocking_findings(record, waived)
    if blocking:
        codes = ", ".join(sorted({finding.code for finding in blocking}))
        raise NotSignedOff("findings-blocking", id=record.id, codes=codes)
    if plan.unresolved:
        names = "、".join(f"{entry.label}：{entry.text}" for entry in plan.unresolved)
        raise NotSignedOff("plan-unresolved", id=record.id, entries=names)


def _sign_off(
    context: Context,
    actor: Actor,
    record: BulletinRecord,
    plan: Plan,
    rendered: tuple[RenderedVariant, ...],
) -> SignOff:
    return SignOff(
        id=tokens.new_id(),
        bulletin_id=record.id,
        actor=actor.name,
        signed=context.now(),
        content_hash=record.content_hash,
        plan=replace(plan, excluded=()),
        variants=tuple(variant.signed for variant in rendered),
    )
