"""Clients that are slow on purpose, on real connections: none keeps its connection, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from distributor.web.patience import Patience, PatientProtocol

pytestmark = pytest.mark.anyio

LARGE = 16_000_000


class Impatient(PatientProtocol):
    patience = Patience(head=0.3, body=1.2, silence=0.4)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body, slowly where it is told to, and answers with its size, or with a lot."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
        if scope["path"] == "/thoughtful":
            await asyncio.sleep(0.02)
    body = b"x" * LARGE if scope["path"] == "/large" else str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def server() -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, log_level="critical", http=Impatient, lifespan="off", ws="none")
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110  uvicorn tells nobody when it has started
        await asyncio.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    await task


@asynccontextmanager
async def client(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


async def is_ended(reader: asyncio.StreamReader) -> bool:
    """Whether the server ends the connection without a word."""
    try:
        return await asyncio.wait_for(reader.read(), 20) == b""
    except ConnectionError:
        return True


async def trickle(writer: asyncio.StreamWriter, octets: bytes, every: float) -> None:
    """Send one octet after the other for as long as somebody takes them."""
    try:
        for octet in octets:
            writer.write(bytes([octet]))
            await writer.drain()
            await asyncio.sleep(every)
    except ConnectionError:
        return


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nhost: a\r\nx-a: "])
async def test_who_never_finishes_the_headers_is_let_go(sent: bytes) -> None:
    async with server() as port, client(port) as (reader, writer):
        writer.write(sent)
        assert await is_ended(reader)


async def test_headers_that_come_one_octet_after_the_other_are_let_go() -> None:
    async with server() as port, client(port) as (reader, writer):
        dripping = asyncio.create_task(trickle(writer, b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x" * 400, 0.05))
        assert await is_ended(reader)
        dripping.cancel()


@pytest.mark.parametrize("octets", [b"a", b"a" * 400])
async def test_a_body_that_stops_or_never_ends_is_let_go(octets: bytes) -> None:
    async with server() as port, client(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n")
        dripping = asyncio.create_task(trickle(writer, octets, 0.05))
        assert await is_ended(reader)
        dripping.cancel()


async def test_who_takes_nothing_of_a_large_answer_is_let_go() -> None:
    async with server() as port, client(port) as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
        await asyncio.sleep(1.5)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(LARGE)


async def test_who_is_quick_is_answered_on_one_connection_again_and_again() -> None:
    async with server() as port, client(port) as (reader, writer):
        for body in (b"", b"hello", b"y" * 300_000):
            writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200")
            size = str(len(body)).encode()
            assert await reader.readexactly(len(size)) == size
            # longer than any limit of a request: the time between two of them is limited by the server
            await asyncio.sleep(0.5)


async def test_a_site_that_reads_slowly_blames_nobody() -> None:
    async with server() as port, client(port) as (reader, writer):
        body = b"z" * 3_000_000
        writer.write(b"POST /thoughtful HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % len(body))
        writer.write(body)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
