"""Tell the WebSub hub which feeds have changed (W3C WebSub, 6); it fetches them itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from distributor import log, outgoing
from distributor.errors import Refused
from distributor.store import hub_pings
from distributor.store.hub_pings import HubPing
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

# the last wait is the longest; afterwards the hub will learn of the feed by the next publication
_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
_ACCEPTED: Final = range(200, 300)
Post = Callable[[str, Mapping[str, str]], Awaitable[int]]


async def ping_hub(context: Context, post: Post = outgoing.post_form) -> int:
    """Tell the hub what is due; returns how many feeds it was told of. Nothing happens without a hub.

    A hub that does not answer is left alone until the next wait is over, with all that it is to be told.

    Args:
        context: the installation.
        post: sends a form to an address and gives the status.
    """
    hub = context.feeds.hub
    if hub is None:
        return 0
    async with context.database.read() as connection:
        waiting = await hub_pings.due(connection, context.now())
    told: list[str] = []
    for at, ping in enumerate(waiting):
        problem = await _tell(post, hub, ping.topic)
        if problem is not None:
            _log.warning("hub-not-told", hub=hub, problem=problem, feeds=len(waiting) - at)
            await _put_off(context, waiting[at:], problem)
            break
        told.append(ping.topic)
    async with context.database.write() as connection:
        await hub_pings.remove(connection, told)
    return len(told)


async def _tell(post: Post, hub: str, topic: str) -> str | None:
    try:
        status = await post(hub, {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic})
    except Refused as refused:
        return str(refused)
    return None if status in _ACCEPTED else f"HTTP {status}"


async def _put_off(context: Context, left: tuple[HubPing, ...], problem: str) -> None:
    async with context.database.write() as connection:
        for ping in left:
            if ping.attempts < len(_WAITS):
                await hub_pings.postpone(connection, ping, context.now() + _WAITS[ping.attempts], problem)
            else:
                await hub_pings.remove(connection, [ping.topic])
