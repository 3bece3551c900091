"""One page for each address: everything that was ever sent to it."""

from typing import Final

from fastapi import Request, Response

from distributor.access import Act
from distributor.model.record import display_title
from distributor.usecases.name_lists import name_lists
from distributor.usecases.show_sent import show_sent
from distributor.web.desk.pages import Paging, page_number, show
from distributor.web.desk.routing import page
from distributor.web.desk.run_shapes import may_send_again
from distributor.web.desk.visit import Desked

_ON_A_PAGE: Final = 50
_LONGEST: Final = 320


@page("/sent", Act.READ)
async def sent(request: Request, desk: Desked) -> Response:
    """Show everything that ever went to an address, or ask for one."""
    address = request.query_params.get("address", "").strip()[:_LONGEST]
    number = page_number(request)
    found = await show_sent(desk.context, address, _ON_A_PAGE, (number - 1) * _ON_A_PAGE) if address else None
    values = {
        "address": address,
        "found": found,
        "names": await name_lists(desk.context),
        "titles": {} if found is None else {key: display_title(one.masthead) for key, one in found.records.items()},
        "paging": Paging(number, _ON_A_PAGE, 0 if found is None else found.total),
        "may_send_again": may_send_again,
    }
    return show(desk, "web/desk/sent.html", address or desk.say("desk.sent.title"), values, place="bulletins")
