"""How fast the recipients of a run are frozen.

    python -m tests.benchmarks.bench_freezing [--sqlite 100000] [--postgresql 1000000]

Ids, Message-IDs and idempotency keys are minted, rows written under all unique keys, in chunks under a run that
becomes due at the end. The longest stall of the event loop meanwhile is what a web page in this process would wait.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from distributor import tokens
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, Mailing, Run
from distributor.store import migrate
from distributor.store.engine import Database
from distributor.usecases.freeze_in_chunks import freeze_in_chunks
from distributor.usecases.freeze_runs import idempotency_key
from tests.support import postgres
from tests.support.ledger import make_context, make_run, rows_of


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sqlite", type=int, default=100_000)
    parser.add_argument("--postgresql", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/freezing.sqlite3"
        _report("SQLite", arguments.sqlite, asyncio.run(_freeze(url, Path(folder), arguments.sqlite)))
        binaries = postgres.find_binaries()
        if binaries is None or not arguments.postgresql:
            return
        with postgres.cluster(binaries) as address:
            with psycopg.connect("postgresql" + address.format(database="postgres"), autocommit=True) as connection:
                connection.execute(b"CREATE DATABASE freezing")
            url = "postgresql+psycopg" + address.format(database="freezing")
            _report("PostgreSQL", arguments.postgresql, asyncio.run(_freeze(url, Path(folder), arguments.postgresql)))


async def _freeze(url: str, folder: Path, number: int) -> tuple[float, float]:
    database = Database(url)
    await migrate.upgrade(database)
    context = make_context(database, folder)
    sample = await make_run(database, 1)
    (row,) = await rows_of(database, sample)
    other = await make_run(database, 1)
    run = replace(other, id=tokens.new_key(), ready=None)
    stalls = asyncio.ensure_future(_longest_stall())
    begin = time.perf_counter()
    await freeze_in_chunks(context, run, _deliveries(run, row.delivery.variant, number), number)
    took = time.perf_counter() - begin
    stalls.cancel()
    await database.dispose()
    return took, await stalls


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


def _report(kind: str, number: int, measured: tuple[float, float]) -> None:
    took, stall = measured
    speed = f"{number / took:,.0f}/s"
    sys.stdout.write(
        f"{kind:10} {number:9} recipients in {took:6.1f} s ({speed}), longest stall {1000 * stall:.0f} ms\n"
    )


if __name__ == "__main__":
    main()
