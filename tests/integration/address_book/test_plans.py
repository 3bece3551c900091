"""The plan of a bulletin: what one issue adds, what may go without, and what differs from the issue before."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from distributor.clock import FixedClock
from distributor.errors import Conflict, DistributorError, NotSignedOff
from distributor.model.extras import Adjustments, Extra, Waiver
from distributor.model.finding import Finding, Level
from distributor.model.history import BookAct, Subject
from distributor.model.recipient import EntrySource, Plan
from distributor.recipients import Edit
from distributor.store import bulletins
from distributor.store.engine import Database
from distributor.usecases.adjust_plan import add_extra, remove_adjustment, use_default_lists, waive_body
from distributor.usecases.context import Context
from distributor.usecases.edit_book import edit_book
from distributor.usecases.plan_bulletin import plan_bulletin, review_plan
from distributor.usecases.preview_sign_off import preview_sign_off
from distributor.usecases.read_history import list_acts
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.suppress_address import suppress_address
from tests.support.address_books import CLERK, NOW, SMALL, keep, with_book
from tests.support.books import REPORT, SEND, footer
from tests.support.records import make_record
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

FOOTER = (footer("报", "科技部"), footer("送", "存储联盟"))


async def issue(context: Context, key: str = "b001", day: str = "2026-03-30", distribution: tuple = FOOTER) -> str:
    """Keep a bulletin as it is received."""
    record = make_record(id=key, distribution=distribution)
    await keep(context, replace(record, masthead=replace(record.masthead, date=day)))
    return key


def addresses(plan: Plan) -> list[str]:
    return [row.address for row in plan.rows]


async def test_a_plan_reads_only_the_mailboxes_it_reaches(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context, distribution=(footer("报", "科技部"),))
    read: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        read.append(f"{statement} {parameters}")

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    plan = await plan_bulletin(context, "b001")
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert addresses(plan) == ["bulletin@most.example", "reading@most.example"]
    of_contacts = [statement for statement in read if "FROM contacts" in statement]
    assert of_contacts
    assert all("most" in statement for statement in of_contacts)


async def test_bodies_and_mailboxes_count_on_the_day_of_the_plan(database: Database, tmp_path: Path) -> None:
    gone = replace(SMALL.contacts[0], valid_to=date(2026, 3, 30))
    last_day = replace(SMALL.contacts[1], valid_to=date(2026, 3, 31))
    context = await with_book(database, tmp_path, replace(SMALL, contacts=(gone, last_day, SMALL.contacts[2])))
    await issue(context)
    assert addresses(await plan_bulletin(context, "b001")) == ["reading@most.example", "office@storage.example"]


async def test_an_extra_joins_the_plan_and_asks_for_a_new_sign_off(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context)
    signed = await sign_off_bulletin(context, CLERK, "b001")
    act = await add_extra(context, CLERK, "b001", Extra("song", "特邀专家组 <guest＠x.example>", note="应邀"))
    assert act is not None
    assert act.act is BookAct.ADJUST
    review = await review_plan(context, "b001")
    assert review.adjustments == Adjustments((Extra("song", "guest@x.example", "特邀专家组", "应邀"),))
    assert addresses(review.plan) == [*addresses(signed.plan), "guest@x.example"]
    assert review.plan.entries[-1].source is EntrySource.EXTRA
    with pytest.raises(NotSignedOff, match="plan-grew"):
        await send_bulletin(context, CLERK, "b001")
    later = replace(context, clock=FixedClock(NOW + timedelta(minutes=1)))
    await sign_off_bulletin(later, CLERK, "b001")
    started = await send_bulletin(later, CLERK, "b001")
    sent = {delivery.address for run in started.runs for delivery in run.deliveries}
    assert sent == set(addresses(review.plan))


async def test_an_extra_is_named_by_any_name_and_taken_back(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context, distribution=(footer("报", "科技部"),))
    await add_extra(context, CLERK, "b001", Extra("song", "存储联盟"))
    assert await add_extra(context, CLERK, "b001", Extra("song", "storage")) is None
    assert len((await plan_bulletin(context, "b001")).rows) == 3
    await remove_adjustment(context, CLERK, "b001", "存储联盟")
    assert len((await plan_bulletin(context, "b001")).rows) == 2
    assert [act.act for act in await list_acts(context)] == [BookAct.ADJUST, BookAct.ADJUST]


async def test_an_extra_of_one_issue_leaves_the_others_alone(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context)
    await issue(context, "b002")
    await add_extra(context, CLERK, "b001", Extra("song", "guest@x.example"))
    assert "guest@x.example" not in addresses(await plan_bulletin(context, "b002"))


async def test_without_a_footer_the_default_lists_can_be_taken(database: Database, tmp_path: Path) -> None:
    lists = (replace(REPORT, default=("ministries",)), replace(SEND, default=("storage",)))
    context = await with_book(database, tmp_path, replace(SMALL, lists=lists))
    await issue(context, distribution=())
    assert (await plan_bulletin(context, "b001")).rows == ()
    await use_default_lists(context, CLERK, "b001")
    plan = await plan_bulletin(context, "b001")
    assert [(row.organization, row.list_id) for row in plan.rows][1:] == [("most", "bao"), ("storage", "song")]
    assert plan.without_contact == ("财政部",)


async def test_a_body_without_mailbox_is_waived_with_a_note(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context, distribution=(footer("报", "科技部、财政部"),))
    assert (await plan_bulletin(context, "b001")).without_contact == ("财政部",)
    await waive_body(context, CLERK, "b001", Waiver("财政部", "另送  纸质件"))
    plan = await plan_bulletin(context, "b001")
    assert plan.without_contact == ()
    assert [(one.organization_name, one.note) for one in plan.waived] == [("财政部", "另送 纸质件")]
    await remove_adjustment(context, CLERK, "b001", "mof")
    assert (await plan_bulletin(context, "b001")).waived == ()


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (Extra("nolist", "most"), "list-unknown"),
        (Extra("bao", "无此单位"), "body-unknown"),
        (Extra("bao", "a@"), "address-domain"),
        (Extra("bao", "most", note="长" * 201), "note-too-long"),
    ],
)
async def test_a_wrong_extra_changes_nothing(database: Database, tmp_path: Path, extra: Extra, code: str) -> None:
    context = await with_book(database, tmp_path)
    await issue(context)
    with pytest.raises(DistributorError) as refused:
        await add_extra(context, CLERK, "b001", extra)
    assert refused.value.code == code
    assert is_said(refused.value)
    assert await list_acts(context) == ()


async def test_a_waiver_says_why_and_what_was_not_decided_is_not_taken_back(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context)
    with pytest.raises(DistributorError, match="note-missing"):
        await waive_body(context, CLERK, "b001", Waiver("mof", " "))
    with pytest.raises(DistributorError, match="adjustment-unknown"):
        await remove_adjustment(context, CLERK, "b001", "mof")


async def test_the_plan_of_a_withdrawn_bulletin_is_not_touched(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await issue(context)
    async with context.database.write() as connection:
        record = await bulletins.get(connection, "b001")
        await bulletins.save_publication(connection, replace(record, withdrawn=context.now()))
    with pytest.raises(Conflict, match="bulletin-withdrawn"):
        await add_extra(context, CLERK, "b001", Extra("bao", "mof"))


async def test_a_plan_is_compared_with_the_signed_plan_of_the_issue_before(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    first = await issue(context, "b001", "2026-01-05")
    await sign_off_bulletin(context, CLERK, first)
    await issue(context, "b002", "2026-02-05")
    third = await issue(context, "b003", "2026-03-05", distribution=(footer("报", "科技部"), footer("送", "各部委")))
    await edit_book(context, CLERK, [Edit(Subject.CONTACT, None, {"organization": "mof", "address": "a@mof.example"})])
    await suppress_address(context, CLERK, "reading@most.example", "本人要求")
    review = await review_plan(context, third)
    assert review.previous is not None
    assert review.previous.bulletin_id == first
    assert [row.address for row in review.difference.added] == ["a@mof.example"]
    assert {row.address for row in review.difference.removed} == {"reading@most.example", "office@storage.example"}
    assert [entry.text for entry in review.difference.appeared] == ["各部委"]
    assert [entry.text for entry in review.difference.gone] == ["存储联盟"]


async def test_the_first_issue_has_nothing_before_it(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    await sign_off_bulletin(context, CLERK, await issue(context, "b002", "2026-05-05"))
    review = await review_plan(context, await issue(context, "b001", "2026-01-05"))
    assert review.previous is None
    assert len(review.difference.added) == 3


async def test_a_body_without_mailbox_blocks_the_sign_off_until_somebody_decides(
    database: Database, tmp_path: Path
) -> None:
    context = await with_book(database, tmp_path)
    await issue(context, distribution=(footer("报", "科技部、财政部"),))
    assert not (await preview_sign_off(context, "b001")).can_be_signed
    with pytest.raises(NotSignedOff) as refused:
        await sign_off_bulletin(context, CLERK, "b001")
    assert (refused.value.code, refused.value.parameters["names"]) == ("plan-without-contact", "财政部")
    assert is_said(refused.value)
    await sign_off_bulletin(context, CLERK, "b001", waived=["no-contact"])
    await waive_body(context, CLERK, "b001", Waiver("财政部", "另送纸质件"))
    assert (await preview_sign_off(context, "b001")).can_be_signed
    await sign_off_bulletin(context, CLERK, "b001")


async def test_no_footer_no_longer_blocks_when_recipients_were_added(database: Database, tmp_path: Path) -> None:
    context = await with_book(database, tmp_path)
    record = make_record(distribution=(), findings=(Finding(Level.BLOCKING, "no-footer"),))
    await keep(context, record)
    with pytest.raises(NotSignedOff, match="findings-blocking"):
        await sign_off_bulletin(context, CLERK, "b001")
    await add_extra(context, CLERK, "b001", Extra("bao", "most"))
    assert (await preview_sign_off(context, "b001")).waivable == ()
    await sign_off_bulletin(context, CLERK, "b001")
