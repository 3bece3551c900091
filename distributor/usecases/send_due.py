"""Send what is due now and come back; what must wait is left to a worker."""

import os
import socket

import anyio

from distributor import tokens
from distributor.deliver import Transport
from distributor.usecases.context import Context
from distributor.usecases.drain_deliveries import Drained, Worker, drain
from distributor.usecases.reconcile_deliveries import reconcile


async def send_due(
    context: Context,
    transport: Transport,
    connections: int,
    *,
    stopping: anyio.Event | None = None,
) -> Drained:
    """Take over what dead workers left, then send everything that is due.

    Args:
        context: the installation.
        transport: an open way of sending.
        connections: deliveries under way at the same time.
        stopping: once set, nothing new is claimed.

    Raises:
        RelayTrouble: when the relay refuses our credentials.
    """
    await reconcile(context)
    return await drain(context, Worker(worker_name(), transport, connections), stopping=stopping)


def worker_name() -> str:
    """Make a name that no other worker has, now or later: machine, process and a random part."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{tokens.new_key(6)}"
