"""Sign off a bulletin: bind its words, its stored renderings and its plan by hash."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from functools import partial

import anyio.to_thread

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotSignedOff, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.finding import Finding
from distributor.model.recipient import Plan
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignOff
from distributor.store import blobs, sign_offs
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.pending_correction import to_be_signed
from distributor.usecases.plan_bulletin import plan_record
from distributor.usecases.render_mail import designed
from distributor.usecases.render_variants import RenderedVariant, render_variants

# the plan says anew who is unknown, since the address book may have learnt the name after the file was read
_ASKED_ANEW = frozenset({"unknown-recipient", "unknown-label", "no-contact"})
# a bulletin whose recipients were added by hand needs no footer
_SETTLED_BY_ADDITIONS = frozenset({"no-footer"})
# no option waives these: BULLETIN.md's rule about 秘密/机密/绝密
_NEVER_WAIVED = frozenset({"secrecy-mark"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had before their eyes when they decided to sign.

    Args:
        content_hash: digest of the words.
        plan_hash: digest of the plan.
        renderings_hash: digest of the mails, so that a theme or a template that changed meanwhile is not signed unseen.
    """

    content_hash: str
    plan_hash: str
    renderings_hash: str

    def differences(self, other: "Seen") -> tuple[str, ...]:
        """Name the parts that differ: content, plan, renderings."""
        names = [entry.name for entry in fields(self) if getattr(self, entry.name) != getattr(other, entry.name)]
        return tuple(name.removesuffix("_hash") for name in names)


def bound_by(sign_off: SignOff) -> Seen:
    """Give what a sign-off binds, to compare it with what stands there now."""
    return Seen(sign_off.content_hash, sign_off.plan.hash, sign_off.renderings_hash)


async def sign_off_bulletin(
    context: Context,
    actor: Actor,
    bulletin_id: str,
    *,
    waived: Collection[str] = (),
    seen: Seen | None = None,
) -> SignOff:
    """Sign off a bulletin as it stands now, with the correction that waits to be published, if one does.

    Args:
        context: the installation.
        actor: who signs.
        bulletin_id: the bulletin.
        waived: codes of blocking findings that the approver takes upon themselves.
        seen: what the approver was shown; None signs whatever stands there now.

    Raises:
        NotFound: `bulletin-unknown`.
        Conflict: `bulletin-withdrawn`, or `changed-meanwhile` when somebody edited it at the same time.
        NotSignedOff: `findings-blocking`, `plan-unresolved` or `plan-without-contact` with what has to be settled
            first.
    """
    access.require(actor, Act.SIGN_OFF)
    async with context.database.read() as connection:
        record, notice = await to_be_signed(connection, context, bulletin_id)
        plan, book = await plan_record(connection, record, context.now().date())
    _require_settled(record, plan, waived)
    shown = await designed(context)
    rendered = await anyio.to_thread.run_sync(partial(render_variants, shown, record, plan, book, notice))
    sign_off = _sign_off(context, actor, record, plan, rendered)
    if seen is not None and seen != bound_by(sign_off):
        raise Conflict("changed-meanwhile", id=bulletin_id)
    async with context.database.write() as connection:
        again, _ = await to_be_signed(connection, context, bulletin_id)
        plan_again, _ = await plan_record(connection, again, context.now().date())
        if (again.content_hash, plan_again.hash) != (record.content_hash, plan.hash):
            raise Conflict("changed-meanwhile", id=bulletin_id)
        for variant in rendered:
            await blobs.put(connection, variant.data)
        await sign_offs.add(connection, sign_off)
        touched = Touched("bulletin", record.id, record.content_hash, record.content_hash)
        await record_act(connection, context, actor, AuditAct.SIGN_OFF, touched, _details(sign_off, waived))
    return sign_off


def blocking_findings(record: BulletinRecord, waived: Collection[str] = ()) -> tuple[Finding, ...]:
    """Give the findings that stop a sign-off, less those that the approver takes upon themselves.

    Args:
        record: the bulletin.
        waived: codes of findings.
    """
    spared = (frozenset(waived) - _NEVER_WAIVED) | _ASKED_ANEW
    return tuple(finding for finding in record.blocking if finding.code not in spared)


def settled_by_plan(plan: Plan) -> frozenset[str]:
    """Give the codes of findings that do not matter any more, given the plan."""
    return _SETTLED_BY_ADDITIONS if plan.rows else frozenset()


def is_waivable(finding: Finding) -> bool:
    """Whether an approver may take a blocking finding upon themselves."""
    return finding.code not in _NEVER_WAIVED


def _require_settled(record: BulletinRecord, plan: Plan, waived: Collection[str]) -> None:
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=record.id)
    unknown = set(waived) - {finding.code for finding in record.blocking} - {"no-contact"}
    if unknown:
        raise Refused("waiver-unknown", codes=", ".join(sorted(unknown)))
    blocking = blocking_findings(record, {*waived, *settled_by_plan(plan)})
    if blocking:
        codes = ", ".join(sorted({finding.code for finding in blocking}))
        raise NotSignedOff("findings-blocking", id=record.id, codes=codes)
    if plan.unresolved:
        names = "、".join(f"{entry.label}：{entry.text}" for entry in plan.unresolved)
        raise NotSignedOff("plan-unresolved", id=record.id, entries=names)
    if plan.without_contact and "no-contact" not in waived:
        raise NotSignedOff("plan-without-contact", id=record.id, names="、".join(plan.without_contact))


def _details(sign_off: SignOff, waived: Collection[str]) -> dict[str, object]:
    return {
        "sign-off": sign_off.id,
        "plan": sign_off.plan.hash,
        "addresses": len(sign_off.plan.rows),
        "variants": [variant.sha256 for variant in sign_off.variants],
        "waived": sorted(waived),
    }


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
