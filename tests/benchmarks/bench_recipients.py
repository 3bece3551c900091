"""Measures the address book at its size: import of 200,000 rows, planning for 100,000 addresses, search and paging.

Each part runs in a process of its own, so that its memory is its own:
`python tests/benchmarks/bench_recipients.py [csv|xlsx|plan|search]`.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio

from distributor.model.bulletin import DistributionGroup
from distributor.model.recipient import AddressBook, Contact, Group, Organization, OrganizationKind
from distributor.model.searching import BookQuery
from distributor.recipients.importing import ImportOptions
from distributor.store import address_book
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.export_recipients import export_recipients
from distributor.usecases.find_recipients import find_contacts, find_organizations
from distributor.usecases.import_recipients import commit_import, prepare_import
from distributor.usecases.plan_bulletin import plan_bulletin
from tests.support.address_books import CLERK, keep, with_book
from tests.support.books import REPORT, SEND
from tests.support.databases import sqlite_url
from tests.support.records import make_record
from tests.support.tables import csv_bytes, xlsx_bytes

ROWS, BODIES = 200_000, 10_000
_PLACES = "东南西北山水江河湖海城乡金木石田天地云林"
_TRADES = ("存储", "木竹", "化纤", "水环境", "电动汽车", "医疗器械", "粉末冶金", "肉类加工", "再生资源", "航天装备")
_HEADING = ("单位", "简称", "类型", "邮箱", "联系人", "用途", "语言", "格式", "有效期自", "有效期至")
_MEGABYTE = 1024 * 1024


def name_of(body: int) -> str:
    """Name a body."""
    place = "".join(_PLACES[body // 20**digit % 20] for digit in range(4))
    return f"{place}{_TRADES[body % len(_TRADES)]}产业技术创新战略联盟"


def rows_of_a_table() -> list[tuple[str, ...]]:
    """Give 200,000 rows of 10,000 bodies below their heading."""
    rows = [_HEADING]
    for number in range(ROWS):
        body, mailbox = number % BODIES, number // BODIES
        short = name_of(body).replace("产业技术创新战略", "")
        address = f"office{mailbox}@alliance{body}.example"
        use = "主送" if mailbox == 0 else "抄送"
        rows.append((name_of(body), short, "联盟", address, f"第{mailbox}处", use, "zh-CN", "html", "2026-01-01", ""))
    return rows


def large_book(mailboxes: int) -> AddressBook:
    """Build a book of 10,000 alliances in one group."""
    bodies = tuple(Organization(f"b{n}", name_of(n), OrganizationKind.ALLIANCE) for n in range(BODIES))
    contacts = tuple(
        Contact(f"m{mailbox}@b{body}.example", f"b{body}", f"第{mailbox}处")
        for body in range(BODIES)
        for mailbox in range(mailboxes)
    )
    return AddressBook(bodies, contacts, (Group("all", "各会员联盟", (), tuple(b.id for b in bodies)),), (REPORT, SEND))


@contextmanager
def timed(label: str) -> Iterator[None]:
    """Print how long a block took, how much of that the processor, and how large the process has been so far."""
    begun, worked = time.perf_counter(), time.process_time()
    yield
    seconds, processor = time.perf_counter() - begun, time.process_time() - worked
    print(f"{label}: {seconds:.2f} s ({processor:.2f} s of processor), at most {_largest():.0f} MB", flush=True)


def _largest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def import_file(context: Context, folder: Path, name: str) -> None:
    """Import a table that another process wrote, then the same again."""
    data = (folder / name).read_bytes()
    print(f"{name}: {len(data) / _MEGABYTE:.1f} MB, process {_largest():.0f} MB before")
    with timed(f"import {ROWS:,} rows of {name} (new)"):
        prepared = await prepare_import(context, data, name)
        act = await commit_import(context, CLERK, prepared)
    print(f"  {act.count if act else 0:,} changes, {prepared.draft.problem_count} problems")
    del prepared, act
    with timed(f"import {name} again, the mailboxes it lacks go (nothing changes)"):
        again = await prepare_import(context, data, name, ImportOptions(replace=True))
    print(f"  {again.summary.unchanged:,} unchanged, {again.summary.removed} removed")


async def plan(context: Context, folder: Path) -> None:
    """Plan a bulletin for 100,000 addresses, and for few of them."""
    del folder
    await keep(context, make_record(id="all", distribution=(DistributionGroup("送", ("各会员联盟",)),)))
    await keep(context, make_record(id="few", distribution=(DistributionGroup("送", (name_of(7), name_of(8))),)))
    with timed("plan for two bodies of 10,000"):
        print(f"  {len((await plan_bulletin(context, 'few')).rows):,} addresses")
    with timed("plan for 10,000 bodies"):
        print(f"  {len((await plan_bulletin(context, 'all')).rows):,} addresses")


async def search(context: Context, folder: Path) -> None:
    """Search and page through 100,000 mailboxes, and export them."""
    del folder
    for label, query in (
        ("first page", BookQuery()),
        ("two characters that many have (联盟)", BookQuery(word="联盟")),
        ("two characters that few have (云云)", BookQuery(word="云云")),
        ("nothing found", BookQuery(word="无此")),
        ("address", BookQuery(word="m7@b77")),
    ):
        with timed(f"contacts, {label}"):
            page = await find_contacts(context, query)
        with timed(f"bodies, {label}"):
            await find_organizations(context, query)
        print(f"  {page.total:,} found")
    page = await find_contacts(context, BookQuery(), after="b99 m5@b99.example")
    with timed("the last page"):
        await find_contacts(context, BookQuery(), after="b9999 m5@b9999.example")
    for form in ("csv", "xlsx"):
        with timed(f"export of 100,000 mailboxes as {form}"):
            data = await export_recipients(context, BookQuery(), form, "zh_CN")
        print(f"  {len(data) / _MEGABYTE:.1f} MB")


Part = Callable[[Context, Path], Awaitable[None]]
_PARTS: dict[str, Part] = {
    "csv": lambda context, folder: import_file(context, folder, "table.csv"),
    "xlsx": lambda context, folder: import_file(context, folder, "table.xlsx"),
    "plan": plan,
    "search": search,
}


async def run_part(name: str, folder: Path) -> None:
    """Run one part on a database that is prepared."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}")
    context = await with_book(database, folder, None)
    await _PARTS[name](context, folder)
    await database.dispose()


