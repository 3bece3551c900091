"""What comes back, and what follows of failures: mailboxes are looked into, a listener is kept open."""

from contextlib import AsyncExitStack

import anyio
from sqlalchemy.exc import DBAPIError

from distributor import log
from distributor.bootstrap import Container
from distributor.errors import DistributorError
from distributor.model.report import Taking
from distributor.usecases.empty_box import empty_box
from distributor.usecases.follow_up_failures import follow_up_failures
from distributor.usecases.follow_up_overdue import follow_up_overdue
from distributor.usecases.owe_alarms import owe_alarms
from distributor.usecases.own_addresses import own_addresses
from distributor.usecases.take_bounce import take_bounce

_log = log.get_logger(__name__)


async def follow_up(container: Container) -> None:
    """Draw the consequences of failures, tell of what stands still; a database that is away does not end the worker."""
    try:
        await follow_up_failures(container.context)
        await follow_up_overdue(container.context)
        await owe_alarms(container.context)
    except DBAPIError as error:
        _log.warning("database-away", problem=str(error.orig))


async def take_returns(container: Container, stopping: anyio.Event) -> None:
    """Take reports from wherever the settings say, until told to stop.

    Args:
        container: the installation.
        stopping: set to stop.
    """

    async def take(data: bytes, recipient: str) -> bool:
        try:
            return (await take_bounce(container.context, data, recipient)).taking is not Taking.EARLY
        except DBAPIError as error:
            _log.warning("database-away", problem=str(error.orig))
            return False

    async def ours() -> frozenset[str]:
        try:
            return await own_addresses(container.context)
        except DBAPIError as error:
            # what comes for a list meanwhile comes again
            _log.warning("database-away", problem=str(error.orig))
            return frozenset((container.context.sender.address, container.context.sender.reply_to))

    async with AsyncExitStack() as opened:
        listener = container.report_listener(take, ours)
        if listener is not None:
            try:
                await opened.enter_async_context(listener)
            except OSError as error:
                # sending goes on without it, and a later start may find the port free
                _log.error("report-listener", problem=str(error))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_look_again_and_again, container)
            await stopping.wait()
            # a server that does not answer must not hold up the end; what was not settled comes again
            tasks.cancel_scope.cancel()


async def _look_again_and_again(container: Container) -> None:
    while container.report_boxes:
        await look_into_boxes(container)
        await anyio.sleep(container.settings.bounces.every_seconds)


async def look_into_boxes(container: Container) -> None:
    """Take what has arrived in the mailboxes; one that cannot be read holds up no other."""
    for box in container.report_boxes:
        try:
            await empty_box(container.context, box)
        except DistributorError as error:
            _log.error("report-box", box=box.name, code=error.code, problem=error.parameters.get("problem"))
        except DBAPIError as error:
            _log.warning("database-away", problem=str(error.orig))
