"""Send what is due now and come back; what must wait is left to a worker."""

import os
import socket

import anyio

from distributor import tokens
from distributor.deliver import Transport
from distributor.store import claims
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Drained, Worker, drain
from distributor.usecases.guard_instance import guard_instance
from distributor.usecases.reconcile_deliveries import reconcile


async def send_due(
    context: Context,
    transport: Transport,
    connections: int,
    *,
    stopping: anyio.Event | None = None,
    relay: str = "relay",
) -> Drained:
    """Take over what dead workers left, then send everything that is due.

    Args:
        context: the installation.
        transport: an open way of sending.
        connections: deliveries under way at the same time.
        stopping: once set, nothing new is claimed.
        relay: name of the relay, for its lanes.

    Raises:
        RelayTrouble: when the relay refuses our credentials.
    """
    await guard_instance(context)
    await reconcile(context)
    return await drain_due(context, transport, connections, stopping=stopping, relay=relay)


async def drain_due(
    context: Context,
    transport: Transport,
    connections: int,
    *,
    stopping: anyio.Event | None = None,
    relay: str = "relay",
) -> Drained:
    """Send everything that is due as a worker of a new name; when nothing is, that costs one query.

    Args:
        context: the installation.
        transport: an open way of sending.
        connections: deliveries under way at the same time.
        stopping: once set, nothing new is claimed.
        relay: name of the relay, for its lanes.

    Raises:
        RelayTrouble: when the relay refuses our credentials.
    """
    if not await is_due(context):
        return Drained()
    return await drain(context, Worker(worker_name(), transport, connections, relay), stopping=stopping)


async def is_due(context: Context) -> bool:
    """Tell whether a delivery may be sent now, as far as the ledger knows.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        now = await context.database.now(connection)
        fresh_after = context.now() - context.conduct.catch_up
        return bool(await claims.due_runs(connection, now, fresh_after=fresh_after))


def worker_name() -> str:
    """Make a name that no other worker has, now or later: machine, process and a random part."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{tokens.new_key(6)}"
