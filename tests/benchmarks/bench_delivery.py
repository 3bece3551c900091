"""How fast a run goes through the whole engine, beside smtp-source on the same work in the same run.

    python -m tests.benchmarks.bench_delivery [--messages 5000] [--rounds 5] [--only sqlite] [--round-trip 0] [--digest]

Every message is personalised (greeting, link to unsubscribe, To, Message-ID), about 60 KB, sent over 10 kept
connections to the same smtp-sink, with both durable marks, all event rows and group commits. The figures are messages
per second and their ratio (smtp-source = 1.00), medians of all rounds, which are interleaved. With `--digest` the
messages are the digest of the reference bulletin with all its words.
"""

import argparse
import asyncio
import contextlib
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from distributor.compose import DkimAlgorithm, DkimKey, new_key
from distributor.model.ledger import Mark
from distributor.model.message import Variant
from distributor.model.run import DeliveryState, Run
from distributor.store import migrate, runs
from distributor.store.engine import Database
from distributor.store.ledger_writer import LedgerWriter
from distributor.usecases.compose_message import Composer
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.send_due import worker_name
from tests.support import postgres
from tests.support.ledger import make_context, make_run, rows_of, transport_to
from tests.support.messages import make_variant, seed_record
from tests.support.postfix_tools import smtp_sink, smtp_source, tool
from tests.support.slow_wire import slow_wire

CONNECTIONS = 10
KEYS: dict[str, tuple[DkimKey, ...]] = {
    "no DKIM": (),
    "Ed25519": (new_key("xiefa.example", "e1", DkimAlgorithm.ED25519),),
    "RSA-2048": (new_key("xiefa.example", "r1"),),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements of one process share."""

    folder: Path
    port: int
    messages: int
    kilobytes: int
    rendering: Variant | None = None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kilobytes", type=int, default=51, help="of the rendering; 51 make a message of 60 KB")
    parser.add_argument("--round-trip", type=float, default=0, help="milliseconds of a round trip to the relay")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one kind of database")
    parser.add_argument("--keys", nargs="*", default=list(KEYS), help="which signatures")
    parser.add_argument("--without-ledger", action="store_true", help="also measure without journal and marks")
    parser.add_argument("--digest", action="store_true", help="send the digest of the reference bulletin")
    arguments = parser.parse_args()
    if tool("smtp-sink") is None:
        sys.stdout.write("left out: smtp-sink is not here; it is part of Debian's postfix package\n")
        return
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(smtp_sink())
        if arguments.round_trip:
            port = stack.enter_context(slow_wire(port, arguments.round_trip))
        rendering = make_variant(seed_record()) if arguments.digest else None
        bench = Bench(folder, port, arguments.messages, arguments.kilobytes, rendering)
        databases = dict(_databases(folder, arguments.only, stack))
        _measure(bench, databases, arguments)


def _databases(
    folder: Path, only: str | None, stack: contextlib.ExitStack
) -> Iterator[tuple[str, Callable[[int], str]]]:
    if only != "postgresql":
        yield "SQLite", lambda number: f"sqlite+aiosqlite:///{folder}/{number}.sqlite3"
    binaries = postgres.find_binaries()
    if binaries is not None and only != "sqlite":
        address = stack.enter_context(postgres.cluster(binaries))

        def create(number: int) -> str:
            with psycopg.connect("postgresql" + address.format(database="postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE bench_{number}".encode())
            return "postgresql+psycopg" + address.format(database=f"bench_{number}")

        yield "PostgreSQL", create


def _measure(bench: Bench, databases: dict[str, Callable[[int], str]], arguments: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {"smtp-source": []}
    costs: dict[str, list[float]] = {}
    number = 0
    for _ in range(arguments.rounds):
        file = bench.folder / "message"
        for kind, make_url in databases.items():
            for name in arguments.keys:
                for with_ledger in (True, False) if arguments.without_ledger else (True,):
                    number += 1
                    label = f"{kind}, {name}" + ("" if with_ledger else ", no ledger")
                    took, busy = asyncio.run(_drain(bench, make_url(number), KEYS[name], file, with_ledger=with_ledger))
                    rates.setdefault(label, []).append(bench.messages / took)
                    costs.setdefault(label, []).append(busy / bench.messages * 1e6)
        took = smtp_source(bench.port, messages=bench.messages, sessions=CONNECTIONS, file=file)
        rates["smtp-source"].append(bench.messages / took)
    size = (bench.folder / "message").stat().st_size
    reference = statistics.median(rates["smtp-source"])
    sys.stdout.write(
        f"{bench.messages} messages of about {size} bytes, {CONNECTIONS} connections, round trip "
        f"{arguments.round_trip:g} ms, medians of {arguments.rounds} rounds\n"
    )
    for label, figures in rates.items():
        rate = statistics.median(figures)
        spread = f"{min(figures):.0f} to {max(figures):.0f}"
        cost = f"{statistics.median(costs[label]):.0f} µs of processor time each" if label in costs else ""
        sys.stdout.write(f"{label:34} {rate:8.0f} messages/s  ratio {rate / reference:.2f}  ({spread})  {cost}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"largest size of this process: {peak} MB\n")


async def _drain(
    bench: Bench, url: str, keys: tuple[DkimKey, ...], file: Path, *, with_ledger: bool
) -> tuple[float, float]:
    database = Database(url)
    await migrate.upgrade(database)
    run = await make_run(database, bench.messages, kilobytes=bench.kilobytes, rendering=bench.rendering)
    context = make_context(database, bench.folder, dkim_keys=keys)
    row = (await rows_of(database, run))[0]
    message = await Composer(context).compose(row.delivery)
    await asyncio.to_thread(file.write_bytes, message.replace(b"\r\n", b"\n"))
    kept = {"connections": CONNECTIONS, "messages_per_connection": 10**9, "overlaps": True}
    async with transport_to(bench.port, **kept) as transport:
        worker = Worker(worker_name(), transport, CONNECTIONS)
        with contextlib.nullcontext() if with_ledger else _without_ledger():
            begin, busy = time.perf_counter(), time.process_time()
            drained = await drain(context, worker)
            took, busy = time.perf_counter() - begin, time.process_time() - busy
    if with_ledger:
        await _check(database, run, bench.messages)
    if drained.sent != bench.messages:
        raise RuntimeError(drained)
    await database.dispose()
    return took, busy


async def _check(database: Database, run: Run, messages: int) -> None:
    async with database.read() as connection:
        counts = (await runs.counts(connection, [run.id]))[run.id]
    if counts.of(DeliveryState.SENT) != messages:
        raise RuntimeError(counts)


@contextlib.contextmanager
def _without_ledger() -> Iterator[None]:
    """Leave out journal and marks, so that what they cost can be told; claims stay."""
    begin, end = LedgerWriter.begin, LedgerWriter.end

    def nothing(_writer: LedgerWriter, _mark: Mark) -> None:
        return None

    for name in ("begin", "end"):
        setattr(LedgerWriter, name, nothing)
    try:
        yield
    finally:
        LedgerWriter.begin, LedgerWriter.end = begin, end  # type: ignore[method-assign]  # for one measurement


if __name__ == "__main__":
    main()
