"""A bulletin at the desk: brought in, looked at, signed off, published, sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from distributor.access import AccessRole, Actor
from distributor.errors import Misconfigured
from distributor.model.finding import Finding, Level
from distributor.model.recipient import RecipientList, Role
from distributor.model.run import DeliveryState
from distributor.store import address_book, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.change_theme import change_theme
from distributor.usecases.list_runs import show_run
from distributor.usecases.read_audit import read_trail
from tests.support.books import footer
from tests.support.desks import Browser, browser, draft, hidden
from tests.support.pages import look_at
from tests.support.records import RECEIVED
from tests.support.scheduling import make_schedule
from tests.support.sites import SiteUnderTest, site
from tests.support.subscribing import join

pytestmark = pytest.mark.anyio

PUBLIC = RecipientList("public", "公众订阅", (), Role.SUBSCRIBER, must_receive=False)
SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
SECRET = Finding(Level.BLOCKING, "secrecy-mark", 3, {"mark": "机密"})
UNSURE = Finding(Level.BLOCKING, "issue-mismatch", 2, {})


async def upload(
    visitor: Browser, data: bytes | None, name: str = "bulletin.txt", **fields: str
) -> "tuple[int, str, str]":
    page = (await visitor.get("/desk/upload")).text
    files = {} if data is None else {"files": {"file": (name, data)}}
    answer = await visitor.post("/desk/upload", {**hidden(page, "/desk/upload"), **fields}, **files)
    return answer.status_code, answer.headers.get("location", ""), answer.text


async def test_a_file_is_brought_in_and_the_same_file_again_leads_to_what_is_there(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        status, first, _ = await upload(visitor, SEED.read_bytes(), issue="2023年第12期", date="2023-12-05")
        assert status == 303
        page = look_at((await visitor.get(first)).text)
        assert page.texts("//div[@role='status']") != []
        assert len(page.tree.xpath("//article[contains(@class, 'item')]")) == 31
        assert "2023年第12期" in page.texts("//h1")[0]
        assert look_at((await visitor.get(first)).text).texts("//div[@role='status']") == []
        assert await upload(visitor, SEED.read_bytes()) == (303, first, "")
        trail = await read_trail(it.context, "bulletin", first.rsplit("/", 1)[1])
        assert [(entry.act, entry.actor, entry.origin) for entry in trail] == [("receive", "the-editor", "desk")]


@pytest.mark.parametrize(
    ("data", "name"),
    [(None, ""), (b"", "empty.txt"), (b"%PDF-1.4 broken", "a.pdf"), (b"\x00\x01\x02", "x.bin"), (b"MZ\x90", "x.txt")],
)
async def test_what_is_no_bulletin_is_refused_with_a_sentence_on_the_form(
    tmp_path: Path, data: bytes | None, name: str
) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        status, _, text = await upload(visitor, data, name, issue="第12期")
        page = look_at(text)
        assert status == 422
        assert len(page.texts("//*[@role='alert']")) == 1
        assert page.values("//input[@name='issue']/@value") == ["第12期"]


async def test_a_name_with_folders_is_kept_without_them(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        _, path, _ = await upload(visitor, SEED.read_bytes(), "C:\\秘书处\\简报<b>.txt")
        original = await visitor.get(f"{path}/original")
        assert original.content == SEED.read_bytes()
        assert "filename*=UTF-8''%E7%AE%80%E6%8A%A5%3Cb%3E.txt" in original.headers["content-disposition"]
        assert original.headers["content-security-policy"].endswith("sandbox")


async def test_findings_stand_before_the_words_and_lead_to_their_item(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.READER)
        status = await upload(await browser(it, AccessRole.EDITOR), SEED.read_bytes())
        page = look_at((await visitor.get(status[1])).text)
        levels = page.texts("//section[@id='findings']//li/*[contains(@class, 'badge')]")
        assert len(levels) > 5
        targets = page.values("//section[@id='findings']//a[starts-with(@href, '#')]/@href")
        assert targets != []
        assert {target[1:] for target in targets} <= set(page.values("//article/@id"))


async def signed(it: SiteUnderTest, visitor: Browser, **fields: object) -> int:
    del it
    path = "/desk/bulletins/b001/sign-off"
    return (await visitor.submit(path, path, fields)).status_code


async def test_an_approver_signs_exactly_what_was_shown(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        record = await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        assert "/desk/bulletins/b001/sign-off" in look_at((await visitor.get("/desk/bulletins/b001")).text).own_links
        page = (await visitor.get("/desk/bulletins/b001/sign-off")).text
        assert hidden(page, "/desk/bulletins/b001/sign-off")["content-hash"] == record.content_hash
        assert record.content_hash[:16] in page
        assert await signed(it, visitor) == 303
        home = look_at((await visitor.get("/desk/")).text)
        assert any("the-approver" in row for row in home.texts("//tbody/tr"))


async def test_what_changed_since_it_was_shown_is_not_signed(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        for name in ("content-hash", "plan-hash", "renderings-hash"):
            assert await signed(it, visitor, **{name: "0" * 64}) == 409
        assert await read_trail(it.context, "bulletin", "b001") == ()


async def test_a_theme_that_changed_since_the_mails_were_shown_is_not_signed_unseen(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        path = "/desk/bulletins/b001/sign-off"
        shown = hidden((await visitor.get(path)).text, path)
        await change_theme(it.context, Actor("li"), "#0050b3")
        assert (await visitor.post(path, shown)).status_code == 409
        assert await read_trail(it.context, "bulletin", "b001") == ()
        assert await signed(it, visitor) == 303


async def test_each_mail_that_is_bound_can_be_looked_at_from_the_page_where_it_is_signed(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        page = look_at((await visitor.get("/desk/bulletins/b001/sign-off")).text)
        links = page.values("//section[@aria-labelledby='binds']//li/a/@href")
        assert links != []
        for link in links:
            assert (await visitor.get(link)).status_code == 200


async def test_a_second_approver_is_told_who_has_signed_and_what_has_changed(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        path = "/desk/bulletins/b001/sign-off"
        assert "the-approver" not in look_at((await visitor.get(path)).text).texts("//main//*[@role='status']")
        assert await signed(it, visitor) == 303
        second = await browser(it, AccessRole.APPROVER, "second")
        (told,) = look_at((await second.get(path)).text).texts("//main//*[@role='status']")
        assert told.startswith("the-approver 已于 2")
        assert "完全相同" in told
        await change_theme(it.context, Actor("li"), "#0050b3")
        (told,) = look_at((await second.get(path)).text).texts("//main//*[@role='status']")
        assert "the-approver" in told
        assert told.endswith("有变化的是：邮件样式。")


async def test_blocking_findings_are_waived_one_by_one_but_a_secret_never(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it, UNSURE)
        visitor = await browser(it, AccessRole.APPROVER)
        assert await signed(it, visitor) == 409
        assert await signed(it, visitor, waive="issue-mismatch") == 303
        (entry,) = await read_trail(it.context, "bulletin", "b001")
        assert entry.details["waived"] == ["issue-mismatch"]
    (tmp_path / "other").mkdir()
    async with site(tmp_path / "other") as it:
        await draft(it, SECRET)
        visitor = await browser(it, AccessRole.APPROVER)
        page = look_at((await visitor.get("/desk/bulletins/b001/sign-off")).text)
        assert page.values("//form[contains(@action, 'sign-off')]/@action") == []
        home = look_at((await visitor.get("/desk/")).text)
        assert len(home.texts("//section[contains(@class, 'attention')]//li")) == 1


async def test_an_unknown_recipient_is_named_with_what_it_may_mean_and_blocks(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it, distribution=(footer("报", "科技部、财务部"),))
        visitor = await browser(it, AccessRole.APPROVER)
        page = look_at((await visitor.get("/desk/bulletins/b001/plan")).text)
        (row,) = [row for row in page.texts("//tbody/tr") if "财务部" in row]
        assert "财政部" in row
        page = look_at((await visitor.get("/desk/bulletins/b001/sign-off")).text)
        assert page.values("//form[contains(@action, 'sign-off')]/@action") == []
        assert any("财务部" in text for text in look_at((await visitor.get("/desk/")).text).texts("//li"))


async def test_a_signed_bulletin_is_published_and_stands_on_the_site(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        path = "/desk/bulletins/b001/publish"
        page = look_at((await visitor.get(path)).text)
        assert page.values("//form[contains(@action, 'publish')]/@action") == []
        await signed(it, visitor)
        assert (await it.page("/bulletins/b001")).status_code == 404
        assert (await visitor.submit(path, path)).headers["location"] == "/desk/bulletins/b001"
        assert (await it.page("/bulletins/b001")).status_code == 200
        page = look_at((await visitor.get(path)).text)
        assert page.values("//form[contains(@action, 'publish')]/@action") == []


async def outlook(it: SiteUnderTest, visitor: Browser, *planned: PlannedSchedule) -> list[str]:
    async with it.context.database.write() as connection:
        await schedules.replace(connection, planned)
    page = look_at((await visitor.get("/desk/bulletins/b001/publish")).text)
    return [" ".join(text.split()) for text in page.texts("//section[@aria-labelledby='mailed-title']//tbody/tr")]


async def test_before_publication_it_is_said_who_is_written_to_and_when(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        async with it.context.database.write() as connection:
            book = await address_book.load(connection)
            await address_book.replace(connection, replace(book, lists=(*book.lists, PUBLIC)))
        await join(it.context, "reader@reader.example")
        visitor = await browser(it, AccessRole.APPROVER)
        await signed(it, visitor)
        by_hand = await outlook(it, visitor)
        assert len(by_hand) == 2
        assert "2 个单位，2 个地址" in by_hand[0]
        assert "没有日程，须手工分发" in by_hand[0]
        assert "1 位订阅者" in by_hand[1]
        at_once = make_schedule("发布后立即")
        weekly = replace(make_schedule("每周五 16:00"), id="weekly")
        both = await outlook(it, visitor, *(PlannedSchedule(one, RECEIVED, None) for one in (at_once, weekly)))
        assert "发布后立即（遇寄送时段限制则顺延）另有：每周五 16:00" in both[0]
        (later, _) = await outlook(it, visitor, PlannedSchedule(weekly, RECEIVED, None))
        assert later.endswith("每周五 16:00")
        (rests, _) = await outlook(it, visitor, PlannedSchedule(replace(weekly, enabled=False), RECEIVED, None))
        assert "须手工分发" in rests


async def test_a_list_is_sent_once_and_its_run_shows_every_address(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        await signed(it, visitor)
        page = look_at((await visitor.get("/desk/bulletins/b001/runs")).text)
        (link,) = page.values("//a[contains(@href, '/send?')]/@href")
        shown = look_at((await visitor.get(link)).text)
        assert len(shown.texts("//ul[@class='bodies']/li")) == 2
        sent = await visitor.submit(link, "/desk/bulletins/b001/send")
        run_id = sent.headers["location"].rsplit("/", 1)[1]
        run = look_at((await visitor.get(sent.headers["location"])).text)
        assert len(run.texts("//tbody/tr")) == 2
        assert run.values("//*[@id='progress']/@data-stream") == [f"/desk/runs/{run_id}/stream"]
        part = await visitor.get(f"/desk/runs/{run_id}/progress")
        assert part.text.lstrip().startswith("<section")
        summary, _ = await show_run(it.context, run_id)
        assert summary.counts.of(DeliveryState.PENDING) == 2
        again = look_at((await visitor.get(link)).text)
        assert again.values("//form[contains(@action, '/send')]/@action") == []
        nobody = await visitor.post(
            "/desk/bulletins/b001/send",
            {**hidden((await visitor.get("/desk/account")).text, "/desk/logout"), "list": "bao"},
        )
        assert nobody.headers["location"] == "/desk/bulletins/b001/runs"
        trail = look_at((await visitor.get("/desk/bulletins/b001/trail")).text)
        assert len(trail.texts("//tbody/tr")) == 2


async def test_a_list_must_be_chosen_and_known(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.APPROVER)
        await signed(it, visitor)
        fields = hidden((await visitor.get("/desk/account")).text, "/desk/logout")
        for list_id, status in (("", 409), ("nothing", 404)):
            answer = await visitor.post("/desk/bulletins/b001/send", {**fields, "list": list_id})
            assert answer.status_code == status


async def test_a_bulletin_that_was_withdrawn_is_shown_and_no_more(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it, published=RECEIVED, withdrawn=RECEIVED)
        visitor = await browser(it, AccessRole.APPROVER)
        page = look_at((await visitor.get("/desk/bulletins/b001")).text)
        assert page.values("//a[contains(@class, 'primary')]/@href") == []
        for act in ("sign-off", "send?list=bao"):
            assert (await visitor.get(f"/desk/bulletins/b001/{act}")).status_code == 409


async def test_trouble_that_is_ours_is_said_within_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise Misconfigured("secrets-unusable", file="tokens.key", problem="0 bytes")

    monkeypatch.setattr("distributor.web.desk.home.survey_desk", fail)
    async with site(tmp_path) as it:
        answer = await (await browser(it, AccessRole.READER)).get("/desk/")
        assert answer.status_code == 503
        assert look_at(answer.text).values("//nav[@class='desk-nav']//a/@href") != []


async def test_a_reader_is_offered_nothing_to_do(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.READER)
        for path in ("/desk/", "/desk/bulletins/b001", "/desk/bulletins/b001/plan", "/desk/bulletins/b001/runs"):
            page = look_at((await visitor.get(path)).text)
            assert page.values("//main//form/@action") == []
            assert page.values("//a[contains(@class, 'button')]/@href") == []


async def test_every_link_of_the_desk_leads_somewhere(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        await signed(it, visitor)
        seen: dict[str, int] = {}
        waiting = ["/desk/", "/desk/?lang=en"]
        while waiting:
            path = waiting.pop()
            answer = await visitor.get(path)
            seen[path] = answer.status_code
            if path.startswith("/desk") and answer.headers.get("content-type", "").startswith("text/html"):
                page = look_at(answer.text)
                found = {*page.own_links, *page.values("//link/@href"), *page.values("//script/@src")}
                waiting.extend({link.split("#")[0] for link in found} - seen.keys() - set(waiting))
        assert {path: status for path, status in seen.items() if status != 200} == {}
        assert len(seen) > 25
