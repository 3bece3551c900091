"""A run at the desk: how far it has come, live, and what stands in its way."""

from collections.abc import AsyncIterator
from typing import Final

import anyio
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from distributor.access import Act
from distributor.templating import html_environment, render
from distributor.usecases.name_lists import name_lists
from distributor.usecases.show_bulletin import show_bulletin
from distributor.usecases.watch_run import RunView, watch_run
from distributor.web.desk.pages import fragment, show
from distributor.web.desk.routing import page
from distributor.web.desk.run_shapes import Bar, acts_of, bar_of
from distributor.web.desk.visit import Desk, Desked

_EVERY_SECONDS: Final = 2.0
# short, so that a site that stops waits for no open page; browsers ask again by themselves
_STREAM_SECONDS: Final = 10.0


@page("/runs/{run_id}", Act.READ)
async def run(desk: Desked, run_id: str) -> Response:
    """Show how far a run has come, with which bodies, and why not with others."""
    view = await watch_run(desk.context, run_id)
    shown = await show_bulletin(desk.context, view.summary.run.bulletin_id)
    names = await name_lists(desk.context)
    list_id = view.summary.run.list_id
    values = {**_values(view), "shown": shown, "acts": acts_of(view.summary) if desk.may(Act.SEND) else ()}
    title = desk.say("desk.run.title", list=names.get(list_id, list_id))
    return show(desk, "web/desk/run.html", title, values, place="bulletins")


@page("/runs/{run_id}/progress", Act.READ)
async def progress(desk: Desked, run_id: str) -> Response:
    """Give the part that changes while the run goes on."""
    return fragment(desk, "web/desk/run_progress.html", _values(await watch_run(desk.context, run_id)))


@page("/runs/{run_id}/stream", Act.READ)
async def stream(request: Request, desk: Desked, run_id: str) -> Response:
    """Send that part again and again (server-sent events), until the run is finished or the page is left."""
    await watch_run(desk.context, run_id)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events(request, desk, run_id), headers=headers, media_type="text/event-stream")


async def events(
    request: Request, desk: Desk, run_id: str, seconds: float = _STREAM_SECONDS, every: float = _EVERY_SECONDS
) -> AsyncIterator[str]:
    """Make the events of a stream: `progress` with HTML whenever something has changed, `done` at the end.

    Args:
        request: ends the stream when its client has gone.
        desk: the visit.
        run_id: the run.
        seconds: how long the stream lasts at most.
        every: seconds between two looks.
    """
    yield "retry: 1000\n\n"
    until, last = anyio.current_time() + seconds, ""
    while anyio.current_time() < until and not await request.is_disconnected():
        view = await watch_run(desk.context, run_id)
        frame = {**_values(view), "desk": desk}
        html = render(html_environment(), "web/desk/run_progress.html", desk.visit.language, frame)
        if html != last:
            lines = "".join(f"data: {line}\n" for line in html.splitlines())
            yield f"event: progress\n{lines}\n"
            last = html
        if view.summary.counts.is_finished:
            yield "event: done\ndata: done\n\n"
            return
        await anyio.sleep(every)


def _values(view: RunView) -> dict[str, object]:
    bars: tuple[Bar, ...] = tuple(bar_of(body.counts) for body in view.bodies)
    return {
        "view": view,
        "summary": view.summary,
        "bar": bar_of(view.summary.counts),
        "bodies": tuple(zip(view.bodies, bars, strict=True)),
    }
