"""How long a search takes: `python -m tests.benchmarks.bench_search [COUNT]`.

An archive of COUNT bulletins (2,000 by default, 31 items each) is searched in SQLite and in PostgreSQL (where it is
installed) for the same questions; both must find the same.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from distributor import publish
from distributor.store import catalogue, migrate, search
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.search_archive import Found, Question, search_archive
from tests.support import postgres
from tests.support.archives import issues, keep
from tests.support.databases import execute
from tests.support.sites import make_parts

TEXTS = (
    *("的", "钒", "联", "2", "科技", "联盟", "钒钛", "轴承", "氢能", "战略联盟", "科技强国", "使命感和责任感"),
    *("产业技术创新战略联盟秘书处", "半导体照明", "BIM", "LED", "编号第1733之12", "编号第77之3", "没有这样的词", "龘"),
    *("氢能 稀土", "钒钛 芯片 纸", "会议 北京市", "联盟 2023", "“科技强国” 钢铁"),
    *("疫苗 算力 大豆", "BIM 联盟", "第17期"),
)
FILTERS = (
    {},
    {"section": "重要政策动态"},
    {"year": 2013},
    {"contributor": "存储产业技术创新战略联盟秘书处"},
    {"page": 5},
)
ROUNDS = 3


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    table = Table("database", "items", "indexing s", "MB", "median ms", "p99 ms", "slowest", "questions")
    with tempfile.TemporaryDirectory() as folder:
        answers = []
        for name, url in _databases(Path(folder)):
            answers.append(asyncio.run(_measured(name, url, Path(folder), count, table)))
    Console(width=140).print(table)
    if len(answers) > 1:
        same = [_said(one) == _said(other) for one, other in zip(*answers, strict=True)]
        Console().print(f"the same answers on both: {sum(same)} of {len(same)}")


@contextlib.contextmanager
def _cluster() -> Iterator[str | None]:
    binaries = postgres.find_binaries()
    if binaries is None:
        yield None
        return
    with postgres.cluster(binaries) as address:
        execute(address, "CREATE DATABASE bench")
        yield "postgresql+psycopg" + address.format(database="bench")


def _databases(folder: Path) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}"
    with _cluster() as url:
        if url is not None:
            yield "PostgreSQL", url


async def _measured(name: str, url: str, folder: Path, count: int, table: Table) -> list[Found]:
    database = Database(url)
    await migrate.upgrade(database)
    context = replace(make_parts(folder).context, database=database)
    await keep(context, issues(count))
    began = time.perf_counter()
    await _index(context)
    indexing = time.perf_counter() - began
    size = await _size(database)
    questions = [Question(text, **chosen) for text in TEXTS for chosen in FILTERS]
    found, spent = [], []
    for turn in range(ROUNDS):
        for question in questions:
            began = time.perf_counter()
            answer = await search_archive(context, question)
            spent.append((time.perf_counter() - began, question))
            if turn == 0:
                found.append(answer)
    await database.dispose()
    spent.sort(key=lambda one: one[0])
    slowest = spent[-1]
    table.add_row(
        name,
        f"{count * 31:,}",
        f"{indexing:.0f}",
        f"{size / 1e6:.0f}",
        f"{spent[len(spent) // 2][0] * 1000:.1f}",
        f"{spent[int(len(spent) * 0.99)][0] * 1000:.1f}",
        f"{slowest[0] * 1000:.0f} {slowest[1].text}",
        str(len(questions)),
    )
    return found


async def _index(context: Context) -> None:
    from distributor.store import bulletins, listings

    async with context.database.read() as connection:
        ids = await listings.ever_published(connection)
        assert await catalogue.lacking(connection, 1) == ()
    for begin in range(0, len(ids), 100):
        async with context.database.write() as connection:
            for record in await bulletins.get_many(connection, ids[begin : begin + 100]):
                day = publish.day_of(record, context.publication)
                await search.put(connection, record.id, day, publish.indexed_items(record))


async def _size(database: Database) -> int:
    from sqlalchemy import text

    query = (
        "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search%'"
        if database.is_sqlite
        else "SELECT pg_total_relation_size('search_index') + pg_total_relation_size('search_entries')"
    )
    async with database.read() as connection:
        if not database.is_sqlite:
            await connection.execute(text("ANALYZE"))
        return int(await connection.scalar(text(query)) or 0)


def _said(found: Found) -> tuple[int, bool, list[str]]:
    return found.total, found.is_more, [hit.listed.item.key for hit in found.hits]


if __name__ == "__main__":
    main()
