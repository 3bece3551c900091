"""How the engine scales: two processes against one at a slow relay, and many deliveries against few.

    python -m tests.benchmarks.bench_scaling [--messages 2000] [--rounds 5] [--many 100000] [--only processes size]

`processes`: a relay whose every round trip takes 20 ms, 5 connections a process, on PostgreSQL; the bar is 1.7 times
the pace of one. `size`: processor time for each delivery of 2 KB at 1,000 and at 100,000 in a run, on SQLite, and what
the process grows by in between; the bars are 1.3 and 30 MB.
"""

import argparse
import asyncio
import contextlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from distributor.store import migrate
from distributor.store.engine import Database
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.send_due import worker_name
from tests.support import postgres
from tests.support.ledger import make_context, make_run, transport_to
from tests.support.postfix_tools import smtp_sink, tool
from tests.support.slow_wire import slow_wire

_CONNECTIONS = 5
_ROUND_TRIP = 20


def main() -> None:
    """Measure and print, or be one of the processes that are measured."""
    if sys.argv[1:2] == ["drain"]:
        asyncio.run(_be_a_process(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--only", nargs="*", choices=("processes", "size"), default=["processes", "size"])
    arguments = parser.parse_args()
    if tool("smtp-sink") is None:
        sys.stdout.write("left out: smtp-sink is not here; it is part of Debian's postfix package\n")
        return
    with smtp_sink() as port:
        if "processes" in arguments.only:
            _measure_processes(port, arguments.messages, arguments.rounds)
        if "size" in arguments.only:
            _measure_size(port, arguments.few, arguments.many)


def _measure_processes(port: int, messages: int, rounds: int) -> None:
    binaries = postgres.find_binaries()
    if binaries is None:
        sys.stdout.write("left out: PostgreSQL is not here\n")
        return
    rates: dict[int, list[float]] = {1: [], 2: []}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(postgres.cluster(binaries))
        slow = stack.enter_context(slow_wire(port, _ROUND_TRIP))
        for number in range(rounds):
            for processes, figures in rates.items():
                name = f"bench_{number}_{processes}"
                with psycopg.connect("postgresql" + address.format(database="postgres"), autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}".encode())
                url = "postgresql+psycopg" + address.format(database=name)
                asyncio.run(_make(url, messages))
                took, _ = _run_processes(processes, url, slow, folder)
                figures.append(messages / took)
    one, two = (statistics.median(figures) for figures in rates.values())
    sys.stdout.write(
        f"{messages} messages, relay with a round trip of {_ROUND_TRIP} ms, {_CONNECTIONS} connections a process: "
        f"one {one:.0f}/s, two {two:.0f}/s, ratio {two / one:.2f} (bar 1.7)\n"
    )


async def _make(url: str, messages: int) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await make_run(database, messages, kilobytes=2)
    await database.dispose()


@dataclass(frozen=True, slots=True)
class _Done:
    """What a process says when it has sent.

    Args:
        busy: its seconds of processor.
        size: its size in the end, in megabytes.
    """

    busy: float
    size: float


def _run_processes(
    number: int, url: str, port: int, folder: Path, *, connections: int = _CONNECTIONS
) -> tuple[float, list[_Done]]:
    """Let so many processes send a run together; gives the seconds from their common start to the end of the last."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_scaling", "drain", url, str(port), str(connections)]
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen([*command, str(folder / str(place))], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for place in range(number)
        ]
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        begin = time.perf_counter()
        for process in started:
            assert process.stdin is not None
            process.stdin.close()
        said = []
        for process in started:
            assert process.stdout is not None
            said.append(_Done(*(float(figure) for figure in process.stdout.readline().split())))
        return time.perf_counter() - begin, said


async def _be_a_process(url: str, port: int, connections: int, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    database = Database(url)
    context = make_context(database, folder)
    async with transport_to(port, connections=connections, messages_per_connection=10**9) as transport:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        busy = time.process_time()
        await drain(context, Worker(worker_name(), transport, connections))
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        print(time.process_time() - busy, pages * resource.getpagesize() / 1024 / 1024, flush=True)
    await database.dispose()


def _measure_size(port: int, few: int, many: int) -> None:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in (few, many):
            url = f"sqlite+aiosqlite:///{folder}/{number}.sqlite3"
            asyncio.run(_make(url, number))
            _, (done,) = _run_processes(1, url, port, Path(folder), connections=10)
            found.append((done.busy / number * 1e6, done.size))
    (cost, size), (dear, large) = found
    sys.stdout.write(
        f"2 KB messages, processor for each delivery: {cost:.0f} µs at {few}, {dear:.0f} µs at {many}, "
        f"ratio {dear / cost:.2f} (bar 1.3); {size:.0f} MB after {few}, {large:.0f} MB after {many}: "
        f"grown by {large - size:.0f} MB (bar 30)\n"
    )


if __name__ == "__main__":
    main()
