"""The contribution ledger: who supplied how many items, in which bulletins and years."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from distributor.access import Actor
from distributor.errors import NotFound
from distributor.model.bulletin import Masthead, Visibility
from distributor.model.record import BulletinRecord
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.contribution_ledger import (
    contribution_ledger,
    contributor_line,
    detail_csv,
    summary_csv,
    years_of,
)
from distributor.usecases.withdraw_bulletin import withdraw_bulletin
from tests.support.records import attributed_to, make_item, record_of
from tests.support.sites import make_parts, publish_all

pytestmark = pytest.mark.anyio


def bulletin(number: int, day: str, *bodies: str) -> BulletinRecord:
    items = [make_item(f"消息{at}", attribution=attributed_to(*body.split("和"))) for at, body in enumerate(bodies)]
    return record_of(*items, id=f"b{number}", masthead=Masthead("简报", f"第{number}期", day))


@pytest.fixture
async def context(database: Database, tmp_path: Path) -> Context:
    made = replace(make_parts(tmp_path).context, database=database)
    hidden = make_item("内部", attribution=attributed_to("甲联盟"), visibility=Visibility.RECIPIENTS)
    await publish_all(
        made,
        [
            bulletin(1, "2021-12-31", "甲联盟", "甲联盟", "乙联盟"),
            bulletin(2, "2023-01", "甲联盟和乙联盟", "=丙联盟"),
            record_of(hidden, make_item("无人"), id="b3", masthead=Masthead("简报", "第3期", "2023-02-01")),
        ],
    )
    return made


async def test_every_contributor_is_counted_by_item_and_bulletin(context: Context) -> None:
    ledger = await contribution_ledger(context)
    assert [(line.name, line.items, len(line.by_bulletin)) for line in ledger.lines] == [
        ("甲联盟", 3, 2),
        ("乙联盟", 2, 2),
        ("=丙联盟", 1, 1),
    ]
    assert (ledger.items, ledger.bulletins) == (6, 2)


async def test_a_period_begins_and_ends_with_its_days(context: Context) -> None:
    later = await contribution_ledger(context, date(2022, 1, 1))
    assert [(line.name, line.items) for line in later.lines] == [("=丙联盟", 1), ("乙联盟", 1), ("甲联盟", 1)]
    earlier = await contribution_ledger(context, None, date(2021, 12, 31))
    assert [(line.name, line.items) for line in earlier.lines] == [("甲联盟", 2), ("乙联盟", 1)]
    assert (await contribution_ledger(context, date(2023, 1, 2))).lines == ()
    assert (await contribution_ledger(context, date(2023, 1, 1), date(2023, 1, 1))).bulletins == 1


async def test_a_contributor_has_its_years_without_gaps(context: Context) -> None:
    line = await contributor_line(context, "甲联盟")
    assert [(one.issue, one.day, one.items) for one in line.by_bulletin] == [
        ("第1期", "2021-12-31", 2),
        ("第2期", "2023-01", 1),
    ]
    assert line.by_year == (("2021", 2), ("2022", 0), ("2023", 1))
    assert years_of(()) == ()
    with pytest.raises(NotFound, match="contributor-unknown"):
        await contributor_line(context, "丁联盟")


async def test_what_is_taken_back_is_not_counted(context: Context) -> None:
    await withdraw_bulletin(context, Actor("签发人"), "b1", "有误", "b1k000")
    assert (await contributor_line(context, "甲联盟")).items == 2


async def test_tables_open_in_programs_for_tables_and_run_nothing(context: Context) -> None:
    ledger = await contribution_ledger(context)
    summary, detail = summary_csv(ledger, "zh_CN"), detail_csv(ledger, "en")
    assert summary.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(summary.decode("utf-8-sig"))))
    assert rows[1:] == [["甲联盟", "3", "2"], ["乙联盟", "2", "2"], ["'=丙联盟", "1", "1"]]
    rows = list(csv.reader(io.StringIO(detail.decode("utf-8-sig"))))
    assert len(rows) == 6
    assert rows[1] == ["甲联盟", "第1期", "2021-12-31", "2"]
