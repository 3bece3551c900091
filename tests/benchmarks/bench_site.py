"""How fast the site answers, beside a bare endpoint with the same bytes: `python -m tests.benchmarks.bench_site`.

Both are served by uvicorn in processes of their own, and asked in turn over a few kept connections. The ratios are what
counts: how much of the speed of the bare endpoint is left, by the clock and by the processor time of the serving
process; by the clock both may only show how fast the client asks.
"""

import asyncio
import multiprocessing
import os
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from distributor.web.app import create_app
from tests.support.records import seedlike_record
from tests.support.sites import make_parts, publish_all

RECORD = seedlike_record()
PATHS = ("/", "/bulletins/b001", f"/items/{RECORD.items[3].key}", "/feeds/all.atom.xml", "/feeds/all.json")
CONNECTIONS = 8
SECONDS = 3.0
ROUNDS = 3
Build = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own."""

    port: int
    pid: int

    def busy(self) -> float:
        """Processor time it has used, in seconds (proc(5): user and system in ticks)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Speed:
    """How fast one server was: the best rate of all rounds, and what all answers together cost it."""

    rate: float = 0.0
    answers: int = 0
    busy: float = 0.0

    @property
    def cost(self) -> float:
        """Microseconds of processor for each answer."""
        return self.busy / self.answers * 1e6


def main() -> None:
    """Measure and print a table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    table = Table("page", "bytes", "answer", "site 1/s", "bare 1/s", "ratio", "site µs", "bare µs", "by processor")
    with tempfile.TemporaryDirectory() as folder, _server(_site, folder) as site:
        for path in PATHS:
            answer = asyncio.run(_ask(site.port, path))
            with _server(_bare, (path, answer)) as bare:
                for status, extra in ((200, ""), (304, f"if-none-match: {answer.headers['etag']}\r\n")):
                    ours, plain = _turns((site, bare), path, extra, seconds)
                    rates = f"{ours.rate:,.0f}", f"{plain.rate:,.0f}", f"{ours.rate / plain.rate:.2f}"
                    costs = f"{ours.cost:.0f}", f"{plain.cost:.0f}", f"{plain.cost / ours.cost:.2f}"
                    table.add_row(path, f"{len(answer.body):,}", str(status), *rates, *costs)
    Console(width=120).print(table)


@contextmanager
def _server(build: Build, argument: object) -> Iterator[Served]:
    """A server in a process of its own."""
    # named as TCP, so that asyncio switches off what makes small answers wait
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(build, argument, listening))
        process.start()
        try:
            yield Served(int(listening.getsockname()[1]), process.pid or 0)
        finally:
            process.kill()
            process.join()


def _serve(build: Build, argument: object, listening: socket.socket) -> None:
    async def run() -> None:
        app = await build(argument)
        config = uvicorn.Config(app, log_level="error", access_log=False, server_header=False)
        await uvicorn.Server(config).serve([listening])

    asyncio.run(run())


async def _site(folder: str) -> FastAPI:
    parts = make_parts(Path(folder))
    await publish_all(parts.context, [RECORD])
    return create_app(parts)


async def _bare(given: tuple[str, Answer]) -> Starlette:
    path, answer = given
    left_out = {"content-length", "date", "transfer-encoding"}
    headers = {name: value for name, value in answer.headers.items() if name not in left_out}

    async def endpoint(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(answer.body, headers=headers)

    return Starlette(routes=[Route(path, endpoint)])


def _turns(servers: tuple[Served, Served], path: str, extra: str, seconds: float) -> tuple[Speed, Speed]:
    """Ask two servers in turn, and give the best of each: whatever else the machine does, it does to both."""
    found = Speed(), Speed()
    for _ in range(ROUNDS):
        for speed, server in zip(found, servers, strict=True):
            before = server.busy()
            answers, rate = asyncio.run(_speed(server.port, path, extra, seconds / ROUNDS))
            speed.busy += server.busy() - before
            speed.answers += answers
            speed.rate = max(speed.rate, rate)
    return found


async def _speed(port: int, path: str, extra: str, seconds: float) -> tuple[int, float]:
    request = _request(path, extra)
    until = time.perf_counter() + seconds
    began = time.perf_counter()
    counts = await asyncio.gather(*(_repeat(port, request, until) for _ in range(CONNECTIONS)))
    return sum(counts), sum(counts) / (time.perf_counter() - began)


async def _repeat(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        await _read(reader)
        count += 1
    writer.close()
    return count


async def _ask(port: int, path: str) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(path, ""))
    answer = await _read(reader)
    writer.close()
    assert answer.status == 200, path
    return answer


def _request(path: str, extra: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: site.example\r\naccept-encoding: gzip\r\n{extra}\r\n".encode()


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Answer(int(head[0].split()[1]), headers, body)


if __name__ == "__main__":
    main()
