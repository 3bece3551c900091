"""Delivery certificates (发送清单): a page to print for a run, or for one body of it."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.model.record import display_title
from distributor.usecases.certify_run import certify_run
from distributor.usecases.name_lists import name_lists
from distributor.web.desk.pages import show
from distributor.web.desk.routing import page
from distributor.web.desk.visit import Desked


@page("/runs/{run_id}/certificate", Act.READ)
async def certificate(request: Request, desk: Desked, run_id: str) -> Response:
    """Show to whom a bulletin was sent, when, and what was answered."""
    body = request.query_params.get("body") or None
    made = await certify_run(desk.context, run_id, body)
    names = await name_lists(desk.context)
    list_id = made.summary.run.list_id
    values = {
        "made": made,
        "bulletin": display_title(made.record.masthead),
        "list_name": names.get(list_id, list_id),
    }
    return show(desk, "web/desk/certificate.html", desk.say("desk.certificate.title"), values, place="bulletins")
