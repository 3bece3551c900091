"""Render everything that readers get anew: after a change of settings, or when a newer version renders otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor import access
from distributor.access import Act, Actor
from distributor.publish import Change
from distributor.store import bulletins, documents, listings, site_state
from distributor.usecases.context import Context
from distributor.usecases.refresh_site import Refreshed, refresh_site

# a transaction of its own for each group, so that nobody waits for long
_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class RebuiltSite:
    """What a rebuilding came to.

    Args:
        bulletins: number of bulletins that were rendered.
        written: number of documents that are new or different.
        retired: number of documents that are no more.
    """

    bulletins: int
    written: int
    retired: int


async def rebuild_site(
    context: Context, actor: Actor, progress: Callable[[int, int], None] | None = None
) -> RebuiltSite:
    """Render all documents and index all items anew; what does not differ keeps its date.

    Args:
        context: the installation.
        actor: who wants it.
        progress: is told how many bulletins are done, and of how many.
    """
    access.require(actor, Act.PUBLISH)
    async with context.database.read() as connection:
        ids = await listings.ever_published(connection)
        before = set(await documents.paths(connection, "feeds/"))
    rendered, written, retired = set[str](), set[str](), set[str]()
    # also once when nothing was published: an empty feed can be subscribed to
    for begin in range(0, max(len(ids), 1), _AT_ONCE):
        refreshed = await _render(context, ids[begin : begin + _AT_ONCE])
        rendered.update(refreshed.rendered)
        written.update(refreshed.written)
        retired.update(refreshed.retired)
        if progress is not None:
            progress(min(begin + _AT_ONCE, len(ids)), len(ids))
    async with context.database.write() as connection:
        retired.update(await documents.retire(connection, before - rendered, context.now()))
    return RebuiltSite(len(ids), len(written), len(retired - rendered))


async def _render(context: Context, ids: Sequence[str]) -> Refreshed:
    async with context.database.write() as connection:
        await site_state.take(connection)
        records = await bulletins.get_many(connection, ids)
        return await refresh_site(connection, context, [Change(record) for record in records])
