"""The first page of the desk: what needs attention, and the bulletins."""

from fastapi import Request, Response

from distributor.access import Act
from distributor.usecases.name_lists import name_lists
from distributor.usecases.survey_desk import survey_desk
from distributor.web.desk.pages import Paging, leave, page_number, show
from distributor.web.desk.routing import page
from distributor.web.desk.visit import Desked

_ON_A_PAGE = 20


@page("", Act.READ)
async def without_slash(desk: Desked) -> Response:
    """Lead to the first page."""
    return leave(desk, desk.url())


@page("/", Act.READ)
async def home(request: Request, desk: Desked) -> Response:
    """Show what needs attention, and a page of the bulletins."""
    number = page_number(request)
    survey = await survey_desk(desk.context, _ON_A_PAGE, (number - 1) * _ON_A_PAGE)
    values = {
        "survey": survey,
        "paging": Paging(number, _ON_A_PAGE, survey.bulletins.total),
        "names": await name_lists(desk.context),
    }
    return show(desk, "web/desk/home.html", desk.say("desk.home.title"), values, place="bulletins")
