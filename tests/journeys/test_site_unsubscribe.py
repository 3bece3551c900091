"""Somebody wants no more mails: looking changes nothing, the button and the mail program's one click act at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from distributor import tokens
from distributor.model.recipient import AddressBook, RecipientList, Role
from distributor.store import address_book, suppressions
from distributor.usecases.request_unsubscribe import PURPOSE
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site, unsubscribe_path

pytestmark = pytest.mark.anyio

FREE = RecipientList("readers", "订阅者", (), Role.SUBSCRIBER, must_receive=False)
MUST = RecipientList("bao", "报送名单", ("报",), Role.REPORT)
ADDRESS = "office@kjt-gd.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address_for(recipient_list: RecipientList, *, purpose: str = PURPOSE) -> str:
    return unsubscribe_path(ADDRESS, recipient_list.id, purpose=purpose)


@asynccontextmanager
async def with_lists(folder: Path) -> AsyncIterator[SiteUnderTest]:
    async with site(folder) as it:
        async with it.context.database.write() as connection:
            await address_book.replace(connection, AddressBook(lists=(FREE, MUST)))
        yield it


async def state(it: SiteUnderTest) -> tuple[list[tuple[str, str | None]], int]:
    async with it.context.database.read() as connection:
        left = [(entry.address, entry.list_id) for entry in await suppressions.load(connection)]
        tickets = await connection.scalar(text("SELECT count(*) FROM tickets"))
    return left, int(tickets or 0)


@pytest.mark.parametrize("wanted", [FREE, MUST])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_scanner_unsubscribes_nobody(tmp_path: Path, wanted: RecipientList, method: str) -> None:
    async with with_lists(tmp_path) as it:
        answer = await it.client.request(method, address_for(wanted))
        assert answer.status_code == 200
        assert await state(it) == ([], 0)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_button_unsubscribes(tmp_path: Path) -> None:
    async with with_lists(tmp_path) as it:
        page = look_at((await it.page(address_for(FREE))).text)
        action = page.values("//form/@action")[0]
        fields = dict(zip(page.values("//button/@name"), page.values("//button/@value"), strict=True))
        answer = await it.client.post(action, data=fields)
        assert await state(it) == ([(ADDRESS, "readers")], 0)
    assert fields == ONE_CLICK
    assert page.values("//form/@method") == ["post"]
    assert answer.status_code == 200
    assert ADDRESS not in page.tree.text_content()
    assert "o***@kjt-gd.example" in page.tree.text_content()


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "empty", "broken"])
async def test_one_click_works_in_every_form_and_needs_no_cookie(tmp_path: Path, form: str) -> None:
    requests = {
        "urlencoded": {"data": ONE_CLICK},
        "multipart": {"files": {name: (None, value) for name, value in ONE_CLICK.items()}},
        "empty": {},
        "broken": {"content": b"\x00--", "headers": {"content-type": "multipart/form-data"}},
    }
    async with with_lists(tmp_path) as it:
        answer = await it.client.post(address_for(FREE), **requests[form])
        assert await state(it) == ([(ADDRESS, "readers")], 0)
    assert answer.status_code == 200
    assert answer.history == []
    assert "set-cookie" not in answer.headers


async def test_a_second_click_changes_nothing_more(tmp_path: Path) -> None:
    async with with_lists(tmp_path) as it:
        answers = [await it.client.post(address_for(wanted), data=ONE_CLICK) for wanted in (FREE, MUST, FREE, MUST)]
        assert await state(it) == ([(ADDRESS, "readers")], 1)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[0].content == answers[2].content
    assert answers[1].content == answers[3].content


async def test_a_body_that_must_receive_opens_a_ticket_and_stays_on_its_list(tmp_path: Path) -> None:
    async with with_lists(tmp_path) as it:
        page = look_at((await it.page(address_for(MUST))).text)
        answer = await it.client.post(address_for(MUST), data=ONE_CLICK)
        assert await state(it) == ([], 1)
    assert answer.status_code == 200
    assert page.texts("//button") == ["申请停发"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_token_that_was_not_signed_here_is_worthless(tmp_path: Path, method: str) -> None:
    forged = tokens.sign(PURPOSE, [ADDRESS, "readers"], ["another key"])
    bad = [f"/unsubscribe/{forged}", "/unsubscribe/x", address_for(FREE) + "x", address_for(FREE, purpose="confirm")]
    gone = [unsubscribe_path(ADDRESS, "no such list")]
    async with with_lists(tmp_path) as it:
        answers = [await it.client.request(method, path) for path in bad + gone]
        assert await state(it) == ([], 0)
    assert {answer.status_code for answer in answers} == {404}


async def test_the_language_is_carried_through_the_form(tmp_path: Path) -> None:
    async with with_lists(tmp_path) as it:
        page = look_at((await it.page(f"{address_for(FREE)}?lang=en")).text)
        answer = await it.client.post(page.values("//form/@action")[0], data=ONE_CLICK)
    assert look_at(answer.text).values("/html/@lang") == ["en"]