def prepare(name: str, folder: Path) -> None:
    """Make what a part needs: the table, or a full address book."""
    url = sqlite_url(folder)
    if name == "csv":
        (folder / "table.csv").write_bytes(csv_bytes(rows_of_a_table()))
    elif name == "xlsx":
        (folder / "table.xlsx").write_bytes(xlsx_bytes(rows_of_a_table()))
    anyio.run(_fill, url, AddressBook() if name in {"csv", "xlsx"} else large_book(10))


async def _fill(url: str, book: AddressBook) -> None:
    database = Database(url)
    async with database.write() as connection:
        await address_book.replace(connection, book)
    await database.dispose()


def main(arguments: list[str]) -> int:
    """Run the named parts, or all, each step in a process of its own."""
    if arguments[:1] == ["prepare"]:
        prepare(arguments[1], Path(arguments[2]))
        return 0
    if arguments[:1] == ["run"]:
        anyio.run(run_part, arguments[1], Path(arguments[2]))
        return 0
    if unknown := set(arguments) - set(_PARTS):
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(_PARTS)}", file=sys.stderr)
        return 2
    for name in arguments or _PARTS:
        print(f"== {name}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for step in ("prepare", "run"):
                command = [sys.executable, __file__, step, name, folder]
                if subprocess.run(command, check=False).returncode:
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
