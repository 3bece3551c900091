"""A run at the desk: its numbers and its ledger."""

from fastapi import Response

from distributor.access import Act
from distributor.usecases.list_runs import show_run
from distributor.usecases.name_lists import name_lists
from distributor.usecases.show_bulletin import show_bulletin
from distributor.web.desk.pages import fragment, show
from distributor.web.desk.routing import page
from distributor.web.desk.visit import Desked


@page("/runs/{run_id}", Act.READ)
async def run(desk: Desked, run_id: str) -> Response:
    """Show the numbers of a run and what became of every address."""
    summary, ledger = await show_run(desk.context, run_id)
    shown = await show_bulletin(desk.context, summary.run.bulletin_id)
    values = {"summary": summary, "ledger": ledger, "shown": shown}
    names = await name_lists(desk.context)
    title = desk.say("desk.run.title", list=names.get(summary.run.list_id, summary.run.list_id))
    return show(desk, "web/desk/run.html", title, values, place="bulletins")


@page("/runs/{run_id}/progress", Act.READ)
async def progress(desk: Desked, run_id: str) -> Response:
    """Give numbers and ledger alone, for the page to renew itself while the run goes on."""
    summary, ledger = await show_run(desk.context, run_id)
    return fragment(desk, "web/desk/run_progress.html", {"summary": summary, "ledger": ledger})
