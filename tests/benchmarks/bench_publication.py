"""What a publication and a correction cost, database included: `python -m tests.benchmarks.bench_publication [COUNT]`.

An archive of COUNT bulletins (2,000 by default, 31 items each) in SQLite is compared with one of 20. Each is printed as
PDF as well, where the machine has a Chinese font.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from distributor import publish
from distributor.clock import FixedClock
from distributor.model.revision import BulletinRevision
from distributor.publish import Change
from distributor.publish.typesetter import Typesetter
from distributor.store import blobs, bulletins, revisions
from distributor.usecases.context import Context
from distributor.usecases.refresh_site import refresh_site
from tests.support.archives import FIRST, issues, keep
from tests.support.sites import make_parts

ROUNDS = 5


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    table = Table("what", "archive", "seconds", "documents", "ratio")
    base = asyncio.run(_measured(20))
    large = asyncio.run(_measured(count))
    for what in base:
        for size, found in ((20, base), (count, large)):
            seconds, documents = found[what]
            ratio = seconds / base[what][0]
            table.add_row(what, f"{size:,} / {size * 31:,} items", f"{seconds:.3f}", str(documents), f"{ratio:.2f}")
    Console(width=110).print(table)


async def _measured(count: int) -> dict[str, tuple[float, int]]:
    with tempfile.TemporaryDirectory() as folder:
        context = replace(make_parts(Path(folder)).context, printer=Typesetter())
        await keep(context, issues(count))
        published = [await _publication(context, count + number) for number in range(ROUNDS)]
        corrected = [await _correction(context, number) for number in range(ROUNDS)]
        await context.database.dispose()
    return {"publication": min(published), "correction of the oldest": min(corrected)}


async def _publication(context: Context, number: int) -> tuple[float, int]:
    """Publish one more bulletin, in one transaction, until it is on the disk."""
    (record,) = issues(1, begin=number)
    moment = FIRST + timedelta(days=number)
    at = replace(context, clock=FixedClock(moment))
    async with context.database.write() as connection:
        await blobs.put(connection, record.original.name.encode())
        await bulletins.add(connection, record)
    began = time.perf_counter()
    async with context.database.write() as connection:
        kept = await bulletins.get(connection, record.id)
        newest = await bulletins.newest_item_date(connection)
        published = publish.assign_identity(kept, context.publication, moment, newest)
        await bulletins.save_publication(connection, published)
        await revisions.add(connection, published, BulletinRevision(1, published.original, moment, "签发人", ""))
        refreshed = await refresh_site(connection, at, [Change(published)])
    return time.perf_counter() - began, len(refreshed.written)


async def _correction(context: Context, number: int) -> tuple[float, int]:
    """Correct a title in one of the oldest bulletins."""
    moment = FIRST + timedelta(days=99_000 + number)
    began = time.perf_counter()
    async with context.database.write() as connection:
        old = await bulletins.get(connection, f"b{number:05d}")
        first = replace(old.items[0].content, title="更正后的标题")
        new = replace(old, items=(replace(old.items[0], content=first), *old.items[1:]))
        made = publish.apply_correction(old, new, context.publication, moment).record
        await bulletins.save(connection, made)
        await revisions.add(connection, made, BulletinRevision(made.revision, made.original, moment, "签发人", ""))
        refreshed = await refresh_site(connection, context, [Change(made, old)])
    return time.perf_counter() - began, len(refreshed.written)


if __name__ == "__main__":
    main()
