"""Configuration as files: what would change is shown, applied as a whole, and written back byte for byte."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from distributor.errors import Conflict, DistributorError, Misconfigured, Refused
from distributor.model.history import Action, BookAct, Subject
from distributor.recipients import Edit
from distributor.settings import asset_folder
from distributor.store import schedules
from distributor.store.engine import Database
from distributor.store.tables import calendar_documents
from distributor.usecases.apply_configuration import apply_configuration
from distributor.usecases.change_schedule import apply_calendar, pause_schedule
from distributor.usecases.context import Context
from distributor.usecases.edit_book import edit_book
from distributor.usecases.export_configuration import export_configuration
from distributor.usecases.plan_configuration import CalendarChange, plan_configuration, plan_recipients_file
from distributor.usecases.read_history import list_acts, show_act
from distributor.usecases.undo_act import undo_act
from tests.support.address_books import CLERK, kept_book, with_book
from tests.support.books import shipped_book
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

SCHEDULE = '[[schedules]]\nid = "bao-now"\nlist = "bao"\ntrigger = "发布后立即"\n'


async def installed(database: Database, folder: Path) -> Context:
    """An installation whose own copy of the shipped configuration was applied."""
    config = folder / "config"
    config.mkdir()
    for file in asset_folder("config").glob("*.toml"):
        (config / file.name).write_bytes(file.read_bytes())
    context = replace(await with_book(database, folder), config=config)
    await apply_configuration(context, CLERK)
    return context


def change(context: Context, name: str, old: str, new: str) -> None:
    file = context.config / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def parts(file: Path) -> list[str]:
    return file.read_text("utf-8").split("[[schedules]]")


async def moments(context: Context) -> dict[str, datetime]:
    async with context.database.read() as connection:
        planned = await schedules.load(connection)
    return {one.schedule.id: one.next_run_at for one in planned if one.next_run_at is not None}


async def test_applying_the_same_files_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    assert await kept_book(context) == shipped_book()
    assert (await plan_configuration(context)).is_empty
    await apply_configuration(context, CLERK)
    assert [act.act for act in await list_acts(context)] == [BookAct.APPLY]


async def test_an_export_is_stable_and_applying_it_changes_nothing(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    names = await export_configuration(context, tmp_path / "one")
    for name in names:
        (context.config / name).write_bytes((tmp_path / "one" / name).read_bytes())
    assert (await plan_configuration(context)).is_empty
    await apply_configuration(context, CLERK)
    await export_configuration(context, tmp_path / "two")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert (await plan_recipients_file(context, tmp_path / "one" / "recipients.toml")).is_empty


async def test_an_export_holds_schedules_and_calendar_as_the_desk_left_them(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    await pause_schedule(context, CLERK, "public-weekly", enabled=False)
    text = '# 国办通知\n[year.2027]\npublished = true\nholidays = [{ from = 2027-01-01, name = "元旦" }]\n'
    await apply_calendar(context, CLERK, text)
    names = await export_configuration(context, tmp_path / "one")
    assert names == ("organizations.toml", "recipients.toml", "schedule.toml", "calendar.toml")
    assert (tmp_path / "one" / "calendar.toml").read_text("utf-8") == text
    weekly = next(part for part in parts(tmp_path / "one" / "schedule.toml") if '"public-weekly"' in part)
    assert "enabled = false" in weekly
    for name in names:
        (context.config / name).write_bytes((tmp_path / "one" / name).read_bytes())
    assert (await plan_configuration(context)).is_empty


async def test_a_calendar_file_counts_from_its_apply_on(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    before = await moments(context)
    friday = '[year.2026]\nholidays = [{ from = 2026-04-03, name = "清明准备" }]\n'
    (context.config / "calendar.toml").write_text(friday, "utf-8")
    plan = await plan_configuration(context)
    assert (plan.calendar, plan.count(Action.CHANGE)) == (CalendarChange(Action.CHANGE, ("2026",)), 1)
    assert await moments(context) == before
    await apply_configuration(context, CLERK, plan)
    after = await moments(context)
    assert after["public-weekly"] > before["public-weekly"]
    assert after["public-daily"] == before["public-daily"]
    assert (await plan_configuration(context)).is_empty


async def test_remarks_in_a_calendar_file_change_nothing(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    change(context, "calendar.toml", "# The working calendar.", "# 本单位工作日历。")
    assert (await plan_configuration(context)).is_empty


async def test_an_installation_whose_calendar_was_never_applied_shows_it_as_new(
    database: Database, tmp_path: Path
) -> None:
    context = await installed(database, tmp_path)
    async with database.write() as connection:
        await connection.execute(delete(calendar_documents))
    (context.config / "calendar.toml").write_text('base = ""\n', "utf-8")
    plan = await plan_configuration(context)
    assert plan.calendar == CalendarChange(Action.ADD, ("base",))
    await export_configuration(context, tmp_path / "one")
    assert (tmp_path / "one" / "calendar.toml").read_text("utf-8") == 'base = ""\n'


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("calendar.toml", "[year.2027]\nworking_days = [2026-02-14]\n", "calendar-wrong-year"),
        ("calendar.toml", "[year.2027\n", "config-unreadable"),
        ("schedule.toml", SCHEDULE.replace('"bao"', '"nobody"'), "schedule-list-unknown"),
    ],
)
async def test_a_wrong_schedule_or_calendar_changes_nothing(
    database: Database, tmp_path: Path, file: str, text: str, code: str
) -> None:
    context = await installed(database, tmp_path)
    change(context, "organizations.toml", 'short_name = "科技部"', 'short_name = "科技部机关"')
    (context.config / file).write_text(text, "utf-8")
    with pytest.raises(Misconfigured) as refused:
        await apply_configuration(context, CLERK)
    assert refused.value.code == code
    assert is_said(refused.value)
    assert (await kept_book(context)).organizations[0].short_name == "科技部"


async def test_the_plan_names_what_is_added_changed_and_removed(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    change(context, "organizations.toml", 'short_name = "科技部"', 'short_name = "科技部机关"\nvalid_from = 1998-03-10')
    new = '[[contacts]]\norganization = "most"\naddress = "second@most.example"\n\n[[contacts]]\n'
    change(context, "recipients.toml", "[[contacts]]\n", new)
    change(context, "schedule.toml", 'id = "bao-on-publication"', 'id = "bao-at-once"')
    plan = await plan_configuration(context)
    assert [(one.action, one.subject, one.id) for one in plan.changes] == [
        (Action.CHANGE, Subject.ORGANIZATION, "most"),
        (Action.ADD, Subject.CONTACT, "most second@most.example"),
    ]
    assert {one.action for one in plan.schedules} == {Action.ADD, Action.REMOVE}
    assert (plan.count(Action.ADD), plan.count(Action.CHANGE), plan.count(Action.REMOVE)) == (2, 1, 1)
    await apply_configuration(context, CLERK, plan)
    most = (await kept_book(context)).organizations[0]
    assert (most.short_name, str(most.valid_from)) == ("科技部机关", "1998-03-10")
    assert (await plan_configuration(context)).is_empty


async def test_what_was_applied_can_be_undone(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    before = await kept_book(context)
    change(context, "organizations.toml", 'short_name = "科技部"', 'short_name = "科技部机关"')
    await apply_configuration(context, CLERK)
    (newest, *_) = await list_acts(context)
    await undo_act(context, CLERK, newest.id)
    assert await kept_book(context) == before


async def test_undoing_an_apply_gives_lists_their_order_back(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    before = await kept_book(context)
    text = (context.config / "recipients.toml").read_text("utf-8")
    first, second = text.index('[[lists]]\nid = "bao"'), text.index('[[lists]]\nid = "song"')
    end = text.index("\n\n", text.index("default", second)) + 2
    turned = text[:first] + text[second:end] + text[first:second] + text[end:]
    (context.config / "recipients.toml").write_text(turned, "utf-8")
    await apply_configuration(context, CLERK)
    (newest, *_) = await list_acts(context)
    assert [one.fields for one in (await show_act(context, newest.id)).changes] == [("order",), ("order",)]
    undone = await undo_act(context, CLERK, newest.id)
    assert (await kept_book(context)).lists == before.lists
    await undo_act(context, CLERK, undone.id)
    assert [entry.id for entry in (await kept_book(context)).lists][:2] == ["song", "bao"]


async def test_a_list_that_comes_back_stands_where_it_stood(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    (context.config / "schedule.toml").write_text("", "utf-8")
    await apply_configuration(context, CLERK)
    before = await kept_book(context)
    removed = await edit_book(context, CLERK, [Edit(Subject.LIST, "bao", None)])
    assert removed is not None
    new = {"id": "extra", "name": "增发名单", "labels": ["增发"], "role": "send"}
    await edit_book(context, CLERK, [Edit(Subject.LIST, None, new)])
    await undo_act(context, CLERK, removed.id)
    after = [entry.id for entry in (await kept_book(context)).lists]
    assert after == [*(entry.id for entry in before.lists), "extra"]


async def test_a_plan_that_was_overtaken_is_refused(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    change(context, "organizations.toml", 'short_name = "科技部"', 'short_name = "科技部机关"')
    plan = await plan_configuration(context)
    await edit_book(context, CLERK, [Edit(Subject.ORGANIZATION, "mof", {"short_name": "财部"})])
    with pytest.raises(Conflict) as refused:
        await apply_configuration(context, CLERK, plan)
    assert refused.value.code == "book-changed-meanwhile"
    assert is_said(refused.value)
    assert (await kept_book(context)).organizations[0].short_name == "科技部"


async def test_a_mass_removal_must_be_meant(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    text = (context.config / "recipients.toml").read_text("utf-8")
    (context.config / "recipients.toml").write_text(text.partition("[[contacts]]")[0], "utf-8")
    plan = await plan_configuration(context)
    with pytest.raises(Refused, match="mass-removal"):
        await apply_configuration(context, CLERK, plan)
    assert (await kept_book(context)).contacts
    await apply_configuration(context, CLERK, plan, allow_removals=True)
    assert (await kept_book(context)).contacts == ()


async def test_the_order_of_a_file_is_the_order_of_an_export(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    text = (context.config / "recipients.toml").read_text("utf-8")
    first, second = text.index('[[lists]]\nid = "bao"'), text.index('[[lists]]\nid = "song"')
    end = text.index("\n\n", text.index("default", second)) + 2
    turned = text[:first] + text[second:end] + text[first:second] + text[end:]
    (context.config / "recipients.toml").write_text(turned, "utf-8")
    plan = await plan_configuration(context)
    assert [(one.id, one.fields) for one in plan.changes] == [("song", ("order",)), ("bao", ("order",))]
    await apply_configuration(context, CLERK, plan)
    assert [entry.id for entry in (await kept_book(context)).lists][:2] == ["song", "bao"]


async def test_a_file_of_recipients_is_applied_alone(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    file = tmp_path / "mine.toml"
    text = (context.config / "recipients.toml").read_text("utf-8")
    file.write_text(text + '\n[[contacts]]\norganization = "most"\naddress = "more@most.example"\n', "utf-8")
    plan = await plan_recipients_file(context, file)
    assert [one.id for one in plan.changes] == ["most more@most.example"]
    await apply_configuration(context, CLERK, plan)
    assert (await list_acts(context))[0].detail == "mine.toml"


WRONG = {
    "duplicate id": ("organizations.toml", 'id = "ndrc"', 'id = "most"', "book-duplicate-id"),
    "shared alias": ("organizations.toml", 'short_name = "发展改革委"', 'short_name = "科技部"', "book-shared-name"),
    "group cycle": ("recipients.toml", '"semiconductor-lighting",', '"pilot-alliances",', "book-group-cycle"),
    "control character": ("recipients.toml", 'address = "', 'address = "\\u0007', "book-unseen-characters"),
    "unknown template": ("recipients.toml", 'id = "bao"', 'id = "bao"\ntemplate = "none"', "template-unknown"),
    "no toml": ("recipients.toml", "[[lists]]", "[[lists", "config-unreadable"),
}


@pytest.mark.parametrize(("name", "old", "new", "code"), WRONG.values(), ids=WRONG)
async def test_a_wrong_file_changes_nothing(
    database: Database, tmp_path: Path, name: str, old: str, new: str, code: str
) -> None:
    context = await installed(database, tmp_path)
    change(context, name, old, new)
    with pytest.raises(DistributorError) as refused:
        await apply_configuration(context, CLERK)
    assert refused.value.code == code
    assert is_said(refused.value)
    assert await kept_book(context) == shipped_book()


async def test_a_file_that_is_no_utf8_is_refused(database: Database, tmp_path: Path) -> None:
    context = await installed(database, tmp_path)
    file = context.config / "organizations.toml"
    file.write_bytes(file.read_text("utf-8").encode("gb18030"))
    with pytest.raises(Misconfigured, match="config-unreadable"):
        await plan_configuration(context)


async def test_an_export_that_cannot_be_written_is_refused(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured) as refused:
        await export_configuration(context, tmp_path / "file")
    assert refused.value.code == "export-unwritable"
    assert is_said(refused.value)
