"""The address book at the desk, over HTTP and without script: found, changed, imported, taken back, planned."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from distributor.access import AccessRole
from distributor.compose import DkimAlgorithm, new_key
from distributor.model.recipient import AddressBook, Group, MailboxRole, RecipientList
from distributor.model.schedule import Schedule, Trigger, TriggerKind
from distributor.store import address_book, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.find_recipients import find_suppressions
from distributor.usecases.plan_bulletin import review_plan
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.address_books import CLERK, SMALL, keep, kept_book
from tests.support.books import REPORT, SEND, body, book, footer, mailbox
from tests.support.desks import Browser, browser, hidden
from tests.support.pages import look_at
from tests.support.records import make_record
from tests.support.sites import SiteUnderTest, site
from tests.support.tables import Rows, csv_bytes, xlsx_bytes

pytestmark = pytest.mark.anyio

KEY = "most reading@most.example"
MANY = book([body(f"b{number:03d}", f"甲乙单位{number}") for number in range(120)])


@asynccontextmanager
async def desk(
    folder: Path, role: AccessRole = AccessRole.EDITOR, kept: AddressBook = SMALL
) -> AsyncIterator[tuple[SiteUnderTest, Browser]]:
    async with site(folder) as it:
        async with it.context.database.write() as connection:
            await address_book.replace(connection, kept)
        yield it, await browser(it, role)


async def said(visitor: Browser, path: str) -> list[str]:
    """What the next page has to say."""
    return look_at((await visitor.get(path)).text).texts("//div[contains(@class, 'note')]/p")


async def upload(visitor: Browser, rows: Rows, **fields: str) -> str:
    """Send a table; gives the path of its preview."""
    document = (await visitor.get("/desk/import")).text
    file = {"file": ("表.csv", csv_bytes(rows), "text/csv")}
    answer = await visitor.post("/desk/import", {**hidden(document, "/desk/import"), **fields}, files=file)
    assert answer.status_code == 303
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    ("word", "names"),
    [("科技", ["科学技术部"]), ("存储", ["存储产业技术创新战略联盟"]), ("most", ["科学技术部"]), ("无此", [])],
)
async def test_two_characters_find_a_body(tmp_path: Path, word: str, names: list[str]) -> None:
    async with desk(tmp_path) as (_, visitor):
        page = look_at((await visitor.get(f"/desk/organizations?word={word}")).text)
        assert page.texts("//tbody/tr/th/a") == names
        assert page.values("//input[@name='word']/@value") == [word]


async def test_pages_follow_one_another(tmp_path: Path) -> None:
    async with desk(tmp_path, kept=MANY) as (_, visitor):
        for path in ("/desk/organizations", "/desk/contacts"):
            seen: list[str] = []
            address: str | None = f"{path}?word=甲乙"
            while address:
                page = look_at((await visitor.get(address)).text)
                seen += page.texts("//tbody/tr/th")
                address = next(iter(page.values("//a[@rel='next']/@href")), None)
            assert len(set(seen)) == 120
            assert "word=" in page.values("//nav[@class='paging']/a/@href")[0]


async def test_filters_narrow_what_is_shown_and_stay_in_the_address(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, visitor):
        page = look_at((await visitor.get("/desk/organizations?has-contact=no&group=ministries&kind=x")).text)
        assert page.texts("//tbody/tr/th/a") == ["财政部"]
        assert page.values("//select[@name='has-contact']/option[@selected]/@value") == ["no"]
        page = look_at((await visitor.get("/desk/contacts?mailbox=primary&word=阅办")).text)
        assert page.texts("//tbody/tr/th/a[@class='mailbox']") == ["reading@most.example"]
        assert "word=" in page.values("//a[contains(@href, 'contacts/export')]/@href")[0]


async def test_a_body_is_added_changed_and_removed_and_each_can_be_undone(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        fields = {"id": "cas", "name": "中国科学院", "kind": "other", "aliases": "中科院\n科学院；科院"}
        answer = await visitor.submit("/desk/organizations/new", "/desk/organizations/new", fields)
        assert answer.headers["location"] == "/desk/organizations/cas"
        made = (await kept_book(it.context)).organizations[-1]
        assert (made.name, made.aliases) == ("中国科学院", ("中科院", "科学院", "科院"))
        path = "/desk/organizations/cas"
        fields = {"name": "中国科学院", "kind": "ministry", "aliases": "中科院", "valid_to": "2030-12-31"}
        await visitor.submit(path, path, fields)
        page = look_at((await visitor.get(path)).text)
        assert "至2030年12月31日" in " ".join(page.texts("//dl[contains(@class, 'facts')]"))
        undo = page.values("//div[contains(@class, 'note')]//form/@action")[0]
        await visitor.submit(path, f"{path}/remove")
        assert "cas" not in [value.id for value in (await kept_book(it.context)).organizations]
        page = look_at((await visitor.get("/desk/organizations")).text)
        undo = page.values("//div[contains(@class, 'note')]//form/@action")[0]
        await visitor.post(undo, {"form-token": page.values("//input[@name='form-token']/@value")[0]})
        assert (await kept_book(it.context)).organizations[-1].kind.value == "ministry"


async def test_what_is_wrong_is_said_on_the_form_with_what_was_typed(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        fields = {"id": "new", "name": "科技部", "kind": "other", "aliases": "甲\n乙"}
        answer = await visitor.submit("/desk/organizations/new", "/desk/organizations/new", fields)
        page = look_at(answer.text)
        assert answer.status_code == 422
        assert len(page.texts("//div[@role='alert']")) == 1
        assert page.values("//input[@name='name']/@value") == ["科技部"]
        assert page.texts("//textarea") == ["甲 乙"]
        path = "/desk/organizations/most"
        for form, sent in (
            (path, {"name": "财政部", "kind": "ministry"}),
            (f"{path}/contacts", {"address": "nowhere", "mailbox": "primary", "format": "html", "language": "zh-CN"}),
        ):
            answer = await visitor.submit(path, form, sent)
            assert (answer.status_code, len(look_at(answer.text).texts("//div[@role='alert']"))) == (422, 1)
        assert await kept_book(it.context) == SMALL


async def test_a_mailbox_is_added_changed_on_its_page_and_removed(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        path = "/desk/organizations/mof"
        fields = {
            "address": "bgs＠mof.example",
            "name": "办公厅",
            "mailbox": "cc",
            "format": "text",
            "language": "zh-CN",
        }
        await visitor.submit(path, f"{path}/contacts", fields)
        made = (await kept_book(it.context)).contacts[-1]
        assert (made.organization, made.address, made.mailbox) == ("mof", "bgs@mof.example", MailboxRole.CC)
        edit = "/desk/contacts/edit?key=mof%20bgs@mof.example"
        answer = await visitor.submit(edit, "/desk/contacts/edit", {**fields, "address": "other@mof.example"})
        assert answer.headers["location"] == path
        assert (await kept_book(it.context)).contacts[-1].address == "other@mof.example"
        edit = "/desk/contacts/edit?key=mof%20other@mof.example"
        answer = await visitor.submit(edit, "/desk/contacts/edit", {**fields, "address": "nowhere"})
        assert answer.status_code == 422
        await visitor.submit(edit, "/desk/contacts/remove")
        assert (await kept_book(it.context)).contacts == SMALL.contacts
        assert (await visitor.get(edit)).status_code == 404


async def test_a_row_is_changed_in_its_place_where_a_script_runs(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        form = await visitor.get(f"/desk/contacts/edit?key={KEY}", **{"hx-request": "true"})
        assert "<html" not in form.text
        fields = {
            **hidden(form.text, "/desk/contacts/edit"),
            "address": "moved@most.example",
            "name": "阅办处",
            "mailbox": "cc",
            "format": "html",
            "language": "en",
        }
        headers = {"origin": "https://testserver.example", "sec-fetch-site": "same-origin", "hx-request": "true"}
        row = await visitor.post("/desk/contacts/edit?at=organization", fields, headers=headers)
        page = look_at(f"<table>{row.text}</table>")
        assert page.texts("//th/a[@class='mailbox']") == ["moved@most.example"]
        assert page.values("//form/@action")[0].startswith("/desk/address-book/undo/")
        wrong = await visitor.post("/desk/contacts/edit", {**fields, "key": KEY, "address": "x"}, headers=headers)
        assert wrong.status_code in {404, 422}
        back = await visitor.get("/desk/contacts/row?key=most%20moved@most.example", **{"hx-request": "true"})
        assert "moved@most.example" in back.text
        assert (await kept_book(it.context)).contacts[-1].name == "阅办处"


async def test_many_mailboxes_are_changed_at_once_and_taken_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        fields = {"key": ["most bulletin@most.example", KEY], "scope": "picked", "do": "format", "format": "text"}
        await visitor.submit("/desk/contacts", "/desk/contacts/bulk", fields)
        assert [one.format.value for one in (await kept_book(it.context)).contacts] == ["text", "text", "html"]
        page = look_at((await visitor.get("/desk/contacts")).text)
        undo = page.values("//div[contains(@class, 'note')]//form/@action")[0]
        await visitor.post(undo, {"form-token": page.values("//input[@name='form-token']/@value")[0]})
        assert await kept_book(it.context) == SMALL
        token = hidden((await visitor.get("/desk/contacts?word=most")).text, "/desk/contacts/bulk")
        ends = {**token, "scope": "all", "do": "end", "end": "2027-01-01"}
        await visitor.post("/desk/contacts/bulk?word=most", ends)
        assert [str(one.valid_to) for one in (await kept_book(it.context)).contacts] == ["2027-01-01"] * 2 + ["None"]
        await visitor.submit("/desk/contacts", "/desk/contacts/bulk", {"do": "remove"})
        assert len((await kept_book(it.context)).contacts) == 3


async def test_a_mass_removal_at_the_desk_must_be_ticked(tmp_path: Path) -> None:
    async with desk(tmp_path, kept=MANY) as (it, visitor):
        fields = {"scope": "all", "do": "remove"}
        answer = await visitor.submit("/desk/contacts", "/desk/contacts/bulk", fields)
        assert answer.status_code == 422
        assert len((await kept_book(it.context)).contacts) == 120
        await visitor.submit("/desk/contacts", "/desk/contacts/bulk", {**fields, "allow": "yes"})
        assert (await kept_book(it.context)).contacts == ()


async def test_many_bodies_join_leave_change_and_go(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):

        async def do(**fields: object) -> AddressBook:
            await visitor.submit("/desk/organizations", "/desk/organizations/bulk", {"group": "ministries", **fields})
            return await kept_book(it.context)

        assert (await do(key=["storage", "most"], do="join")).groups[0].members == ("most", "mof", "storage")
        assert (await do(key=["mof"], do="leave")).groups[0].members == ("most", "storage")
        assert (await do(key=["storage"], do="kind", kind="alliance")).organizations[2].kind.value == "alliance"
        assert len((await do(key=["storage"], do="remove")).organizations) == 2
        assert len((await do(do="remove")).organizations) == 2


async def test_a_group_is_made_filled_by_names_and_emptied(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        await visitor.submit(
            "/desk/groups/new", "/desk/groups/new", {"id": "all", "name": "全体单位", "aliases": "各单位"}
        )
        path = "/desk/groups/all"
        await visitor.submit(path, f"{path}/members", {"names": "科技部\n存储联盟、各部委\nmost"})
        assert (await kept_book(it.context)).groups[-1] == Group(
            "all", "全体单位", ("各单位",), ("most", "storage", "ministries")
        )
        answer = await visitor.submit(path, f"{path}/members", {"names": "科计部"})
        assert answer.status_code == 404
        assert "科技部" in look_at(answer.text).texts("//div[@role='alert']")[0]
        page = look_at((await visitor.get("/desk/groups")).text)
        assert page.texts("//tbody/tr[2]/td") == ["各单位", "3", "3"]
        await visitor.submit(path, f"{path}/members/remove", {"key": ["most", "ministries"]})
        await visitor.submit(path, path, {"name": "所有单位", "aliases": ""})
        assert (await kept_book(it.context)).groups[-1] == Group("all", "所有单位", (), ("storage",))
        assert (await visitor.submit(path, path, {"name": "财政部"})).status_code == 422
        assert (await visitor.submit("/desk/groups/new", "/desk/groups/new", {"id": "x"})).status_code == 422
        await visitor.submit(path, f"{path}/remove")
        assert (await visitor.get(path)).status_code == 404


async def test_a_list_is_made_by_an_administrator(tmp_path: Path) -> None:
    async with desk(tmp_path, AccessRole.ADMINISTRATOR) as (it, visitor):
        fields = {
            "id": "fa",
            "name": "下发名单",
            "labels": "发、下发",
            "role": "issue",
            "default": "科技部\n各部委",
            "members": "archive@x.example",
            "must_receive": "yes",
            "sender_name": "专用信箱",
            "original": "attach",
        }
        await visitor.submit("/desk/lists/new", "/desk/lists/new", fields)
        made = (await kept_book(it.context)).lists[-1]
        assert (made.labels, made.default, made.members) == (
            ("发", "下发"),
            ("most", "ministries"),
            ("archive@x.example",),
        )
        path = "/desk/lists/fa"
        async with it.context.database.write() as connection:
            schedule = Schedule("fa-now", "fa", Trigger(TriggerKind.ON_PUBLICATION, "发布后立即"))
            await schedules.replace(connection, [PlannedSchedule(schedule, it.context.now(), None)])
        page = look_at((await visitor.get(path)).text)
        shown = " ".join(page.texts("//dl[contains(@class, 'facts')]"))
        assert "科学技术部、各部委" in shown
        await visitor.submit(path, path, {**fields, "labels": "发", "must_receive": "", "default": "", "members": ""})
        changed = (await kept_book(it.context)).lists[-1]
        assert (changed.labels, changed.must_receive, changed.default) == (("发",), False, ())
        assert (await visitor.submit(path, path, {**fields, "labels": "报"})).status_code == 422
        assert (await visitor.submit("/desk/lists/new", "/desk/lists/new", {**fields, "id": "报"})).status_code == 422
        assert "下发名单" in (await visitor.get("/desk/lists")).text
        await visitor.submit(path, f"{path}/remove")
        assert (await visitor.get(path)).status_code == 404


async def test_a_list_whose_sender_no_key_signs_for_says_so(tmp_path: Path) -> None:
    key = new_key("xiefa.example", "2026a", DkimAlgorithm.ED25519)
    lists = (replace(REPORT, sender_address="bulletin@other.example"), replace(SEND, sender_address="a@xiefa.example"))
    async with site(tmp_path, dkim_keys=(key,)) as it:
        async with it.context.database.write() as connection:
            await address_book.replace(connection, replace(SMALL, lists=lists))
        visitor = await browser(it, AccessRole.READER)
        (warning,) = await said(visitor, "/desk/lists/bao")
        assert "distributor dkim new --domain other.example" in warning
        assert await said(visitor, "/desk/lists/song") == []


async def test_an_editor_sees_lists_and_changes_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, visitor):
        page = look_at((await visitor.get("/desk/lists/bao")).text)
        assert page.values("//main//form/@action") == []
        assert (await visitor.get("/desk/lists/new")).status_code == 403


async def test_an_address_is_stopped_and_written_to_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        path = "/desk/suppressions"
        fields = {"address": "Reading@most.example", "reason": "本人要求", "list": "song"}
        await visitor.submit(path, path, fields)
        assert (await visitor.submit(path, path, {"address": "x", "reason": "y"})).status_code == 422
        page = look_at((await visitor.get(f"{path}?word=reading")).text)
        assert page.texts("//tbody/tr/td")[:2] == ["本人要求", "分送名单"]
        row = look_at((await visitor.get("/desk/contacts?word=阅办")).text)
        assert "本人要求" in row.texts("//tbody/tr")[0]
        await visitor.submit(path, f"{path}/lift")
        assert (await find_suppressions(it.context)).total == 0
        assert len(await said(visitor, path)) == 1


TABLE = (("单位", "邮箱", "备注"), ("科技部", "new@most.example", "x"), ("木竹研究会", "a@wood.example", "y"))


async def test_a_table_is_uploaded_previewed_and_confirmed(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        path = await upload(visitor, TABLE, group="ministries")
        page = look_at((await visitor.get(path)).text)
        assert page.texts("//div[@class='numbers']/p/strong") == ["2", "2", "0", "0", "0"]
        assert page.values("//select/option[@selected]/@value") == ["organization", "address"]
        assert await kept_book(it.context) == SMALL
        answer = await visitor.submit(path, f"{path}/confirm")
        assert answer.headers["location"] == "/desk/contacts"
        kept = await kept_book(it.context)
        assert [one.address for one in kept.contacts[-2:]] == ["new@most.example", "a@wood.example"]
        assert len(kept.groups[0].members) == 3
        assert (await visitor.get(path)).status_code == 404


async def test_problems_of_a_table_are_shown_and_nothing_can_be_confirmed(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        path = await upload(visitor, [*TABLE, ("科技部", "nowhere", "")])
        page = look_at((await visitor.get(path)).text)
        assert page.texts("//tbody/tr/th[contains(@class, 'number')]") == ["4"]
        assert not page.values(f"//form[contains(@action, '{path}/confirm')]/@action")
        answer = await visitor.post(f"{path}/confirm", hidden((await visitor.get(path)).text, f"{path}/discard"))
        assert answer.status_code == 422
        await visitor.submit(path, f"{path}/discard")
        assert await kept_book(it.context) == SMALL
        assert (await visitor.get(path)).status_code == 404


async def test_a_person_says_what_the_columns_mean(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, visitor):
        path = await upload(visitor, (("A", "B"), ("财政部", "a@mof.example")))
        answer = await visitor.get(path)
        assert answer.status_code == 422
        assert look_at(answer.text).texts("//tbody/tr/th") == ["A", "B"]
        await visitor.submit(path, f"{path}/columns", {"column-0": "organization", "column-1": "address"})
        page = look_at((await visitor.get(path)).text)
        assert page.texts("//div[@class='numbers']/p/strong")[1] == "1"
        await visitor.submit(path, f"{path}/columns", {"column-0": "organization", "column-1": "organization"})
        assert (await visitor.get(path)).status_code == 422


async def test_a_replacing_table_needs_the_tick_for_a_mass_removal(tmp_path: Path) -> None:
    async with desk(tmp_path, kept=MANY) as (it, visitor):
        path = await upload(visitor, (("单位", "邮箱"), ("甲乙单位1", "a@x.example")), replace="yes")
        assert len(look_at((await visitor.get(path)).text).values("//input[@name='allow']/@required")) == 1
        assert (await visitor.submit(path, f"{path}/confirm")).status_code == 422
        await visitor.submit(path, f"{path}/confirm", {"allow": "yes"})
        assert [one.address for one in (await kept_book(it.context)).contacts] == ["a@x.example"]


async def test_a_preview_that_was_overtaken_is_shown_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        path = await upload(visitor, TABLE)
        fields = hidden((await visitor.get(path)).text, f"{path}/confirm")
        await visitor.submit("/desk/organizations/mof", "/desk/organizations/mof", {"name": "财政部", "kind": "other"})
        answer = await visitor.post(f"{path}/confirm", fields)
        assert answer.status_code in {409, 422}
        assert (await kept_book(it.context)).contacts == SMALL.contacts


@pytest.mark.parametrize(
    "file", [None, ("", b"", "text/csv"), ("t.csv", b"", "text/csv"), ("t.xlsx", b"PK\x03\x04", "text/csv")]
)
async def test_a_file_that_is_no_table_is_refused_on_the_form(tmp_path: Path, file: tuple | None) -> None:
    async with desk(tmp_path) as (_, visitor):
        document = (await visitor.get("/desk/import")).text
        files = None if file is None else {"file": file}
        answer = await visitor.post("/desk/import", hidden(document, "/desk/import"), files=files)
        assert answer.status_code in {404, 422}
        assert len(look_at(answer.text).texts("//div[@role='alert']")) == 1


async def test_nobody_else_sees_an_uploaded_table(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        path = await upload(visitor, TABLE)
        other = await browser(it, AccessRole.ADMINISTRATOR)
        assert (await other.get(path)).status_code == 404


@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
async def test_what_is_on_screen_is_exported(tmp_path: Path, form: str, start: bytes) -> None:
    async with desk(tmp_path, AccessRole.READER) as (_, visitor):
        answer = await visitor.get(f"/desk/contacts/export?as={form}&word=存储")
        assert answer.content.startswith(start)
        assert "attachment" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        assert (await visitor.get("/desk/contacts/export?as=pdf")).status_code == 422


async def test_the_history_names_who_did_what_and_is_undone(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        assert look_at((await visitor.get("/desk/address-book/history")).text).texts("//tbody/tr") == []
        await visitor.submit("/desk/organizations/mof", "/desk/organizations/mof", {"name": "财政部", "kind": "local"})
        page = look_at((await visitor.get("/desk/address-book/history")).text)
        assert "the-editor" in page.texts("//tbody/tr")[0]
        path = page.values("//tbody/tr/th/a/@href")[0]
        shown = look_at((await visitor.get(path)).text)
        assert shown.texts("//dl[@class='fields']//del") == ["ministry"]
        undo = f"/desk/address-book/undo/{path.rsplit('/', 1)[1]}"
        await visitor.submit(path, undo)
        assert await kept_book(it.context) == SMALL
        assert look_at((await visitor.get(path)).text).values("//form[contains(@action, 'undo')]/@action") != [undo]
        assert (
            await visitor.post(undo, hidden((await visitor.get("/desk/account")).text, "/desk/logout"))
        ).status_code == 409


FOOTER = (footer("报", "科计部"), footer("送", "存储联盟、财政部"))


async def test_the_plan_takes_a_suggestion_an_extra_and_a_waiver(tmp_path: Path) -> None:
    async with desk(tmp_path, AccessRole.APPROVER) as (it, visitor):
        await keep(it.context, make_record(distribution=FOOTER))
        path = "/desk/bulletins/b001/plan"
        page = look_at((await visitor.get(path)).text)
        assert page.values(f"//form[@action='{path}/alias']/input[@name='target']/@value")[0] == "科技部"
        await visitor.submit(path, f"{path}/alias")
        await visitor.submit(path, f"{path}/extra", {"who": "特邀 <guest@x.example>", "list": "song", "note": "应邀"})
        await visitor.submit(path, f"{path}/waive", {"note": "另送纸质件"})
        review = await review_plan(it.context, "b001")
        assert (review.plan.unresolved, review.plan.without_contact) == ((), ())
        assert [row.address for row in review.plan.rows][-1] == "guest@x.example"
        page = look_at((await visitor.get(path)).text)
        assert len(page.values(f"//form[@action='{path}/take-back']/@action")) == 2
        await visitor.submit(path, f"{path}/take-back")
        assert (await review_plan(it.context, "b001")).adjustments.extras == ()


async def test_without_a_footer_the_usual_bodies_are_offered(tmp_path: Path) -> None:
    lists: tuple[RecipientList, ...] = (replace(REPORT, default=("most",)), SEND)
    async with desk(tmp_path, kept=replace(SMALL, lists=lists)) as (it, visitor):
        await keep(it.context, make_record(distribution=()))
        path = "/desk/bulletins/b001/plan"
        await visitor.submit(path, f"{path}/defaults")
        assert len((await review_plan(it.context, "b001")).plan.rows) == 2


async def test_the_plan_shows_what_differs_from_the_issue_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, visitor):
        first = make_record(id="b001", distribution=(footer("报", "科技部"),))
        await keep(it.context, first)
        await sign_off_bulletin(it.context, CLERK, "b001")
        masthead = replace(first.masthead, date="2026-02-05", issue="第13期")
        for key, entries in (("b002", "存储联盟"), ("b003", "科技部")):
            await keep(it.context, make_record(id=key, masthead=masthead, distribution=(footer("报", entries),)))
        page = look_at((await visitor.get("/desk/bulletins/b002/plan")).text)
        assert len(page.texts("//li[contains(@class, 'change add')]")) == 2
        assert len(page.texts("//li[contains(@class, 'change remove')]")) == 3
        page = look_at((await visitor.get("/desk/bulletins/b003/plan")).text)
        assert page.texts("//li[contains(@class, 'change ')]") == []
        assert page.values("//section[@aria-labelledby='difference-title']//a/@href") == ["/desk/bulletins/b001/plan"]


async def test_a_reader_sees_everything_and_is_offered_nothing_to_change(tmp_path: Path) -> None:
    async with desk(tmp_path, AccessRole.READER) as (it, visitor):
        await keep(it.context, make_record(distribution=FOOTER))
        for path in (
            *("organizations", "organizations/most", "contacts", "groups", "groups/ministries", "lists", "lists/bao"),
            *("suppressions", "address-book/history", "bulletins/b001/plan"),
        ):
            answer = await visitor.get(f"/desk/{path}")
            assert answer.status_code == 200, path
            assert look_at(answer.text).values("//main//form[@method='post']/@action") == [], path


async def test_names_of_bodies_are_never_markup(tmp_path: Path) -> None:
    evil = book([body("x", "<script>alert(1)</script>", short='"><b>')], [mailbox("x", name="<i>处</i>")])
    async with desk(tmp_path, kept=evil) as (_, visitor):
        for path in ("organizations", "organizations/x", "contacts", "contacts/edit?key=x%20bulletin@x.example"):
            assert "<script>alert" not in (await visitor.get(f"/desk/{path}")).text


async def test_an_xlsx_file_is_taken_as_well(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, visitor):
        document = (await visitor.get("/desk/import")).text
        file = {"file": ("表.xlsx", xlsx_bytes(TABLE), "application/octet-stream")}
        answer = await visitor.post("/desk/import", hidden(document, "/desk/import"), files=file)
        page = look_at((await visitor.get(answer.headers["location"])).text)
        assert page.texts("//div[@class='numbers']/p/strong")[1] == "2"
