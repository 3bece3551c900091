"""The secretariat decides about a confirmed request to subscribe."""

from distributor import access
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.model.subscriber import Consent, ConsentAct, MembershipState
from distributor.store import subscribers
from distributor.usecases.audit import record_act
from distributor.usecases.confirm_subscription import join, write_welcome
from distributor.usecases.context import Context
from distributor.usecases.subscription_links import names_of, open_lists


async def decide_subscription(
    context: Context, actor: Actor, subscriber_id: str, list_id: str, *, approve: bool
) -> None:
    """Approve or decline a request; who is approved gets a welcome.

    Args:
        context: the installation.
        actor: who decides.
        subscriber_id: who asks.
        list_id: for which list.
        approve: whether they may.

    Raises:
        NotFound: `subscriber-unknown`.
        Conflict: `nothing-to-approve` when no request of theirs waits.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.write() as connection:
        found = await subscribers.get(connection, subscriber_id)
        if list_id not in found.lists(MembershipState.WAITING):
            raise Conflict("nothing-to-approve", address=found.subscriber.address, list=list_id)
        now, who = context.now(), found.subscriber
        act = ConsentAct.APPROVED if approve else ConsentAct.DECLINED
        line = Consent(now, act, list_id, actor.name, who.preferences.language, "")
        await subscribers.record(connection, who.id, line)
        if approve:
            await join(connection, context, found, list_id)
            names = names_of(await open_lists(connection), [list_id])
            await write_welcome(connection, context, found, names, [list_id], waits=False)
        else:
            await subscribers.set_membership(connection, who.id, list_id, MembershipState.LEFT, now)
        touched = Touched("subscriber", who.id)
        await record_act(connection, context, actor, AuditAct.DECIDE_SUBSCRIPTION, touched, {"act": act.value})
