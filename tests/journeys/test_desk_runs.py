"""A run at the desk: watched live, filtered, exported, certified, acted upon, one mail sent again."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from distributor.access import AccessRole, Actor
from distributor.model.notice import Notice, NoticeKind
from distributor.model.recipient import Suppression
from distributor.model.run import DeliveryState, PauseReason, Run
from distributor.store import letters, notices, runs, suppressions, tables
from distributor.store.letters import Letter, LetterState
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.follow_up_failures import follow_up_failures
from distributor.usecases.suppress_address import unsuppress_address
from distributor.usecases.take_bounce import take_bounce
from distributor.web.desk import runs as run_pages
from tests.support.desks import Browser, browser, hidden
from tests.support.ledger import counts_of
from tests.support.pages import look_at
from tests.support.returning import FIRST, OTHER, SPARE, ledger_of, make_sent_run, report_about, set_state
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio


async def failed_run(it: SiteUnderTest, folder: Path) -> Run:
    """A run in which one address is dead, its backup waits, and the other body has the bulletin."""
    context, run, (first, _) = await make_sent_run(it.context.database, folder)
    await take_bounce(context, report_about(first, "550 5.1.1 =1+1 no such user"))
    await follow_up_failures(context, patience=timedelta(0))
    return run


async def submit(visitor: Browser, path: str, **fields: str) -> "tuple[int, str]":
    answer = await visitor.submit(path, path, fields)
    return answer.status_code, answer.headers.get("location", "")


async def test_the_page_of_a_run_says_how_far_it_is_and_why_not(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run = await failed_run(it, tmp_path)
        visitor = await browser(it, AccessRole.APPROVER)
        page = look_at((await visitor.get(f"/desk/runs/{run.id}")).text)
        assert len(page.tree.xpath("//svg[@class='parts-bar']")) == 3
        assert page.tree.xpath("//div[@id='progress']/@data-stream") == [f"/desk/runs/{run.id}/stream"]
        assert page.texts("//ul[@class='reasons']/li/strong") == ["1"]
        assert page.texts("//table//th[@scope='row']")[:2] == ["科学技术部", "财政部"]
        links = page.tree.xpath("//p[@class='acts']/a/@href")
        assert [link.rsplit("/", 1)[1] for link in links] == ["pause", "retry", "cancel"]
        assert FIRST.address in page.texts("//section[last()]//td")[-1]
        part = await visitor.get(f"/desk/runs/{run.id}/progress")
        assert part.status_code == 200
        assert "<html" not in part.text
        reader = await browser(it, AccessRole.READER)
        assert look_at((await reader.get(f"/desk/runs/{run.id}")).text).texts("//p[@class='acts']") == []
        assert (await visitor.get("/desk/runs/nothing")).status_code == 404


async def test_a_run_that_stands_still_is_told_of_at_home_and_settled_on_its_page(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        context, run, (first, _) = await make_sent_run(it.context.database, tmp_path)
        await set_state(context.database, [first], DeliveryState.DEFERRED, finished=None)
        async with context.database.write() as connection:
            await runs.pause(connection, run.id, "breaker", PauseReason.RELAY, context.now())
        visitor = await browser(it, AccessRole.APPROVER)
        home = look_at((await visitor.get("/desk/")).text)
        links = "//section[contains(@class, 'attention')]//li/a"
        (told,) = home.texts(f"{links}[@href='/desk/runs/{run.id}']")
        assert "邮件服务器拒绝本发件方，已自动暂停，还有 1 封未发" in told
        assert (await submit(visitor, f"/desk/runs/{run.id}/do/resume"))[0] == 303
        home = look_at((await visitor.get("/desk/")).text)
        assert not any("已自动暂停" in told for told in home.texts("//section[contains(@class, 'attention')]//li"))


async def test_a_finished_run_is_streamed_once_and_then_done(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        _, run, _ = await make_sent_run(it.context.database, tmp_path)
        visitor = await browser(it, AccessRole.READER)
        answer = await visitor.get(f"/desk/runs/{run.id}/stream")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.text.startswith("retry: 1000\n\nevent: progress\ndata: ")
        assert answer.text.endswith("event: done\ndata: done\n\n")
        assert (await visitor.get("/desk/runs/nothing/stream")).status_code == 404


async def test_a_stream_tells_of_changes_alone_and_ends_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_pages, "events", partial(run_pages.events, seconds=0.2, every=0.02))
    async with site(tmp_path) as it:
        _, run, _ = await make_sent_run(it.context.database, tmp_path, state=DeliveryState.PENDING)
        visitor = await browser(it, AccessRole.READER)
        text = (await visitor.get(f"/desk/runs/{run.id}/stream")).text
        assert text.count("event: progress") == 1
        assert "event: done" not in text


async def test_the_ledger_is_filtered_and_exported_as_it_is_shown(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run = await failed_run(it, tmp_path)
        visitor = await browser(it, AccessRole.READER)
        path = f"/desk/runs/{run.id}/ledger"
        everything = look_at((await visitor.get(path)).text)
        assert everything.texts("//tbody//a[@class='address-line']") == [FIRST.address, OTHER.address, SPARE.address]
        for query, expected in (
            ("state=failed", [FIRST.address]),
            ("reason=address", [FIRST.address]),
            ("word=SPARE", [SPARE.address]),
            ("word=财政", [OTHER.address]),
            ("body=mof", [OTHER.address]),
            ("word=100%25", []),
            ("state=nonsense&page=x", [FIRST.address, OTHER.address, SPARE.address]),
        ):
            found = look_at((await visitor.get(f"{path}?{query}")).text)
            assert found.texts("//tbody//a[@class='address-line']") == expected, query
        table = await visitor.get(f"{path}.csv?state=failed")
        assert table.content.startswith(b"\xef\xbb\xbf")
        assert "attachment" in table.headers["content-disposition"]
        heading, only = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
        assert len(heading) == len(only) == 8
        assert only[1] == FIRST.address
        book = load_workbook(io.BytesIO((await visitor.get(f"{path}.xlsx")).content), read_only=True)
        assert book.active is not None
        assert len(list(book.active.iter_rows())) == 4
        assert (await visitor.get(f"{path}.pdf")).status_code == 404
        assert (await visitor.get("/desk/runs/nothing/ledger.csv")).status_code == 404


async def test_one_delivery_shows_what_happened_and_is_sent_again(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run = await failed_run(it, tmp_path)
        rows = await ledger_of(it.context.database, run)
        visitor = await browser(it, AccessRole.APPROVER)
        path = f"/desk/runs/{run.id}/deliveries/{rows[OTHER.address].delivery.id}"
        assert (await visitor.get(path)).status_code == 200
        failed = f"/desk/runs/{run.id}/deliveries/{rows[FIRST.address].delivery.id}"
        assert "no such user" in (await visitor.get(failed)).text
        assert await submit(visitor, f"{path}/again") == (303, path)
        again = (await ledger_of(it.context.database, run))[OTHER.address].delivery
        assert again.state is DeliveryState.PENDING
        assert again.message_id == rows[OTHER.address].delivery.message_id
        assert look_at((await visitor.get(f"{path}/again")).text).texts("//form[contains(@action, 'again')]") == []
        assert (await visitor.get(f"/desk/runs/{run.id}/deliveries/nothing")).status_code == 404
        reader = await browser(it, AccessRole.READER)
        assert (await reader.get(f"{failed}/again")).status_code == 403


async def test_an_operator_pauses_resumes_retries_and_cancels_after_being_told_what_that_means(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run = await failed_run(it, tmp_path)
        visitor = await browser(it, AccessRole.APPROVER)
        here = f"/desk/runs/{run.id}"
        # it is dead, and so it was stopped: first a person says that it may be written to again
        refused = look_at((await visitor.get(f"{here}/do/retry")).text)
        assert refused.texts("//div[@role='alert']")[0].startswith(FIRST.address)
        assert refused.texts("//form[contains(@action, '/do/')]") == []
        await unsuppress_address(it.context, Actor("王处"), FIRST.address)
        for act in ("pause", "resume", "retry"):
            assert await submit(visitor, f"{here}/do/{act}") == (303, here), act
        assert (await counts_of(it.context.database, run)).of(DeliveryState.PENDING) == 2
        async with it.context.database.read() as connection:
            events = [(event.act, event.actor) for event in await runs.events(connection, run.id)]
        assert events[1:] == [(act, "the-approver") for act in ("pause", "resume", "retry")]
        assert await submit(visitor, f"{here}/do/cancel") == (303, here)
        assert (await counts_of(it.context.database, run)).is_finished
        links = look_at((await visitor.get(here)).text).tree.xpath("//a[contains(@href, '/do/')]/@href")
        assert [link.rsplit("/", 1)[1] for link in links] == ["reopen"]
        assert await submit(visitor, f"{here}/do/reopen") == (303, here)
        assert (await counts_of(it.context.database, run)).of(DeliveryState.PENDING) == 2
        assert await submit(visitor, f"{here}/do/cancel") == (303, here)
        nothing = await visitor.get(f"{here}/do/pause")
        assert look_at(nothing.text).texts("//form[contains(@action, '/do/')]") == []
        assert (await visitor.get(f"{here}/do/nonsense")).status_code == 404
        editor = await browser(it, AccessRole.EDITOR)
        assert (await editor.get(f"{here}/do/cancel")).status_code == 403


async def test_nothing_of_a_cancelled_run_is_sent_again_and_the_page_says_so(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run = await failed_run(it, tmp_path)
        rows = await ledger_of(it.context.database, run)
        visitor = await browser(it, AccessRole.APPROVER)
        path = f"/desk/runs/{run.id}/deliveries/{rows[OTHER.address].delivery.id}"
        fields = hidden((await visitor.get(f"{path}/again")).text, f"{path}/again")
        await cancel_run(it.context, Actor("王处"), run.id)
        page = look_at((await visitor.get(f"{path}/again")).text)
        assert "王处" in page.texts("//div[@role='alert']")[0]
        assert page.texts("//form[contains(@action, 'again')]") == []
        assert (await visitor.post(f"{path}/again", fields)).status_code == 409
        assert (await ledger_of(it.context.database, run))[OTHER.address].delivery.state is DeliveryState.SENT


async def test_doubt_of_a_cancelled_run_is_settled_but_not_sent_again(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        _, run, made = await make_sent_run(it.context.database, tmp_path)
        held = {"finished": None, "lease_until": it.context.now(), "worker": None}
        await set_state(it.context.database, made[:1], DeliveryState.IN_DOUBT, **held)
        await cancel_run(it.context, Actor("王处"), run.id)
        visitor = await browser(it, AccessRole.APPROVER)
        path = f"/desk/runs/{run.id}/do/resolve"
        page = look_at((await visitor.get(path)).text)
        assert page.tree.xpath("//input[@name='fate']/@value") == ["sent", "failed"]
        assert "王处" in page.texts("//div[@role='alert']")[0]
        assert (await submit(visitor, path, fate="again"))[0] == 409
        assert (await submit(visitor, path, fate="sent"))[0] == 303


@pytest.mark.parametrize(("fate", "state"), [("sent", "sent"), ("again", "pending"), ("failed", "failed")])
async def test_doubt_is_resolved_as_the_operator_says(tmp_path: Path, fate: str, state: str) -> None:
    async with site(tmp_path) as it:
        _, run, made = await make_sent_run(it.context.database, tmp_path)
        context = it.context
        await set_state(
            context.database, made[:1], DeliveryState.IN_DOUBT, finished=None, lease_until=context.now(), worker=None
        )
        visitor = await browser(it, AccessRole.APPROVER)
        path = f"/desk/runs/{run.id}/do/resolve"
        assert (await submit(visitor, path))[0] == 409
        assert (await submit(visitor, path, fate=fate))[0] == 303
        assert (await ledger_of(context.database, run))[FIRST.address].delivery.state == state


async def test_a_certificate_names_every_address_its_time_and_its_answer(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run = await failed_run(it, tmp_path)
        values = {"reply_phase": "dot", "reply_code": 250, "reply_text": "2.0.0 queued as A1"}
        other = (await ledger_of(it.context.database, run))[OTHER.address].delivery
        await set_state(it.context.database, [other], DeliveryState.SENT, **values)
        visitor = await browser(it, AccessRole.READER)
        whole = look_at((await visitor.get(f"/desk/runs/{run.id}/certificate")).text)
        assert whole.texts("//table//span[@class='address']") == [FIRST.address, OTHER.address, SPARE.address]
        one = look_at((await visitor.get(f"/desk/runs/{run.id}/certificate?body=mof")).text)
        assert one.texts("//table//span[@class='address']") == [OTHER.address]
        assert "250 2.0.0 queued as A1" in one.texts("//tbody//td")[-1]
        assert other.message_id in one.texts("//tbody//td")[-1]
        assert (await visitor.get(f"/desk/runs/{run.id}/certificate?body=nobody")).status_code == 404


async def test_everything_sent_to_an_address_stands_on_one_page(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await failed_run(it, tmp_path)
        await failed_run(it, tmp_path)
        visitor = await browser(it, AccessRole.READER)
        page = look_at((await visitor.get(f"/desk/sent?address={FIRST.address}")).text)
        assert len(page.tree.xpath("//tbody/tr")) == 2
        assert len(page.texts("//div[contains(@class, 'note')]")) == 1
        assert look_at((await visitor.get("/desk/sent?address=x@y.example")).text).tree.xpath("//tbody/tr") == []
        assert (await visitor.get("/desk/sent")).status_code == 200
        async with it.context.database.write() as connection:
            stopped = replace(Suppression("x@y.example", "停发"), list_id="bao")
            await suppressions.add(connection, stopped, it.context.now())
        assert "停发" in (await visitor.get("/desk/sent?address=X@y.example")).text


async def test_the_case_of_letters_makes_no_difference_to_what_was_sent(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        _, _, (first, _) = await make_sent_run(it.context.database, tmp_path)
        async with it.context.database.write() as connection:
            mine = update(tables.deliveries).where(tables.deliveries.c.id == first.id)
            await connection.execute(mine.values(address="BGT@Most.example"))
        visitor = await browser(it, AccessRole.READER)
        for spelling in (FIRST.address, "BGT@Most.example", "bGt@mOST.example"):
            page = look_at((await visitor.get(f"/desk/sent?address={spelling}")).text)
            assert len(page.tree.xpath("//tbody/tr")) == 1


async def test_letters_and_notices_stand_beside_what_was_sent_to_an_address(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        context = it.context
        now = context.now()
        async with context.database.write() as connection:
            await letters.add(connection, Letter("l1", "welcome", "Reader@most.example", "{}", "<l1@x.example>", now))
            until = now + timedelta(minutes=1)
            assert await letters.claim(connection, now, until, 1)
            await letters.settle(connection, "l1", until, (LetterState.SENT, "250 2.0.0 taken"), now)
            for number, kind in enumerate((NoticeKind.RUN_REPORT, NoticeKind.RUN_PAUSED, NoticeKind.TEST)):
                notice = Notice(f"n{number}", kind, f"r{number}", "reader@most.example", now)
                assert await notices.add(connection, notice, now)
            await notices.set_sent(connection, "n0", "250 2.0.0 ok", now)
            await notices.set_failed(connection, "n1", "", now)
        visitor = await browser(it, AccessRole.READER)
        page = look_at((await visitor.get("/desk/sent?address=READER@most.example")).text)
        rows = page.texts("//section[@aria-labelledby='letters']//tbody/tr")
        assert len(rows) == 4
        told = {kind: row for row in rows for kind in ("订阅成功", "分发报告", "分发停住", "试发邮件") if kind in row}
        assert "已发送" in told["订阅成功"]
        assert "250 2.0.0 ok" in told["分发报告"]
        assert "已取消" in told["分发停住"]
        assert "待发" in told["试发邮件"]
        assert page.texts("//p[contains(., '没有给这个地址发过邮件')]") == []


async def test_measures_are_for_this_machine_or_for_who_has_the_token(tmp_path: Path) -> None:
    async with site(tmp_path, web={"metrics_token": "a token"}) as it:
        await failed_run(it, tmp_path)
        near = await it.page("/metrics")
        assert near.status_code == 200
        lines = near.text.splitlines()
        assert 'distributor_deliveries{state="sent"} 1.0' in lines
        assert 'distributor_deliveries{state="failed"} 1.0' in lines
        assert "distributor_open_tickets 1.0" in lines
        assert any(line.startswith("distributor_oldest_due_age_seconds ") for line in lines)
        assert (await it.page("/metrics", x_forwarded_for="203.0.113.9")).status_code == 404
        far = {"x_forwarded_for": "203.0.113.9"}
        assert (await it.page("/metrics", authorization="Bearer a token", **far)).status_code == 200
        assert (await it.page("/metrics", authorization="Bearer other", **far)).status_code == 404
