"""The address book as tables: imported as a whole or not at all, exported so that no spreadsheet runs anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, DistributorError, FileRefused, NotFound, Refused
from distributor.ingest.rows import read_rows
from distributor.model.history import BookAct, Subject
from distributor.model.recipient import AddressBook, Group, MailboxRole, Plan
from distributor.model.searching import BookQuery
from distributor.recipients import Edit
from distributor.recipients.importing import Field, ImportOptions
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.edit_book import edit_book
from distributor.usecases.export_recipients import export_recipients, neutral
from distributor.usecases.find_recipients import find_contacts
from distributor.usecases.import_recipients import Prepared, commit_import, first_rows, prepare_import
from distributor.usecases.plan_bulletin import plan_bulletin
from distributor.usecases.read_history import list_acts
from distributor.usecases.suppress_address import suppress_address
from distributor.usecases.undo_act import undo_act
from tests.support.address_books import CLERK, SMALL, keep, kept_book, with_book
from tests.support.books import body, book, footer, mailbox
from tests.support.records import make_record
from tests.support.sentences import is_said
from tests.support.tables import Rows, csv_bytes, xlsx_bytes

pytestmark = pytest.mark.anyio

NEW = (
    ("单位", "简称", "类型", "邮箱", "联系人", "用途", "分组"),
    ("科技部", "", "", "reading@most.example", "阅办处", "抄送", ""),
    ("财政部", "", "", "bulletin@mof.example", "", "", ""),
    ("木竹产业技术创新战略联盟", "木竹联盟", "联盟", "office@wood.example", "秘书处", "主送", "各部委"),
)


async def prepare(context: Context, rows: Rows, **options: object) -> Prepared:
    return await prepare_import(context, csv_bytes(rows), "表.csv", ImportOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes], ids=["csv", "xlsx"])
async def test_a_table_is_previewed_and_then_made_true(database: Database, tmp_path: Path, make: object) -> None:
    context = await with_book(database, tmp_path)
    steps: set[str] = set()
    prepared = await prepare_import(context, make(NEW), "表", progress=lambda step, _done: steps.add(step))  # type: ignore[operator]
    summary = prepared.summary
    assert (summary.added, summary.changed, summary.unchanged, summary.removed) == (2, 1, 0, 0)
    assert [change.subject for change in summary.organizations] == [Subject.ORGANIZATION, Subject.GROUP]
    assert len(summary.shown) == 3
    assert await kept_book(context) == SMALL
    act = await commit_import(context, CLERK, prepared, progress=lambda step, _done: steps.add(step))
    assert act is not None
    assert (act.act, act.count) == (BookAct.IMPORT, 5)
    assert steps == {"compare", "write"}
    kept = await kept_book(context)
    wood = kept.organizations[-1]
    assert (wood.name, wood.short_name, wood.kind.value) == ("木竹产业技术创新战略联盟", "木竹联盟", "alliance")
    assert kept.groups[0].members == ("most", "mof", wood.id)
    assert [(one.organization, one.address, one.name, one.mailbox) for one in kept.contacts] == [
        ("most", "bulletin@most.example", None, MailboxRole.PRIMARY),
        ("most", "reading@most.example", "阅办处", MailboxRole.CC),
        ("storage", "office@storage.example", None, MailboxRole.PRIMARY),
        ("mof", "bulletin@mof.example", None, MailboxRole.PRIMARY),
        (wood.id, "office@wood.example", "秘书处", MailboxRole.PRIMARY),
    ]


async def test_importing_the_same_table_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await commit_import(context, CLERK, await prepare(context, NEW))
    again = await prepare(context, NEW)
    assert again.summary.is_empty
    assert again.summary.unchanged == 3
    assert await commit_import(context, CLERK, again) is None
    assert len(await list_acts(context)) == 1


async def test_an_import_is_undone_as_a_whole(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    act = await commit_import(context, CLERK, await prepare(context, NEW))
    await undo_act(context, CLERK, act.id if act else "")
    kept = await kept_book(context)
    assert set(kept.contacts) == set(SMALL.contacts)
    assert (kept.organizations, kept.groups) == (SMALL.organizations, SMALL.groups)


async def test_one_bad_row_keeps_all_of_them_out(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    prepared = await prepare(context, [*NEW, ("财政部", "", "", "nowhere", "", "", "")])
    assert [(one.line, one.column, one.value) for one in prepared.draft.problems] == [(5, "邮箱", "nowhere")]
    with pytest.raises(Refused) as refused:
        await commit_import(context, CLERK, prepared)
    assert refused.value.code == "import-problems"
    assert is_said(refused.value)
    assert await kept_book(context) == SMALL


async def test_an_import_never_resurrects_an_address_that_is_not_written_to(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await keep(context, make_record(distribution=(footer("报", "科技部、财政部"),)))
    await suppress_address(context, CLERK, "Reading@most.example", "退订")
    await suppress_address(context, CLERK, "bulletin@mof.example", "退信")
    prepared = await prepare(context, NEW)
    assert prepared.summary.suppressed == 2
    await commit_import(context, CLERK, prepared)
    plan: Plan = await plan_bulletin(context, "b001")
    assert [row.address for row in plan.rows] == ["bulletin@most.example"]
    assert {one.address for one in plan.excluded} == {"reading@most.example", "bulletin@mof.example"}


async def test_with_replace_what_the_table_lacks_goes(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    prepared = await prepare(context, NEW, replace=True)
    assert prepared.summary.removed == 2
    await commit_import(context, CLERK, prepared)
    kept = await kept_book(context)
    assert {one.address for one in kept.contacts} == {
        "reading@most.example",
        "bulletin@mof.example",
        "office@wood.example",
    }
    assert len(kept.organizations) == 4


async def test_with_replace_and_a_group_only_its_bodies_are_touched(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    rows = (("单位", "邮箱"), ("科技部", "new@most.example"))
    await commit_import(context, CLERK, await prepare(context, rows, group="各部委", replace=True))
    kept = await kept_book(context)
    assert {one.address for one in kept.contacts} == {"new@most.example", "office@storage.example"}
    assert kept.groups[0].members == ("most",)


async def test_names_alone_fill_a_group(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path, replace(SMALL, groups=(Group("g", "各联盟"),)))
    await commit_import(context, CLERK, await prepare(context, (("单位",), ("存储联盟",), ("新联盟",)), group="g"))
    kept = await kept_book(context)
    assert kept.groups[0].members == ("storage", kept.organizations[-1].id)
    assert kept.contacts == SMALL.contacts


async def test_a_mass_removal_by_import_is_asked_about(database: Database, tmp_path: Path) -> None:
    many = book([body("most", "科学技术部")], [mailbox("most", f"{number}@most.example") for number in range(30)])
    context = await with_book(database, tmp_path, many)
    rows = (("单位", "邮箱"), *(("科学技术部", f"{number}@most.example") for number in range(18)))
    prepared = await prepare(context, rows, replace=True)
    assert prepared.summary.removal == (12, 30)
    with pytest.raises(Refused, match="mass-removal"):
        await commit_import(context, CLERK, prepared)
    await commit_import(context, CLERK, prepared, allow_removals=True)
    assert len((await kept_book(context)).contacts) == 18


async def test_an_import_that_was_overtaken_is_refused(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    prepared = await prepare(context, NEW)
    await edit_book(context, CLERK, [Edit(Subject.ORGANIZATION, "mof", {"short_name": "财部"})])
    with pytest.raises(Conflict, match="book-changed-meanwhile"):
        await commit_import(context, CLERK, prepared)


async def test_a_mailbox_moves_to_another_body(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    rows = (("单位", "邮箱"), *(("财政部", one.address) for one in SMALL.contacts))
    await commit_import(context, CLERK, await prepare(context, rows, replace=True))
    assert {one.organization for one in (await kept_book(context)).contacts} == {"mof"}


@pytest.mark.parametrize(
    ("data", "options", "code"),
    [
        (b"", ImportOptions(), "empty-file"),
        ("单位,邮箱\n".encode(), ImportOptions(), "import-empty"),
        (b" \n,\n", ImportOptions(), "import-empty"),
        ("邮箱\na@x.example\n".encode(), ImportOptions(), "import-no-columns"),
        ("单位\n科技部\n".encode(), ImportOptions(group="无此集合"), "group-unknown"),
        (b"PK\x03\x04broken", ImportOptions(), "table-damaged"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused(
    database: Database, tmp_path: Path, data: bytes, options: ImportOptions, code: str
) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises(DistributorError) as refused:
        await prepare_import(context, data, "表.csv", options)
    assert refused.value.code == code
    assert is_said(refused.value)


async def test_a_reader_imports_nothing(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises(Refused, match="not-permitted"):
        await commit_import(context, Actor("读者", AccessRole.READER), await prepare(context, NEW))


async def test_a_person_may_say_what_the_columns_mean(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    rows = (("A", "B"), ("财政部", "a@mof.example"))
    shown = first_rows(csv_bytes(rows), "表.csv", 5)
    assert [row.cells for row in shown] == list(rows)
    prepared = await prepare(context, rows, columns={0: Field.ORGANIZATION, 1: Field.ADDRESS})
    assert prepared.summary.added == 1


HOSTILE = AddressBook(
    (body("a", '=HYPERLINK("http://x.example")'), body("b", "@乙", short="-乙"), body("c", "丙")),
    (mailbox("a", "+tag@x.example", name="=1+1"), mailbox("a", "a@x.example", name="平处")),
    (Group("g", "+各单位", (), ("a", "b")), Group("h", "各处", (), ("a",))),
    SMALL.lists,
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_neutralises_formulas_and_is_imported_again(
    database: Database, tmp_path: Path, form: str
) -> None:
    context = await with_book(database, tmp_path, HOSTILE)
    data = await export_recipients(context, BookQuery(), form, "zh_CN")
    assert form == "xlsx" or data.startswith(b"\xef\xbb\xbf")
    heading, *rows = [row.cells for row in read_rows(data, "e")]
    assert heading[:3] == ("单位", "代号", "简称")
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert len(rows) == 4
    assert rows[0][7] == "'+各单位；各处"
    prepared = await prepare_import(context, data, "e")
    assert prepared.draft.problem_count == 0
    assert prepared.summary.is_empty


async def test_an_export_has_what_was_looked_for(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    by_word = await export_recipients(context, BookQuery(word="存储"), "csv", "en")
    heading, *rows = [row.cells for row in read_rows(by_word, "e")]
    assert heading[:5] == ("organization", "id", "short name", "kind", "email")
    assert [row[4] for row in rows] == ["office@storage.example"]
    of_group = await export_recipients(context, BookQuery(group="ministries"), "csv", "zh_CN")
    names = [row.cells[0] for row in read_rows(of_group, "e")][1:]
    assert names == ["科学技术部", "科学技术部", "财政部"]
    cc = await export_recipients(context, BookQuery(mailbox=MailboxRole.CC), "csv", "zh_CN")
    assert len(list(read_rows(cc, "e"))) == 1
    with pytest.raises(NotFound, match="group-unknown"):
        await export_recipients(context, BookQuery(group="无"), "csv", "zh_CN")


async def test_everything_is_exported_page_by_page(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distributor.usecases.export_recipients._PART", 2)
    many = book([body(f"b{number}", f"单位{number}") for number in range(5)])
    alone = replace(many, organizations=(*many.organizations, *(body(f"c{n}", f"无邮箱{n}") for n in range(3))))
    context = await with_book(database, tmp_path, alone)
    data = await export_recipients(context, BookQuery(), "csv", "zh_CN")
    assert len(list(read_rows(data, "e"))) == 1 + 5 + 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_cell_that_would_be_a_formula_becomes_text(start: str) -> None:
    assert neutral(f"{start}x") == f"'{start}x"
    assert neutral(f"x{start}") == f"x{start}"


async def test_a_table_in_gbk_with_semicolons_is_read(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    data = csv_bytes(NEW, separator=";", encoding="gbk")
    await commit_import(context, CLERK, await prepare_import(context, data, "表.csv"))
    assert (await find_contacts(context, BookQuery(word="木竹"))).total == 1


async def test_a_broken_file_is_refused_by_its_name(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    with pytest.raises(FileRefused) as refused:
        await prepare_import(context, '单位,邮箱\n科技部,"a@x'.encode(), "我的表.csv")
    assert refused.value.parameters["file"] == "我的表.csv"
