"""The audit log, for administrators."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.usecases.read_audit import read_audit
from distributor.usecases.verify_audit import verify_audit
from distributor.web.desk.pages import Paging, page_number, show
from distributor.web.desk.routing import page
from distributor.web.desk.visit import Desked

_ON_A_PAGE = 50


@page("/audit", Act.READ_AUDIT)
async def audit(request: Request, desk: Desked) -> Response:
    """Show a page of the log, and whether its entries hold together."""
    number = page_number(request)
    found = await read_audit(desk.context, _ON_A_PAGE, (number - 1) * _ON_A_PAGE)
    values = {
        "found": found,
        "paging": Paging(number, _ON_A_PAGE, found.total),
    }
    return show(desk, "web/desk/audit.html", desk.say("desk.audit.title"), values, place="audit")


@page("/audit/check", Act.READ_AUDIT)
async def check(desk: Desked) -> Response:
    """Check the whole chain and show how far it holds."""
    values = {"verified": await verify_audit(desk.context)}
    return show(desk, "web/desk/audit_check.html", desk.say("desk.audit.check-title"), values, place="audit")
