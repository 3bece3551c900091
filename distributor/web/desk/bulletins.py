"""A bulletin at the desk: content with findings, plan, runs, trail, original file."""

from collections.abc import Mapping

from fastapi import Response

from distributor.access import Act
from distributor.model.record import display_title
from distributor.usecases.list_runs import list_runs
from distributor.usecases.name_lists import name_lists
from distributor.usecases.plan_bulletin import plan_bulletin, review_plan
from distributor.usecases.read_audit import read_trail
from distributor.usecases.show_bulletin import show_bulletin, show_original
from distributor.web.desk import shapes
from distributor.web.desk.pages import show
from distributor.web.desk.routing import page
from distributor.web.desk.visit import Desk, Desked
from distributor.web.disposition import attachment
from distributor.web.pages import PRIVATE
from distributor.web.security import BYTES_POLICY


@page("/bulletins/{bulletin_id}", Act.READ)
async def content(desk: Desked, bulletin_id: str) -> Response:
    """Show what the bulletin says, as it will be published, and what to look at."""
    shown = await show_bulletin(desk.context, bulletin_id)
    values = {
        "findings": shapes.findings(shown.record, desk.visit.language),
        "lines": shapes.distribution_lines(shown.record),
    }
    return await _tab(desk, bulletin_id, "content", values)


@page("/bulletins/{bulletin_id}/plan", Act.READ)
async def plan(desk: Desked, bulletin_id: str) -> Response:
    """Show who gets the bulletin: entry by entry, body by body, address by address."""
    review = await review_plan(desk.context, bulletin_id)
    values = {
        "plan": review.plan,
        "entries": shapes.plan_entries(review.plan),
        "review": review,
        "lists": review.book.lists,
        "names": {
            **{value.id: value.name for value in review.book.organizations},
            **{value.id: value.name for value in review.book.groups},
        },
    }
    return await _tab(desk, bulletin_id, "plan", values)


@page("/bulletins/{bulletin_id}/runs", Act.READ)
async def runs(desk: Desked, bulletin_id: str) -> Response:
    """Show what was sent, list by list, and what may be sent now."""
    made = await plan_bulletin(desk.context, bulletin_id)
    found = await list_runs(desk.context, bulletin_id=bulletin_id)
    values = {"runs": found, "lists": shapes.lists_of(made), "names": await name_lists(desk.context)}
    return await _tab(desk, bulletin_id, "runs", values)


@page("/bulletins/{bulletin_id}/trail", Act.READ)
async def trail(desk: Desked, bulletin_id: str) -> Response:
    """Show what was done with the bulletin, and by whom."""
    return await _tab(desk, bulletin_id, "trail", {"trail": await read_trail(desk.context, "bulletin", bulletin_id)})


@page("/bulletins/{bulletin_id}/original", Act.READ)
async def original(desk: Desked, bulletin_id: str) -> Response:
    """Give the file it came from."""
    record, body = await show_original(desk.context, bulletin_id)
    headers = {
        "cache-control": PRIVATE,
        "content-type": record.original.media_type,
        "content-disposition": attachment(record.original.name),
        "content-security-policy": BYTES_POLICY,
        "content-length": str(len(body)),
    }
    return Response(b"" if desk.visit.request.method == "HEAD" else body, headers=headers)


async def _tab(desk: Desk, bulletin_id: str, tab: str, values: Mapping[str, object]) -> Response:
    shown = await show_bulletin(desk.context, bulletin_id)
    title = display_title(shown.record.masthead)
    frame = {"shown": shown, "tab": tab, "next_step": shapes.next_step(shown)}
    return show(desk, f"web/desk/bulletin_{tab}.html", title, {**values, **frame}, place="bulletins")
