"""What an operator does to a run: first a page that says what will happen, then the act."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import Response

from distributor.access import Act
from distributor.errors import Conflict, NotFound
from distributor.model.run import DeliveryState
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.name_lists import name_lists
from distributor.usecases.pause_run import pause_run
from distributor.usecases.reopen_run import reopen_run
from distributor.usecases.resend_delivery import resend_delivery
from distributor.usecases.resume_run import resume_run
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.sending_again import DOUBTED, REOPENED, RESENT, RETRIED, why_not_again
from distributor.usecases.settle_doubt import settle_doubt
from distributor.usecases.show_bulletin import show_bulletin
from distributor.usecases.watch_run import show_delivery, watch_run
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.run_shapes import acts_of, may_send_again
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash

# acts that send again what stands in some states
_AGAIN: Final = {"retry": RETRIED, "resolve": DOUBTED, "reopen": REOPENED}
_FATES: Final = {"sent": DeliveryState.SENT, "again": DeliveryState.PENDING, "failed": DeliveryState.FAILED}


@page("/runs/{run_id}/do/{act}", Act.SEND)
async def ask(desk: Desked, run_id: str, act: str) -> Response:
    """Say what an act will do to a run as it stands."""
    if act not in _ACTS:
        raise NotFound("run-unknown", id=run_id)
    view = await watch_run(desk.context, run_id)
    names = await name_lists(desk.context)
    list_id = view.summary.run.list_id
    again = _AGAIN.get(act)
    objection = None if again is None else await why_not_again(desk.context, run_id, again)
    values = {
        "summary": view.summary,
        "act": next((one for one in acts_of(view.summary) if one.name == act), None),
        "name": act,
        "fates": tuple(fate for fate in _FATES if objection is None or fate != "again"),
        "problem": None if objection is None else desk_sentence(objection, desk.visit.language),
        "shown": await show_bulletin(desk.context, view.summary.run.bulletin_id),
        "list_name": names.get(list_id, list_id),
    }
    return show(desk, "web/desk/run_act.html", desk.say(f"desk.run-act.{act}"), values, place="bulletins")


@action("/runs/{run_id}/do/{act}", Act.SEND)
async def do(desk: Desked, run_id: str, act: str) -> Response:
    """Do it; doing it again changes nothing."""
    if act not in _ACTS:
        raise NotFound("run-unknown", id=run_id)
    number = int(await _ACTS[act](desk, run_id))
    flash = f"desk.run-act.{act}-done" if number else "desk.run-act.nothing"
    return done(desk, f"runs/{run_id}", Flash(flash, {"count": number} if number else {}))


@page("/runs/{run_id}/deliveries/{delivery_id}/again", Act.SEND)
async def ask_again(desk: Desked, run_id: str, delivery_id: str) -> Response:
    """Say what sending one mail again means."""
    view = await show_delivery(desk.context, run_id, delivery_id)
    names = await name_lists(desk.context)
    list_id = view.summary.run.list_id
    objection = await why_not_again(desk.context, run_id, RESENT, [delivery_id])
    values = {
        "view": view,
        "shown": await show_bulletin(desk.context, view.summary.run.bulletin_id),
        "list_name": names.get(list_id, list_id),
        "may_send_again": may_send_again(view.row) and objection is None,
        "problem": None if objection is None else desk_sentence(objection, desk.visit.language),
    }
    return show(desk, "web/desk/send_again.html", desk.say("desk.again.title"), values, place="bulletins")


@action("/runs/{run_id}/deliveries/{delivery_id}/again", Act.SEND)
async def again(desk: Desked, run_id: str, delivery_id: str) -> Response:
    """Send one mail again."""
    is_due = await resend_delivery(desk.context, desk.actor, run_id, delivery_id)
    flash = Flash("desk.again.done" if is_due else "desk.run-act.nothing")
    return done(desk, f"runs/{run_id}/deliveries/{delivery_id}", flash)


async def _pause(desk: Desk, run_id: str) -> int:
    return await pause_run(desk.context, desk.actor, run_id)


async def _resume(desk: Desk, run_id: str) -> int:
    return await resume_run(desk.context, desk.actor, run_id)


async def _retry(desk: Desk, run_id: str) -> int:
    return await retry_deliveries(desk.context, desk.actor, run_id)


async def _resolve(desk: Desk, run_id: str) -> int:
    fate = desk.form.text("fate")
    if fate not in _FATES:
        raise Conflict("fate-unchosen", id=run_id)
    return await settle_doubt(desk.context, desk.actor, run_id, _FATES[fate])


async def _cancel(desk: Desk, run_id: str) -> int:
    return await cancel_run(desk.context, desk.actor, run_id)


async def _reopen(desk: Desk, run_id: str) -> int:
    return await reopen_run(desk.context, desk.actor, run_id)


_ACTS: Final[Mapping[str, Callable[[Desk, str], Awaitable[int]]]] = {
    "pause": _pause,
    "resume": _resume,
    "retry": _retry,
    "resolve": _resolve,
    "cancel": _cancel,
    "reopen": _reopen,
}
