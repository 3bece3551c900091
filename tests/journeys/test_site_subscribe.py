"""A reader subscribes, confirms, changes, leaves, comes back, takes their data and goes; and those who mean no good."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from distributor import tokens
from distributor.clock import FixedClock
from distributor.i18n import translate
from distributor.model.recipient import AddressBook, MailFormat, RecipientList, Role
from distributor.model.subscriber import ConsentAct, Frequency, MembershipState, SubscriptionRules
from distributor.store import address_book, suppressions
from distributor.store.tables import consents, letters, subscribers
from distributor.usecases.context import Context
from distributor.usecases.subscribe import SignUp, subscribe
from distributor.usecases.subscription_links import CONFIRM
from tests.support.pages import look_at
from tests.support.records import PUBLISHED, seedlike_record
from tests.support.sites import TOKEN_KEYS, SiteUnderTest, site
from tests.support.subscribing import READER, join, letters_to, subscription_of, token_in

pytestmark = pytest.mark.anyio

PUBLIC = RecipientList("public", "公众订阅", (), Role.SUBSCRIBER, must_receive=False)
CLOSED = RecipientList("bao", "报送名单", ("报",), Role.REPORT)


@asynccontextmanager
async def open_site(folder: Path, *lists: RecipientList) -> AsyncIterator[SiteUnderTest]:
    async with site(folder, seedlike_record()) as it:
        async with it.context.database.write() as connection:
            await address_book.replace(connection, AddressBook(lists=(CLOSED, PUBLIC, *lists)))
        yield it


async def preferences_path(context: Context, address: str = READER) -> str:
    welcome = [words for kind, words in await letters_to(context, address) if kind == "welcome"]
    return f"/preferences/{token_in(welcome[-1].text, 'preferences')}"


async def count(context: Context, table: object) -> int:
    async with context.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]  a table


async def test_the_page_of_feeds_has_the_form_while_sign_up_is_open(tmp_path: Path) -> None:
    async with site(tmp_path, seedlike_record()) as it:
        closed = look_at((await it.page("/feeds")).text)
        async with it.context.database.write() as connection:
            await address_book.replace(connection, AddressBook(lists=(CLOSED, PUBLIC)))
        # nothing was published since, and the page knows all the same
        page = look_at((await it.page("/feeds")).text)
        sent = await it.client.post("/subscribe", data={"address": READER, "list": "public", "language": "zh-CN"})
        ((kind, _),) = await letters_to(it.context, READER)
        form = look_at((await it.page("/subscribe")).text)
    assert closed.texts("//form") == []
    assert page.values("//form[@method='post']/@action") == ["/subscribe"]
    assert {"address", "list", "language", "website"} == set(page.values("//form[@method='post']//input/@name"))
    assert "按下按钮，即同意" in page.texts("//p[@class='privacy']")[0]
    assert (sent.status_code, kind) == (200, "confirm-subscription")
    assert {"/feeds", "/feeds/feeds.opml"} <= form.own_links


async def test_the_whole_life_of_a_subscription(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        form = look_at((await it.page("/subscribe")).text)
        assert form.values("//form/@action") == ["/subscribe"]
        sent = await it.client.post(
            "/subscribe", data={"address": f" {READER} ", "frequency": "weekly", "list": "public"}
        )
        assert sent.status_code == 200
        ((kind, words),) = await letters_to(it.context, READER)
        assert kind == "confirm-subscription"
        confirm = f"/subscribe/confirm/{token_in(words.text, 'subscribe/confirm')}"
        assert READER in (await it.page(confirm)).text
        assert (await subscription_of(it.context)).lists(MembershipState.REQUESTED) == ("public",)
        assert (await it.client.post(confirm)).status_code == 200
        assert (await it.client.post(confirm)).status_code == 200
        found = await subscription_of(it.context)
        assert found.lists(MembershipState.ACTIVE) == ("public",)
        assert found.subscriber.preferences.frequency is Frequency.WEEKLY
        mine = await preferences_path(it.context)
        assert READER in (await it.page(mine)).text
        fields = {
            "frequency": "daily",
            "language": "en",
            "format": "text",
            "words": "芯片；存储",
            "sections": "联盟动态",
        }
        assert (await it.client.post(mine, data=fields)).status_code == 200
        wanted = (await subscription_of(it.context)).subscriber.preferences
        assert (wanted.frequency, wanted.language, wanted.format) == (Frequency.DAILY, "en", MailFormat.TEXT)
        assert (wanted.interests.words, wanted.interests.sections) == (("芯片", "存储"), ("联盟动态",))
        await it.client.post(f"{mine}/leave", data={"list": "public"})
        assert (await subscription_of(it.context)).lists(MembershipState.LEFT) == ("public",)
        async with it.context.database.read() as connection:
            assert [one.list_id for one in await suppressions.of_address(connection, READER)] == ["public"]
        acts = [line.act for line in (await subscription_of(it.context)).consents]
        assert acts == [ConsentAct.REQUESTED, ConsentAct.CONFIRMED, ConsentAct.CHANGED, ConsentAct.LEFT]


async def test_coming_back_asks_again_and_keeps_the_history(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        mine = await preferences_path(it.context)
        await it.client.post(f"{mine}/leave", data={"list": "public"})
        later = replace(it.context, clock=FixedClock(PUBLISHED + timedelta(days=2)))
        found = await join(later)
        assert found.lists(MembershipState.ACTIVE) == ("public",)
        assert len(found.consents) == 5
        async with it.context.database.read() as connection:
            assert await suppressions.of_address(connection, READER) == ()


async def test_one_click_leaves_at_once_and_a_get_leaves_nothing(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        async with it.context.database.read() as connection:
            url = await connection.scalar(select(letters.c.leave_url).where(letters.c.kind == "welcome"))
        path = str(url).removeprefix(it.context.publication.base_url)
        assert (await it.page(path)).status_code == 200
        assert (await subscription_of(it.context)).lists(MembershipState.ACTIVE) == ("public",)
        answer = await it.client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert (await subscription_of(it.context)).lists(MembershipState.LEFT) == ("public",)


async def test_every_address_gets_the_same_answer_for_the_same_work(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context, "known@reader.example")
        later = replace(it.context, clock=FixedClock(PUBLISHED + timedelta(days=2)))
        it.app.state.site = replace(it.app.state.site, context=later)
        statements: list[str] = []
        engine = it.context.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        answers, work = [], []
        for address in ("known@reader.example", "unknown@reader.example"):
            statements.clear()
            answer = await it.client.post("/subscribe", data={"address": address})
            answers.append((answer.status_code, answer.content))
            work.append(sum("sign_up_counts" in one for one in statements))
        assert answers[0] == answers[1]
        assert work[0] == work[1] > 0
        kinds = [kind for kind, _ in await letters_to(later, "known@reader.example")]
        assert sorted(kinds) == ["confirm-subscription", "welcome", "welcome"]


async def test_an_address_that_cannot_be_used_is_told_in_the_form(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        answer = await it.client.post("/subscribe", data={"address": "nobody"})
        assert answer.status_code == 422
        assert look_at(answer.text).values("//input[@id='address']/@value") == ["nobody"]
        assert look_at(answer.text).texts("//*[@role='alert']") != []
        assert await count(it.context, letters) == 0


async def test_a_list_that_is_not_for_everybody_cannot_be_joined(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        answer = await it.client.post("/subscribe", data={"address": READER, "list": "bao"})
        assert answer.status_code == 422
        assert await count(it.context, subscribers) == 0


async def test_programs_that_fill_in_every_field_get_the_same_answer_and_nothing_else(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        usual = await it.client.post("/subscribe", data={"address": "other@reader.example"})
        trapped = await it.client.post("/subscribe", data={"address": READER, "website": "https://spam.example"})
        assert trapped.content == usual.content
        assert await letters_to(it.context, READER) == []


async def test_very_many_sign_ups_for_one_address_are_one_letter(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        for number in range(60):
            await subscribe(it.context, SignUp(READER, origin=f"198.51.100.{number}"))
        assert len(await letters_to(it.context, READER)) == 1
        assert await count(it.context, consents) == 1
        later = replace(it.context, clock=FixedClock(PUBLISHED + timedelta(hours=25)))
        await subscribe(later, SignUp(READER, origin="198.51.100.9"))
        assert len(await letters_to(it.context, READER)) == 2


async def test_one_network_and_one_domain_are_limited_together_with_all_processes(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        rules = SubscriptionRules(requests_an_hour=3, requests_a_domain=5)
        context = replace(it.context, subscriptions=rules)
        for number in range(6):
            await subscribe(context, SignUp(f"a{number}@a{number}.example", origin="2001:db8::1"))
        assert await count(context, letters) == 3
        for number in range(8):
            await subscribe(context, SignUp(f"b{number}@b.example", origin=f"192.0.2.{number}"))
        assert await count(context, letters) == 3 + 5
        an_hour_later = replace(context, clock=FixedClock(PUBLISHED + timedelta(minutes=66)))
        await subscribe(an_hour_later, SignUp("again@b.example", origin="192.0.2.1"))
        assert await count(context, letters) == 9


async def test_a_stopped_address_is_not_even_asked(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        async with it.context.database.write() as connection:
            await suppressions.add(connection, suppressions.Suppression(READER, "5.1.1"), PUBLISHED)
        await subscribe(it.context, SignUp(READER))
        assert await letters_to(it.context, READER) == []


@pytest.mark.parametrize("path", ["/subscribe/confirm/{}", "/preferences/{}", "/preferences/address/{}"])
async def test_a_forged_token_opens_nothing(tmp_path: Path, path: str) -> None:
    async with open_site(tmp_path) as it:
        for token in ("x", tokens.sign("other", [READER], TOKEN_KEYS), tokens.sign("preferences", [READER], ("k",))):
            for answer in (await it.page(path.format(token)), await it.client.post(path.format(token))):
                assert answer.status_code == 404
        assert await count(it.context, subscribers) == 0


async def test_a_confirmation_expires(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await subscribe(it.context, SignUp(READER))
        ((_, words),) = await letters_to(it.context, READER)
        late = replace(it.context, clock=FixedClock(PUBLISHED + timedelta(days=7, seconds=1)))
        it.app.state.site = replace(it.app.state.site, context=late)
        answer = await it.client.post(f"/subscribe/confirm/{token_in(words.text, 'subscribe/confirm')}")
        assert answer.status_code == 422
        assert translate("error.link-expired", "zh_CN", days=7) in answer.text
        assert (await subscription_of(it.context)).lists(MembershipState.ACTIVE) == ()


async def test_a_token_of_somebody_else_confirms_nothing(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await subscribe(it.context, SignUp(READER))
        stolen = tokens.sign(CONFIRM, ["another", READER, PUBLISHED.isoformat(), "public"], TOKEN_KEYS)
        assert (await it.client.post(f"/subscribe/confirm/{stolen}")).status_code == 404


async def test_an_address_changes_only_when_the_new_one_confirms(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        mine, new = await preferences_path(it.context), "new@reader.example"
        for _ in range(3):
            assert (await it.client.post(f"{mine}/address", data={"address": new})).status_code == 200
        ((kind, words),) = await letters_to(it.context, new)
        assert kind == "address-change"
        path = f"/preferences/address/{token_in(words.text, 'preferences/address')}"
        assert new in (await it.page(path)).text
        assert (await subscription_of(it.context)).subscriber.address == READER
        assert (await it.client.post(path)).status_code == 200
        assert (await subscription_of(it.context, new)).lists(MembershipState.ACTIVE) == ("public",)
        assert (await it.page(mine)).status_code == 404
        assert (await it.client.post(path)).status_code == 404


async def test_changing_to_an_address_that_is_known_tells_nobody(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        await join(it.context, "known@reader.example")
        mine = await preferences_path(it.context)
        known = await it.client.post(f"{mine}/address", data={"address": "known@reader.example"})
        unknown = await it.client.post(f"{mine}/address", data={"address": "unknown@reader.example"})
        told = [look_at(answer.text).texts("//*[@class='told']") for answer in (known, unknown)]
        assert told[0] == told[1]
        kinds = [kind for kind, _ in await letters_to(it.context, "known@reader.example")]
        assert sorted(kinds) == ["confirm-subscription", "welcome"]


async def test_own_data_is_a_file_and_can_be_deleted(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        mine = await preferences_path(it.context)
        answer = await it.page(f"{mine}/data.json")
        data = json.loads(answer.text)
        assert data["subscriber"]["address"] == READER
        assert [line["act"] for line in data["consents"]] == ["requested", "confirmed"]
        assert data["consents"][0]["origin"] == "203.0.113.9"
        assert "attachment" in answer.headers["content-disposition"]
        assert "no-store" in answer.headers["cache-control"]
        assert (await it.page(f"{mine}/delete")).status_code == 200
        assert await count(it.context, subscribers) == 1
        assert (await it.client.post(f"{mine}/delete")).status_code == 200
        assert await count(it.context, subscribers) == await count(it.context, consents) == 0
        assert await count(it.context, letters) == 0
        assert (await it.page(mine)).status_code == 404


@pytest.mark.parametrize("day", ["2020-01-01", "2040-01-01", "2026-02-30", "soon"])
async def test_a_pause_until_an_impossible_day_is_refused(tmp_path: Path, day: str) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        answer = await it.client.post(await preferences_path(it.context), data={"paused_until": day})
        assert answer.status_code == 422
        assert (await subscription_of(it.context)).subscriber.preferences.paused_until is None


async def test_a_list_that_needs_approval_waits_for_the_secretariat(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        strict = replace(it.context, subscriptions=SubscriptionRules(approval=("public",)))
        found = await join(strict)
        assert found.lists(MembershipState.WAITING) == ("public",)
        kinds = [kind for kind, _ in await letters_to(strict, it.context.publication.contact)]
        assert kinds == ["signup-approval"]


async def test_the_page_of_a_subscription_is_kept_by_nobody_and_passed_on_to_nobody(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        await join(it.context)
        answer = await it.page(await preferences_path(it.context))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_site_without_a_public_list_says_so(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        assert translate("web.subscribe.closed") in (await it.page("/subscribe")).text
        assert translate("web.subscribe.closed") in (await it.client.post("/subscribe", data={"address": READER})).text


async def test_the_snippet_for_other_sites_posts_to_this_one(tmp_path: Path) -> None:
    async with open_site(tmp_path) as it:
        snippet = look_at((await it.page("/subscribe")).text).texts("//pre")[0]
        assert look_at(snippet).values("//form/@action") == ["https://bulletin.xiefa.example/subscribe"]
        answer = await it.client.post(
            "/subscribe", data={"address": READER}, headers={"origin": "https://other.example"}
        )
        assert answer.status_code == 200
        assert len(await letters_to(it.context, READER)) == 1
