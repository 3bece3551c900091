"""The printed issue follows what readers get: set once, anew after a correction, gone with what was taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from distributor.errors import NotFound
from distributor.model.canonical import digest, digest_bytes
from distributor.model.record import BulletinRecord, Original
from distributor.publish import Change, Sheet, apply_correction, print_path
from distributor.store import documents
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.diagnose import Installation, diagnose
from distributor.usecases.read_archive import read_bulletin, read_print
from distributor.usecases.rebuild_site import rebuild_site
from distributor.usecases.refresh_site import refresh_site
from distributor.usecases.withdraw_bulletin import undo_withdrawal, withdraw_bulletin
from tests.support.records import PUBLISHED, make_item, record_of
from tests.support.sites import publish_all
from tests.support.worlds import APPROVER, make_world

pytestmark = pytest.mark.anyio


class Press:
    """Stands in for the typesetter, which has its own tests: prints the sheet as text and counts."""

    def __init__(self) -> None:
        self.printed = 0
        self.fonts: Mapping[str, tuple[str, ...]] = {"song": ("一种宋体",)}

    def recipe(self, sheet: Sheet, moment: datetime) -> str:
        return digest([sheet, moment])

    def set_issues(self, jobs: Sequence[tuple[Sheet, datetime]]) -> tuple[bytes | None, ...]:
        self.printed += len(jobs)
        return tuple(str(sheet).encode() if self.fonts else None for sheet, _ in jobs)


@pytest.fixture
async def press() -> Press:
    return Press()


@pytest.fixture
async def context(database: Database, tmp_path: Path, press: Press) -> Context:
    return replace(await make_world(database, tmp_path), printer=press)


async def one(context: Context) -> BulletinRecord:
    [record] = await publish_all(context, [record_of(make_item("甲", "甲文"), make_item("乙", "乙文"))])
    return record


async def words(context: Context, bulletin_id: str) -> str:
    return (await read_print(context, bulletin_id))[1].body.decode()


async def test_it_is_set_once_and_never_by_a_reader(context: Context, press: Press) -> None:
    record = await one(context)
    assert "甲文" in await words(context, record.id)
    assert (await read_bulletin(context, record.id)).print_size == len((await words(context, record.id)).encode())
    assert press.printed == 1
    await rebuild_site(context, APPROVER)
    assert press.printed == 1


async def test_a_correction_sets_it_anew_and_only_that_one(context: Context, press: Press) -> None:
    record = await one(context)
    other = record_of(make_item("丙"), original=Original("乙.txt", "text/plain", 4, digest_bytes(b"b777")))
    items = tuple(replace(item, key=f"x{item.key}") for item in other.items)
    await publish_all(context, [replace(other, id="b777", items=items)])
    received = record_of(make_item("甲", "甲文改"), make_item("乙", "乙文"))
    moment = PUBLISHED + timedelta(days=1)
    corrected = apply_correction(record, received, context.publication, moment).record
    before = (await read_print(context, record.id))[1]
    async with context.database.write() as connection:
        await refresh_site(connection, context, [Change(corrected, record)])
    after = (await read_print(context, record.id))[1]
    assert press.printed == 3
    assert "甲文改" in after.body.decode()
    assert after.etag != before.etag
    assert after.last_modified > before.last_modified


async def test_what_was_taken_back_is_on_no_paper(context: Context) -> None:
    record = await one(context)
    await withdraw_bulletin(context, APPROVER, record.id, "有误", record.items[0].key)
    assert "甲文" not in await words(context, record.id)
    await withdraw_bulletin(context, APPROVER, record.id, "有误")
    with pytest.raises(NotFound, match="bulletin-taken-back"):
        await read_print(context, record.id)
    async with context.database.read() as connection:
        assert await documents.is_retired(connection, print_path(record.id))
    await undo_withdrawal(context, APPROVER, record.id)
    assert "乙文" in await words(context, record.id)


async def test_a_correction_that_cannot_be_set_takes_the_old_words_away(context: Context, press: Press) -> None:
    record = await one(context)
    press.fonts = {}
    await withdraw_bulletin(context, APPROVER, record.id, "有误", record.items[0].key)
    with pytest.raises(NotFound, match="print-unknown"):
        await read_print(context, record.id)
    assert (await read_bulletin(context, record.id)).print_size is None
    press.fonts = {"song": ("一种宋体",)}
    await rebuild_site(context, APPROVER)
    assert "乙文" in await words(context, record.id)


async def test_the_doctor_says_which_font_to_install(context: Context, press: Press, tmp_path: Path) -> None:
    installation = Installation(None, tmp_path, "https://bulletin.xiefa.example")

    async def codes() -> set[str]:
        return {finding.code for finding in (await diagnose(context, installation)).findings}

    assert "doctor-print-fonts" not in await codes()
    press.fonts = {}
    assert "doctor-print-fonts" in await codes()
