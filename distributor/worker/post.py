"""Letters and notices: sent beside the runs, so that neither waits for the other."""

from collections.abc import Awaitable, Callable
from functools import partial

import anyio
from sqlalchemy.exc import DBAPIError

from distributor.bootstrap import Container
from distributor.deliver import Transport
from distributor.deliver.paced import PacedTransport
from distributor.errors import DistributorError
from distributor.usecases.send_letters import send_letters
from distributor.usecases.send_notices import send_notices
from distributor.usecases.share_pace import RelayPace
from distributor.worker.rest import Rest

# what is under way may finish after SIGTERM; the process has 30 seconds in all
_FINISH_SECONDS = 20


def relay_name(container: Container) -> str:
    """Give the name of the usual relay, for its lanes.

    Args:
        container: the installation.
    """
    smtp = container.settings.smtp
    return f"{smtp.host}:{smtp.port}"


def paced(container: Container, transport: Transport) -> Transport:
    """Give a way of sending single mails that takes its rights from the lanes of the usual relay, as the runs do.

    Args:
        container: the installation.
        transport: an open way of sending; it is not closed with the new one.
    """
    context = container.context
    return PacedTransport(transport, RelayPace(context.database, relay_name(container), context.conduct.pace))


async def post(container: Container, transport: Transport, rest: Rest, stopping: anyio.Event) -> None:
    """Send letters and notices, every second, until told to stop; what is under way then has a while to finish.

    Args:
        container: the installation.
        transport: an open way of sending.
        rest: keeps us from a relay that has refused our credentials.
        stopping: set to stop.
    """
    way = paced(container, transport)
    letters = partial(send_letters, container.context, way, stopping=stopping)
    notices = partial(send_notices, container.context, way, stopping=stopping)
    # letters to slow servers leave half of the connections to the runs
    hands = max(1, container.settings.smtp.connections // 2)
    async with anyio.create_task_group() as tasks:
        for act in (*[letters] * hands, notices):
            tasks.start_soon(_again_and_again, act, rest, stopping)
        await _cut_off(tasks.cancel_scope, stopping)


async def post_once(container: Container, transport: Transport, stopping: anyio.Event) -> None:
    """Send the letters and notices that are due; once told to stop, what is under way has a while to finish.

    Args:
        container: the installation.
        transport: an open way of sending.
        stopping: set to stop.

    Raises:
        RelayTrouble: when the relay refuses our credentials.
    """
    way = paced(container, transport)
    trouble: Exception | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cut_off, tasks.cancel_scope, stopping)
        try:
            await send_letters(container.context, way, stopping=stopping)
            await send_notices(container.context, way, stopping=stopping)
        except (DistributorError, DBAPIError) as error:
            # who catches it looks for itself, not for a group
            trouble = error
        tasks.cancel_scope.cancel()
    if trouble is not None:
        raise trouble


async def _cut_off(scope: anyio.CancelScope, stopping: anyio.Event) -> None:
    await stopping.wait()
    scope.deadline = anyio.current_time() + _FINISH_SECONDS


async def _again_and_again(act: Callable[[], Awaitable[object]], rest: Rest, stopping: anyio.Event) -> None:
    while not stopping.is_set():
        seconds = await rest.attempt(act, stopping)
        with anyio.move_on_after(seconds):
            await stopping.wait()
