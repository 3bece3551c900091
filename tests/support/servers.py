"""A real web server on loopback, for what needs a real browser or a real connection."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor.clock import Clock
from distributor.model.recipient import AddressBook
from distributor.model.record import BulletinRecord
from distributor.store import address_book
from distributor.web.app import create_app
from tests.support.sites import Parts, make_parts, publish_all

_STARTING_SECONDS = 30


@contextmanager
def serving(
    folder: Path,
    records: Sequence[BulletinRecord] = (),
    book: AddressBook | None = None,
    clock: Clock | None = None,
    answers: list[tuple[str, int]] | None = None,
    **overrides: Any,  # noqa: ANN401  a builder passes any field on
) -> Iterator[str]:
    """A site with the given bulletins and address book on a port of its own; gives its address.

    Its clock stands still unless one is given. What it answers is added to `answers`: path and status, in order.
    """
    parts = make_parts(folder, **overrides)
    if clock is not None:
        parts = replace(parts, context=replace(parts.context, clock=clock))
    # access_log off: a browser asks for much, and a failing test should show its own words only
    app = _noting(create_app(parts), answers) if answers is not None else create_app(parts)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    # a thread with a loop of its own, because a browser's driver keeps one running in this thread
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, _fill_and_serve(server, parts, records, book or AddressBook()))
        try:
            yield f"http://127.0.0.1:{_port(server, running)}"
        finally:
            server.should_exit = True
            running.result()


def _noting(app: ASGIApp, answers: list[tuple[str, int]]) -> ASGIApp:
    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                answers.append((scope["path"], message["status"]))
            await send(message)

        await app(scope, receive, note)

    return noting


async def _fill_and_serve(
    server: uvicorn.Server, parts: Parts, records: Sequence[BulletinRecord], book: AddressBook
) -> None:
    async with parts.context.database.write() as connection:
        await address_book.replace(connection, book)
    await publish_all(parts.context, records)
    await server.serve()


def _port(server: uvicorn.Server, running: "Future[None]") -> int:
    deadline = time.monotonic() + _STARTING_SECONDS
    while not server.started:
        if running.done() or time.monotonic() > deadline:
            raise TimeoutError("the server did not start")
        time.sleep(0.02)
    return int(server.servers[0].sockets[0].getsockname()[1])
