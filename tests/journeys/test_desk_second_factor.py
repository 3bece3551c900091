"""A second factor, turned on and off at the desk, asked for at the door, reset by an administrator."""

import re
from pathlib import Path

import pytest

from distributor.access import AccessRole, totp_code, totp_step
from distributor.usecases.second_factor import factor_holders
from tests.support.databases import dump
from tests.support.desks import PASSWORD, Browser, browser, guest, hidden
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio

ACCOUNT, FACTOR = "/desk/account", "/desk/account/second-factor"


def code(it: SiteUnderTest, secret: str, drift: int = 0) -> str:
    return totp_code(secret, totp_step(it.context.now()) + drift)


async def turn_on(it: SiteUnderTest, visitor: Browser) -> str:
    """Take the secret over and show a code; gives the secret."""
    page = (await visitor.get(FACTOR)).text
    secret = "".join(look_at(page).texts("//p[@class='secret']")).replace(" ", "")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    fields = {**hidden(page, FACTOR), "code": code(it, secret, -1), "password": PASSWORD}
    assert (await visitor.post(FACTOR, fields)).headers["location"] == ACCOUNT
    return secret


async def log_in(it: SiteUnderTest, typed: str) -> int:
    visitor = guest(it)
    fields = {"name": "the-editor", "password": PASSWORD, "code": typed}
    return (await visitor.submit("/desk/login", "/desk/login", fields)).status_code


async def test_an_account_with_a_second_factor_shows_a_code_at_the_door(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        assert 'name="code"' not in (await guest(it).get("/desk/login")).text
        assert "两步验证未开启" in (await visitor.get(ACCOUNT)).text
        secret = await turn_on(it, visitor)
        page = look_at((await visitor.get(ACCOUNT)).text)
        assert page.texts("//*[@role='status']") == ["两步验证已开启，其他设备上的登录已全部退出。"]
        assert 'name="code"' in (await guest(it).get("/desk/login")).text
        assert await log_in(it, "") == 403
        assert await log_in(it, "123 456") == 403
        assert await log_in(it, code(it, secret)) == 303
        assert secret not in (await visitor.get(FACTOR)).text


async def test_a_wrong_code_is_said_and_the_key_on_the_telephone_stays_good(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        page = (await visitor.get(FACTOR)).text
        wrong = await visitor.post(FACTOR, {**hidden(page, FACTOR), "code": "000000", "password": PASSWORD})
        assert wrong.status_code == 422
        assert len(look_at(wrong.text).texts("//*[@role='alert']")) == 1
        assert look_at(wrong.text).texts("//p[@class='secret']") == look_at(page).texts("//p[@class='secret']")
        assert await factor_holders(it.context) == frozenset()


async def test_it_is_turned_off_with_the_password_alone(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        await turn_on(it, visitor)
        off = f"{FACTOR}/disable"
        assert (await visitor.submit(FACTOR, off, {"password": "wrong"})).status_code == 422
        assert (await visitor.submit(FACTOR, off, {"password": PASSWORD})).status_code == 303
        assert await factor_holders(it.context) == frozenset()


async def test_an_administrator_resets_it_on_the_page_of_the_account(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await turn_on(it, await browser(it, AccessRole.EDITOR))
        chief = await browser(it, AccessRole.ADMINISTRATOR)
        path = "/desk/users/the-editor"
        assert (await chief.submit(path, f"{path}/second-factor/reset")).headers["location"] == path
        assert await factor_holders(it.context) == frozenset()
        assert f"{path}/second-factor/reset" not in (await chief.get(path)).text


async def test_a_recovery_code_stands_once_for_the_telephone(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        await turn_on(it, visitor)
        make = f"{FACTOR}/recovery"
        assert (await visitor.submit(FACTOR, make, {"password": "wrong"})).status_code == 422
        first = look_at((await visitor.submit(FACTOR, make, {"password": PASSWORD})).text).texts(
            "//ol[contains(@class, 'codes')]/li"
        )
        second = look_at((await visitor.submit(FACTOR, make, {"password": PASSWORD})).text).texts(
            "//ol[contains(@class, 'codes')]/li"
        )
        assert len({*first, *second}) == 16
        assert all(re.fullmatch(r"\w{5}-\w{5}", one) for one in second)
        assert await log_in(it, first[0]) == 403
        assert await log_in(it, f" {second[0].upper().replace('-', ' ')}") == 303
        assert await log_in(it, second[0]) == 403
        assert "还有 7 个恢复码可用。" in (await visitor.get(FACTOR)).text
        kept = repr(await dump(it.context.database))
        assert [one for one in second if one in kept or one.replace("-", "") in kept] == []


async def test_recovery_codes_go_with_the_factor_and_are_nothing_without_it(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        await turn_on(it, visitor)
        page = (await visitor.get(FACTOR)).text
        await visitor.submit(FACTOR, f"{FACTOR}/recovery", {"password": PASSWORD})
        await visitor.submit(FACTOR, f"{FACTOR}/disable", {"password": PASSWORD})
        assert (await dump(it.context.database))["recovery_codes"] == []
        fields = {**hidden(page, f"{FACTOR}/recovery"), "password": PASSWORD}
        assert (await visitor.post(f"{FACTOR}/recovery", fields)).status_code == 409
