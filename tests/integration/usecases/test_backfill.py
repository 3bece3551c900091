"""Old bulletins go into the archive: nobody is mailed, no feed that anybody subscribes to changes its entries."""

from datetime import timedelta
from pathlib import Path

import pytest

from distributor.access import AccessRole, Actor
from distributor.errors import Refused
from distributor.parse import Given
from distributor.store import bulletins, schedules
from distributor.store.engine import Database
from distributor.usecases.backfill_archive import Backfilled, Fate, OldFile, backfill_archive, given_of
from distributor.usecases.context import Context
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.read_archive import read_bulletin
from distributor.usecases.read_document import list_documents, read_document
from distributor.usecases.search_archive import Question, search_archive
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.feeds import atom_entries, links
from tests.support.worlds import APPROVER, EDITOR, NOW, SEED, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

TEXT = SEED.read_text("utf-8")


def old(name: str, text: str = TEXT, **given: str) -> OldFile:
    # no two files are the same bytes
    data = f"{text}\n{' ' * len(name)}\n".encode()
    return OldFile(name, lambda: data, Given(**given) if given else given_of(name))


async def take_in(context: Context, *files: OldFile) -> dict[str, Backfilled]:
    return {one.name: one for one in await backfill_archive(context, APPROVER, files)}


async def test_old_bulletins_stand_in_the_archive_and_not_in_the_feed(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    current = await publish_seed(context)
    before = await read_document(context, "feeds/all.atom.xml")
    told: list[tuple[int, int]] = []
    files = [old("2021-03-05 第3期.txt"), old("20200105第1期_.txt")]
    done = await backfill_archive(context, APPROVER, files, lambda number, total: told.append((number, total)))
    assert [(one.name, one.fate) for one in done] == [
        ("20200105第1期_.txt", Fate.PUBLISHED),
        ("2021-03-05 第3期.txt", Fate.PUBLISHED),
    ]
    assert told == [(2, 2)]
    after = await read_document(context, "feeds/all.atom.xml")
    assert atom_entries(after) == atom_entries(before)
    first, second = done
    archive = [f"https://bulletin.xiefa.example/feeds/archive/{one.bulletin_id}.atom.xml" for one in done]
    assert links(after, "prev-archive") == [archive[1]]
    newest = await read_document(context, f"feeds/archive/{second.bulletin_id}.atom.xml")
    assert links(newest, "prev-archive") == [archive[0]]
    page = (await read_bulletin(context, str(first.bulletin_id))).bulletin
    assert (page.masthead.date, page.masthead.issue, page.backfilled) == ("2020-01-05", "第1期", True)
    assert str(page.items[0].published).startswith("2020-01-05")
    found = await search_archive(context, Question("京津冀国家高新区联盟成立"))
    assert found.hits[0].listed.bulletin_id == current
    assert {hit.listed.bulletin_id for hit in found.hits} == {current, first.bulletin_id, second.bulletin_id}


async def test_nobody_is_mailed_and_no_schedule_wakes(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    async with database.read() as connection:
        before = [planned.next_run_at for planned in await schedules.load(connection)]
    await take_in(context, old("2021-03-05.txt"))
    async with database.read() as connection:
        assert [planned.next_run_at for planned in await schedules.load(connection)] == before


async def test_the_same_file_twice_is_known(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    twin = OldFile("copy.txt", old("2021-03-05.txt").read, Given(date="2021-03-06"))
    done = await take_in(context, old("2021-03-05.txt"), twin)
    assert (done["2021-03-05.txt"].fate, done["copy.txt"].fate) == (Fate.PUBLISHED, Fate.KNOWN)
    assert done["copy.txt"].bulletin_id == done["2021-03-05.txt"].bulletin_id
    assert (await take_in(context, twin))["copy.txt"].fate is Fate.KNOWN


async def test_what_an_editor_must_look_at_waits_as_a_draft(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    done = await take_in(context, old("undated.txt"), OldFile("empty.txt", lambda: b"", Given()))
    assert done["undated.txt"].fate is Fate.NEEDS_EDITOR
    assert [finding.code for finding in done["undated.txt"].findings] == ["date-missing"]
    assert (done["empty.txt"].fate, done["empty.txt"].refusal is not None) == (Fate.REFUSED, True)
    draft = str(done["undated.txt"].bulletin_id)
    async with database.read() as connection:
        assert (await bulletins.get(connection, draft)).published is None
    assert await list_documents(context) == ()
    later = at(context, NOW + timedelta(days=1))
    await sign_off_bulletin(later, APPROVER, draft)
    assert (await publish_bulletin(later, APPROVER, draft)).backfilled
    assert atom_entries(await read_document(context, "feeds/all.atom.xml")) == {}


async def test_numbers_that_do_not_fit_are_named(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    files = [old("2021-03-05 第3期.txt"), old("2021-04-05 第3期...txt"), old("2021-09-05 第9期....txt")]
    done = await take_in(context, *files)
    assert [[finding.code for finding in done[file.name].findings] for file in files] == [
        [],
        ["number-doubled"],
        ["number-skipped"],
    ]


async def test_more_than_one_group_is_taken_in(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distributor.usecases.backfill_archive._AT_ONCE", 2)
    context = await make_world(database, tmp_path)
    files = [old(f"2021-0{month}-05{'.' * month}.txt") for month in range(1, 6)]
    done = await take_in(context, *files)
    assert {one.fate for one in done.values()} == {Fate.PUBLISHED}
    newest = done[files[-1].name].bulletin_id
    feed = await read_document(context, "feeds/all.atom.xml")
    for file in reversed(files[:-1]):
        assert links(feed, "prev-archive") == [f"https://bulletin.xiefa.example/feeds/archive/{newest}.atom.xml"]
        feed = await read_document(context, f"feeds/archive/{newest}.atom.xml")
        newest = done[file.name].bulletin_id


async def test_only_who_may_publish_takes_old_bulletins_in(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    with pytest.raises(Refused, match="not-permitted"):
        await backfill_archive(context, Actor(EDITOR.name, AccessRole.EDITOR), [])


@pytest.mark.parametrize(
    ("name", "date", "issue"),
    [
        ("2021-03-05 第3期.docx", "2021-03-05", "第3期"),
        ("20210305.txt", "2021-03-05", None),
        ("简报2021年3月5日.txt", "2021-03-05", None),
        ("简报2021年03月.pdf", "2021-03", None),
        ("2021_12_增刊第2期.pdf", "2021-12", "增刊第2期"),
        ("第12期.doc", None, "第12期"),
        ("202113.txt", None, None),
        ("120210305999.txt", None, None),
    ],
)
def test_names_tell_day_and_number(name: str, date: str | None, issue: str | None) -> None:
    given = given_of(name)
    assert (given.date, given.issue) == (date, issue)


def test_a_table_beside_the_files_knows_better() -> None:
    index = "file,date,issue,title\na.txt,2020-05-01,第5期,旧刊\nb.txt,2020-06-01,,\n".encode("utf-8-sig")
    assert given_of("a.txt", index) == Given("旧刊", "第5期", "2020-05-01")
    assert given_of("b.txt", index) == Given(None, None, "2020-06-01")
    assert given_of("2019-01-01.txt", index).date == "2019-01-01"
    for broken in (b"\xff\xfe", b"name,day\na.txt,2020\n"):
        with pytest.raises(Refused, match="index-unreadable"):
            given_of("a.txt", broken)
