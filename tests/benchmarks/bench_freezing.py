"""How fast the recipients of a run are frozen.

    python -m tests.benchmarks.bench_freezing [--sqlite 100000] [--postgresql 1000000] [--what list subscribers]

`list`: ids, Message-IDs and idempotency keys are minted, rows written under all unique keys, in chunks under a run that
becomes due at the end. `subscribers`: the same for the readers of a digest, who are selected in the database, rendered
for, written down and moved to the end of their window. Beside it stand the longest stall of the event loop, which is
what a web page in this process would wait, the longest wait of another process that writes (a reader who unsubscribes
by the web), and what the process has grown by. Processor time is that of this process alone.
"""

import argparse
import asyncio
import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import psycopg

from distributor import tokens
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, Mailing, Run
from distributor.model.subscriber import Frequency
from distributor.store import migrate, runs
from distributor.store.engine import Database
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.freeze_in_chunks import freeze_in_chunks
from distributor.usecases.freeze_runs import idempotency_key
from distributor.usecases.prepare_digests import prepare_digests
from tests.support import postgres
from tests.support.ledger import make_context, make_run, rows_of
from tests.support.subscribing import schedule_of, subscribe_many
from tests.support.worlds import NOW, at, make_world, publish_seed


@dataclass(frozen=True, slots=True)
class Measured:
    """What a freezing took.

    Args:
        seconds: from its begin to the moment at which the run is due.
        busy: processor time of this process, in seconds.
        stall: longest stall of the event loop, in seconds.
        wait: longest wait of another writer, in seconds.
        grown: growth of the process, in megabytes.
    """

    seconds: float
    busy: float
    stall: float
    wait: float
    grown: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sqlite", type=int, default=100_000)
    parser.add_argument("--postgresql", type=int, default=1_000_000)
    parser.add_argument("--what", nargs="*", choices=list(_KINDS), default=list(_KINDS))
    arguments = parser.parse_args()
    for what in arguments.what:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite+aiosqlite:///{folder}/freezing.sqlite3"
            _report(f"SQLite, {what}", arguments.sqlite, _measure(what, url, Path(folder), arguments.sqlite))
            binaries = postgres.find_binaries()
            if binaries is None or not arguments.postgresql:
                continue
            with postgres.cluster(binaries) as address:
                with psycopg.connect("postgresql" + address.format(database="postgres"), autocommit=True) as connection:
                    connection.execute(b"CREATE DATABASE freezing")
                url = "postgresql+psycopg" + address.format(database="freezing")
                number = arguments.postgresql
                _report(f"PostgreSQL, {what}", number, _measure(what, url, Path(folder), number))


def _measure(what: str, url: str, folder: Path, number: int) -> Measured:
    if not number:
        return Measured(0, 0, 0, 0, 0)
    return asyncio.run(_KINDS[what](url, folder, number))


async def _freeze(url: str, folder: Path, number: int) -> Measured:
    database = Database(url)
    await migrate.upgrade(database)
    context = make_context(database, folder)
    sample = await make_run(database, 1)
    (row,) = await rows_of(database, sample)
    other = await make_run(database, 1)
    run = replace(other, id=tokens.new_key(), ready=None)

    async def work() -> int:
        async with database.write() as connection:
            await runs.add(connection, run)
        await freeze_in_chunks(context, run, _deliveries(run, row.delivery.variant, number), number)
        return number

    return await _watched(database, work, number)


async def _freeze_subscribers(url: str, folder: Path, number: int) -> Measured:
    database = Database(url)
    await migrate.upgrade(database)
    context = await make_world(database, folder)
    await subscribe_many(context, number)
    await publish_seed(context)
    await schedule_of(context, ("public-issue", Frequency.ISSUE, NOW + timedelta(hours=1)))
    later = at(context, NOW + timedelta(hours=1, minutes=1))
    await claim_occurrences(later)
    return await _watched(database, lambda: prepare_digests(later), number)


async def _watched(database: Database, work: Callable[[], Awaitable[int]], number: int) -> Measured:
    """Do some work and watch what others feel of it meanwhile."""
    stalls = asyncio.ensure_future(_longest_stall())
    before = _resident()
    with _other_writer(database.url) as waited:
        begin, busy = time.perf_counter(), time.process_time()
        done = await work()
        took, busy = time.perf_counter() - begin, time.process_time() - busy
        grown = _resident() - before
        wait = await asyncio.to_thread(waited)
    stalls.cancel()
    await database.dispose()
    if done != number:
        raise RuntimeError(done)
    return Measured(took, busy, await stalls, wait, grown)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


@contextlib.contextmanager
def _other_writer(url: str) -> Iterator[Callable[[], float]]:
    """Let another process write ten times a second; its longest wait can be asked for once."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_freezing_writer", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        output = process.stdout
        yield lambda: _ask(process, output)


def _ask(process: subprocess.Popen[bytes], output: IO[bytes]) -> float:
    assert process.stdin is not None
    process.stdin.close()
    return float(output.readline())


def _deliveries(run: Run, variant: str, number: int) -> Iterator[Delivery]:
    for place in range(number):
        key, address = tokens.new_id(), f"reader{place}@domain{place % 997}.example"
        yield Delivery(
            id=key,
            run_id=run.id,
            address=address,
            display_name=None,
            organization=None,
            organization_name="",
            list_id=run.list_id,
            role=Role.SUBSCRIBER,
            language="zh-CN",
            format=MailFormat.HTML,
            variant=variant,
            message_id=f"<{key}@xiefa.example>",
            idempotency_key=idempotency_key(run.bulletin_id, Mailing.DIGEST, address),
        )


async def _longest_stall() -> float:
    longest = 0.0
    try:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - begin - 0.005)
    except asyncio.CancelledError:
        return longest


_KINDS: dict[str, Callable[[str, Path, int], Coroutine[Any, Any, Measured]]] = {
    "list": _freeze,
    "subscribers": _freeze_subscribers,
}


def _report(kind: str, number: int, measured: Measured) -> None:
    if not number:
        return
    sys.stdout.write(
        f"{kind:24} {number:9} recipients in {measured.seconds:6.1f} s ({number / measured.seconds:,.0f}/s), "
        f"{measured.busy:.1f} s of processor, longest stall {1000 * measured.stall:.0f} ms, "
        f"another writer waited {1000 * measured.wait:.0f} ms at most, grown by {measured.grown:.0f} MB\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
