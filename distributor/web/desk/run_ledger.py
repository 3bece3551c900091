"""The ledger of a run: every recipient, by filters, page by page, as a table for spreadsheets, one by one."""

from typing import Final

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import NotFound
from distributor.model.run import DeliveryState
from distributor.usecases.export_ledger import export_ledger
from distributor.usecases.name_lists import name_lists
from distributor.usecases.show_bulletin import show_bulletin
from distributor.usecases.watch_run import list_ledger, show_delivery
from distributor.usecases.write_table import FORMATS
from distributor.web.desk.pages import Paging, page_number, show
from distributor.web.desk.routing import page
from distributor.web.desk.run_shapes import may_send_again, parameters_of, query_of
from distributor.web.desk.visit import Desked
from distributor.web.disposition import attachment
from distributor.web.pages import PRIVATE
from distributor.web.security import BYTES_POLICY

_ON_A_PAGE: Final = 100


@page("/runs/{run_id}/ledger", Act.READ)
async def ledger(request: Request, desk: Desked, run_id: str) -> Response:
    """Show the deliveries that are looked for."""
    query, number = query_of(request.query_params), page_number(request)
    found = await list_ledger(desk.context, run_id, query, _ON_A_PAGE, (number - 1) * _ON_A_PAGE)
    run = found.summary.run
    names = await name_lists(desk.context)
    values = {
        "found": found,
        "query": query,
        "parameters": parameters_of(query),
        "states": tuple(DeliveryState),
        "paging": Paging(number, _ON_A_PAGE, found.total),
        "shown": await show_bulletin(desk.context, run.bulletin_id),
        "list_name": names.get(run.list_id, run.list_id),
        "may_send_again": may_send_again,
    }
    return show(desk, "web/desk/run_ledger.html", desk.say("desk.run.ledger"), values, place="bulletins")


@page("/runs/{run_id}/ledger.{form}", Act.READ)
async def export(request: Request, desk: Desked, run_id: str, form: str) -> Response:
    """Give the deliveries that are looked for as CSV or XLSX."""
    if form not in FORMATS:
        raise NotFound("run-unknown", id=run_id)
    body = await export_ledger(desk.context, run_id, query_of(request.query_params), form, desk.visit.language)
    headers = {
        "cache-control": PRIVATE,
        "content-type": FORMATS[form],
        "content-disposition": attachment(f"ledger-{run_id}.{form}"),
        "content-security-policy": BYTES_POLICY,
        "content-length": str(len(body)),
    }
    return Response(b"" if request.method == "HEAD" else body, headers=headers)


@page("/runs/{run_id}/deliveries/{delivery_id}", Act.READ)
async def delivery(desk: Desked, run_id: str, delivery_id: str) -> Response:
    """Show everything that happened to one delivery."""
    view = await show_delivery(desk.context, run_id, delivery_id)
    names = await name_lists(desk.context)
    list_id = view.summary.run.list_id
    values = {
        "view": view,
        "shown": await show_bulletin(desk.context, view.summary.run.bulletin_id),
        "list_name": names.get(list_id, list_id),
        "may_send_again": may_send_again(view.row),
    }
    return show(desk, "web/desk/delivery.html", view.row.delivery.address, values, place="bulletins")
