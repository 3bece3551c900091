"""What a static export costs: `python -m tests.benchmarks.bench_export [COUNT]`.

An archive of COUNT bulletins (200 by default, 31 items each) is exported twice; the second time nothing has changed.
Stored documents are left out: they are copied. Memory is the most that the process ever held, by size of the archive.
"""

import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from distributor.usecases.export_site import ExportedSite, Press, Rendered, export_site
from distributor.web.app import create_app
from tests.benchmarks.bench_search import _index
from tests.support.archives import issues, keep
from tests.support.sites import HOST, make_parts


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    table = Table("bulletins", "files", "first s", "files/s", "second s", "changed", "memory MB")
    for size in (max(count // 10, 1), count):
        first, seconds, again, following, memory = _apart(size)
        table.add_row(
            f"{size:,}",
            f"{first.files:,}",
            f"{seconds:.1f}",
            f"{first.files / seconds:,.0f}",
            f"{following:.1f}",
            str(again.changed),
            f"{memory:.0f}",
        )
    Console(width=110).print(table)


def _apart(size: int) -> tuple[ExportedSite, float, ExportedSite, float, float]:
    """Measure in a process of its own, so that its memory is its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(size, there))
    process.start()
    result: tuple[ExportedSite, float, ExportedSite, float, float] = here.recv()
    process.join()
    return result


def _measure(size: int, answer: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answer.send(
            (*asyncio.run(_twice(size, Path(folder))), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        )


async def _twice(size: int, folder: Path) -> tuple[ExportedSite, float, ExportedSite, float]:
    parts = make_parts(folder)
    for begin in range(0, size, 50):
        await keep(parts.context, issues(min(50, size - begin), begin))
    await _index(parts.context)
    app = create_app(parts, is_static=True)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HOST) as client:

        async def render(path: str) -> Rendered:
            found = await client.get(f"/{path}", headers={"accept-encoding": "identity"})
            return Rendered(found.status_code, found.headers["content-type"].partition(";")[0], found.content)

        spent = []
        for _ in range(2):
            began = time.perf_counter()
            done = await export_site(parts.context, Press(render, {}, "base"), folder / "www")
            spent.append((done, time.perf_counter() - began))
    await parts.context.database.dispose()
    return (*spent[0], *spent[1])


if __name__ == "__main__":
    main()
