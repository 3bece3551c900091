"""Runs and deliveries for programs."""

from typing import Annotated

from fastapi import Query

from distributor.model.progress import LedgerQuery
from distributor.model.run import DeliveryState
from distributor.usecases import list_runs as usecase
from distributor.usecases.show_bulletin import show_bulletin
from distributor.usecases.watch_run import list_ledger, watch_run
from distributor.web.api.gate import Called
from distributor.web.api.routing import reads
from distributor.web.api.run_shapes import DeliveryShape, RunShape, delivery_shape, run_shape
from distributor.web.api.shapes import PageNumber, PageOf, PageSize

Word = Annotated[str, Query(max_length=100)]


@reads("list-runs-of", "/bulletins/{bulletin_id}/runs", tuple[RunShape, ...])
async def runs_of(caller: Called, bulletin_id: str) -> object:
    """List the runs of a bulletin, newest first."""
    await show_bulletin(caller.context, bulletin_id)
    return tuple(run_shape(one) for one in await usecase.list_runs(caller.context, bulletin_id=bulletin_id))


@reads("list-runs", "/runs", PageOf[RunShape])
async def list_runs(caller: Called, page: PageNumber = 1, size: PageSize = 50) -> object:
    """List all runs, newest first."""
    found = await usecase.list_runs(caller.context)
    chosen = found[(page - 1) * size : page * size]
    return PageOf[RunShape](total=len(found), page=page, size=size, entries=tuple(map(run_shape, chosen)))


@reads("read-run", "/runs/{run_id}", RunShape)
async def show(caller: Called, run_id: str) -> object:
    """Give a run with its numbers."""
    return run_shape((await watch_run(caller.context, run_id)).summary)


@reads("list-deliveries", "/runs/{run_id}/deliveries", PageOf[DeliveryShape])
async def deliveries(
    caller: Called,
    run_id: str,
    state: DeliveryState | None = None,
    word: Word = "",
    page: PageNumber = 1,
    size: PageSize = 100,
) -> object:
    """List the deliveries of a run, by state or by part of an address or name."""
    query = LedgerQuery(state=state, word=" ".join(word.split()))
    found = await list_ledger(caller.context, run_id, query, size, (page - 1) * size)
    entries = tuple(map(delivery_shape, found.rows))
    return PageOf[DeliveryShape](total=found.total, page=page, size=size, entries=entries)
