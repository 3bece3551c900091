"""Schedules and subscribers at the desk: see, change, pause, decide, approve, take along."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.access import AccessRole
from distributor.clock import FixedClock
from distributor.i18n import translate
from distributor.model.recipient import AddressBook
from distributor.model.schedule import WorkingDayPolicy
from distributor.model.subscriber import Frequency, MembershipState, SubscriptionRules
from distributor.schedule import parse_trigger
from distributor.store import address_book, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from tests.journeys.test_site_subscribe import CLOSED, PUBLIC
from tests.support.desks import browser, hidden
from tests.support.pages import look_at
from tests.support.records import PUBLISHED, seedlike_record
from tests.support.scheduling import make_schedule
from tests.support.sites import SiteUnderTest, site
from tests.support.subscribing import READER, join, letters_to, subscription_of

pytestmark = pytest.mark.anyio

WEEKLY = replace(make_schedule("每周五 16:00"), id="weekly", list_id="public", frequency=Frequency.WEEKLY)
FIELDS = {
    "id": "monthly",
    "list": "public",
    "trigger": "每月最后一个工作日 09:00",
    "time_zone": "Asia/Shanghai",
    "working_day": "next",
    "window": "08:00-18:00",
    "misfire": "ask",
    "catch_up_hours": "6",
    "frequency": "monthly",
    "enabled": "yes",
}


async def furnish(it: SiteUnderTest, *planned: PlannedSchedule) -> None:
    async with it.context.database.write() as connection:
        await address_book.replace(connection, AddressBook(lists=(CLOSED, PUBLIC)))
        await schedules.replace(connection, planned or [PlannedSchedule(WEEKLY, PUBLISHED, PUBLISHED)])


async def kept(context: Context) -> dict[str, PlannedSchedule]:
    async with context.database.read() as connection:
        return {one.schedule.id: one for one in await schedules.load(connection)}


def at_desk(it: SiteUnderTest, context: Context) -> None:
    it.app.state.site = replace(it.app.state.site, context=context)


async def test_a_schedule_is_previewed_with_reasons_before_it_is_saved(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await furnish(it)
        admin = await browser(it, AccessRole.ADMINISTRATOR)
        page = (await admin.get("/desk/schedules/new")).text
        form = {**hidden(page, "/desk/schedules/new"), **FIELDS}
        seen = await admin.post("/desk/schedules/new", {**form, "act": "preview"})
        assert seen.status_code == 200
        rows = look_at(seen.text).texts("//tbody/tr")
        assert len(rows) == 12
        assert "monthly" not in await kept(it.context)
        assert (await admin.post("/desk/schedules/new", {**form, "act": "save"})).status_code == 303
        saved = (await kept(it.context))["monthly"]
        assert saved.schedule.frequency is Frequency.MONTHLY
        assert saved.next_run_at is not None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("trigger", "2026-02-30 09:00", "trigger-date-impossible"),
        ("trigger", "cron: 0 9 * * 1", "cron-day-digits"),
        ("trigger", "每周1 09:00", "trigger-day-digit"),
        ("window", "18:00-08:00", "window-never-opens"),
        ("time_zone", "Asia/Nowhere", "time-zone-unknown"),
        ("catch_up_hours", "soon", "entry-value"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_do(tmp_path: Path, field: str, value: str, code: str) -> None:
    async with site(tmp_path) as it:
        await furnish(it)
        admin = await browser(it, AccessRole.ADMINISTRATOR)
        page = (await admin.get("/desk/schedules/new")).text
        form = {**hidden(page, "/desk/schedules/new"), **FIELDS, field: value, "act": "save"}
        answer = await admin.post("/desk/schedules/new", form)
        assert answer.status_code == 422
        (told,) = look_at(answer.text).texts("//*[@role='alert']")
        beginning = translate(f"error.{code}", "zh_CN", place="").split("{")[0][:6]
        assert beginning in told or value in told
        assert "monthly" not in await kept(it.context)


async def test_a_paused_schedule_rests_and_comes_back_at_its_next_moment(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await furnish(it)
        approver = await browser(it, AccessRole.APPROVER)
        await approver.submit("/desk/schedules", "/desk/schedules/weekly/pause")
        assert (await kept(it.context))["weekly"].next_run_at is None
        assert await claim_occurrences(it.context) == ()
        await approver.submit("/desk/schedules", "/desk/schedules/weekly/resume")
        resumed = (await kept(it.context))["weekly"].next_run_at
        assert resumed is not None
        assert resumed > PUBLISHED


async def test_a_late_occurrence_waits_for_a_person_who_runs_it_or_lets_it_go(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await furnish(it)
        late = replace(it.context, clock=FixedClock(PUBLISHED + timedelta(days=1)))
        assert [one.outcome for one in await claim_occurrences(late)] == ["ask"]
        approver = await browser(it, AccessRole.APPROVER)
        page = (await approver.get("/desk/schedules")).text
        path = "/desk/schedules/weekly/decide"
        form = {**hidden(page, path), "act": "skip"}
        assert (await approver.post(path, form)).status_code == 303
        async with it.context.database.read() as connection:
            assert await schedules.asking(connection) == ()
            (one,) = await schedules.claimed_between(connection, PUBLISHED, PUBLISHED + timedelta(days=1))
        assert (one.outcome, one.decided_by) == ("skip", "the-approver")
        assert (await approver.post(path, form)).status_code == 409
        odd = {**form, "moment": "yesterday"}
        assert (await approver.post(path, odd)).status_code == 422


async def test_a_month_shows_holidays_and_what_is_to_come(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await furnish(it, PlannedSchedule(replace(WEEKLY, working_day=WorkingDayPolicy.NEXT), PUBLISHED, PUBLISHED))
        reader = await browser(it, AccessRole.READER)
        page = look_at((await reader.get("/desk/schedules/month?month=2026-10")).text)
        days = dict(zip(page.values("//td//time/@datetime"), page.texts("//table//td"), strict=True))
        assert "国庆节" in days["2026-10-01"]
        assert "每周汇总" not in days["2026-10-02"]
        assert "公众订阅（每周汇总）" in days["2026-10-08"]
        for odd in ("2026-13", "x", "0000-01", "9999-12"):
            assert (await reader.get(f"/desk/schedules/month?month={odd}")).status_code == 200


async def test_a_calendar_is_applied_and_schedules_move(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        weekly = PlannedSchedule(
            replace(WEEKLY, working_day=WorkingDayPolicy.NEXT), PUBLISHED, PUBLISHED + timedelta(days=4)
        )
        await furnish(it, weekly)
        admin = await browser(it, AccessRole.ADMINISTRATOR)
        text = '[year.2026]\nholidays = [{ from = 2026-01-09, name = "年会" }]\n'
        form = {**hidden((await admin.get("/desk/schedules/calendar")).text, "/desk/schedules/calendar"), "text": text}
        assert (await admin.post("/desk/schedules/calendar", form)).status_code == 303
        moved = (await kept(it.context))["weekly"].next_run_at
        assert moved is not None
        assert f"{moved:%m-%d}" == "01-12"
        wrong = {**form, "text": text.replace("from = 2026", "from = 2025")}
        answer = await admin.post("/desk/schedules/calendar", wrong)
        assert answer.status_code == 422
        assert "2025-01-09" in look_at(answer.text).texts("//*[@role='alert']")[0]
        assert "年会" in (await admin.get("/desk/schedules/calendar")).text


async def test_a_schedule_is_removed_and_its_history_stays(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await furnish(it)
        await claim_occurrences(it.context)
        admin = await browser(it, AccessRole.ADMINISTRATOR)
        await admin.submit("/desk/schedules/weekly", "/desk/schedules/weekly/remove")
        assert await kept(it.context) == {}
        async with it.context.database.read() as connection:
            assert len(await schedules.claimed_between(connection, PUBLISHED, PUBLISHED + timedelta(hours=1))) == 1
        assert (await admin.get("/desk/schedules/weekly")).status_code == 404


async def test_a_request_is_approved_and_welcomed(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        await furnish(it)
        strict = replace(it.context, subscriptions=SubscriptionRules(approval=("public",)))
        at_desk(it, strict)
        found = await join(strict)
        editor = await browser(it, AccessRole.EDITOR)
        page = (await editor.get("/desk/subscribers?state=waiting")).text
        assert READER in page
        path = f"/desk/subscribers/{found.subscriber.id}"
        shown = (await editor.get(path)).text
        form = {**hidden(shown, f"{path}/decide"), "act": "approve"}
        assert (await editor.post(f"{path}/decide", form)).status_code == 303
        assert (await subscription_of(strict)).lists(MembershipState.ACTIVE) == ("public",)
        assert [kind for kind, _ in await letters_to(strict, READER)].count("welcome") == 2
        assert (await editor.post(f"{path}/decide", form)).status_code == 409


async def test_the_record_of_consent_is_shown_and_everything_can_be_taken_along(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        await furnish(it)
        found = await join(it.context)
        editor = await browser(it, AccessRole.EDITOR)
        path = f"/desk/subscribers/{found.subscriber.id}"
        page = look_at((await editor.get(path)).text)
        assert "203.0.113.9" in page.tree.text_content()
        answer = await editor.submit(path, f"{path}/data")
        assert answer.json()["subscriber"]["address"] == READER
        table = await editor.submit("/desk/subscribers", "/desk/subscribers/export")
        assert table.text.startswith("\ufeffaddress,")
        assert READER in table.text
        assert "no-store" in table.headers["cache-control"]


async def test_a_subscriber_is_removed_after_a_question(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        await furnish(it)
        found = await join(it.context)
        editor = await browser(it, AccessRole.EDITOR)
        path = f"/desk/subscribers/{found.subscriber.id}"
        await editor.submit(f"{path}/remove", f"{path}/remove")
        assert (await editor.get(path)).status_code == 404
        assert READER not in (await editor.get("/desk/subscribers")).text


async def test_an_on_publication_schedule_has_no_fixed_moment(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        waits = replace(WEEKLY, trigger=parse_trigger("发布后立即"))
        await furnish(it, PlannedSchedule(waits, PUBLISHED, None))
        reader = await browser(it, AccessRole.READER)
        assert translate("desk.schedules.no-moment") in (await reader.get("/desk/schedules/weekly")).text
        assert translate("desk.schedules.waits") in (await reader.get("/desk/schedules")).text
