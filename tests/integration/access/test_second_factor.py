"""Logging in with a code of one's telephone beside the password."""

from dataclasses import replace
from datetime import timedelta

import pytest

from distributor.access import AccessRole, Actor, totp_code, totp_step
from distributor.clock import FixedClock
from distributor.errors import NotFound, Refused
from distributor.store import second_factors
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.list_sessions import list_sessions
from distributor.usecases.log_in import Client, LoggedIn, log_in
from distributor.usecases.read_audit import read_audit
from distributor.usecases.second_factor import (
    disable_own_factor,
    enable_factor,
    factor_holders,
    offer_factor,
    reset_factor,
    same_offer,
)
from tests.support.address_books import with_book
from tests.support.desks import PASSWORD, add_account
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

LI, ROOT = Actor("li", AccessRole.EDITOR), Actor("root")


@pytest.fixture
async def context(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Context:
    made = await with_book(database, tmp_path_factory.mktemp("config"))
    await add_account(made, "li")
    return made


def later(context: Context, seconds: float) -> None:
    assert isinstance(context.clock, FixedClock)
    context.clock.moment += timedelta(seconds=seconds)


def shown(context: Context, secret: str) -> str:
    """What the telephone shows now."""
    return totp_code(secret, totp_step(context.now()))


async def enter(context: Context, code: str = "", password: str = PASSWORD) -> LoggedIn:
    return await log_in(context, "li", password, Client("203.0.113.7", code=code))


async def enabled(context: Context) -> str:
    """Turn it on; gives the secret. The code that was shown for it is used."""
    opened = await enter(context)
    offer = offer_factor(context, LI)
    await enable_factor(context, LI, offer.token, (PASSWORD, shown(context, offer.secret)), opened.session.id)
    return offer.secret


async def test_a_login_wants_the_code_and_each_code_opens_once(context: Context) -> None:
    secret = await enabled(context)
    answers = []
    for code, password in (("", PASSWORD), ("000000", PASSWORD), (shown(context, secret), PASSWORD)):
        with pytest.raises(Refused) as caught:
            await enter(context, code, password)
        answers.append(caught.value)
    assert {(answer.code, str(answer.parameters)) for answer in answers} == {("login-refused", "{}")}
    later(context, 30)
    assert (await enter(context, shown(context, secret))).session.user == "li"
    with pytest.raises(Refused, match="login-refused"):
        await enter(context, shown(context, secret))


async def test_wrong_codes_are_slowed_like_wrong_passwords(context: Context) -> None:
    secret = await enabled(context)
    later(context, 30)
    for _ in range(5):
        with pytest.raises(Refused, match="login-refused"):
            await enter(context, "000000")
    with pytest.raises(Refused, match="login-slowed"):
        await enter(context, shown(context, secret))


async def test_turning_it_on_ends_the_other_sessions_and_is_recorded_without_the_secret(context: Context) -> None:
    for _ in range(3):
        await enter(context)
    secret = await enabled(context)
    assert len(await list_sessions(context, LI, "li")) == 1
    assert await factor_holders(context) == {"li"}
    (entry,) = [one for one in (await read_audit(context, 50)).entries if one.act == "enable-second-factor"]
    assert (entry.actor, entry.details) == ("li", {"sessions": 3})
    async with context.database.write() as connection:
        kept = await second_factors.find(connection, "li")
    assert kept is not None
    assert secret not in kept.sealed


async def test_it_is_turned_on_only_with_the_password_a_right_code_and_ones_own_offer(context: Context) -> None:
    offer = offer_factor(context, LI)
    code = shown(context, offer.secret)
    foreign = offer_factor(context, ROOT).token
    for token, typed, problem in (
        (offer.token, ("wrong", code), "password-wrong"),
        (offer.token, (PASSWORD, "000000"), "code-wrong"),
        (foreign, (PASSWORD, code), "token-invalid"),
        (offer.token + "x", (PASSWORD, code), "token-invalid"),
    ):
        with pytest.raises(Refused, match=problem) as caught:
            await enable_factor(context, LI, token, typed, "")
        assert is_said(caught.value)
    assert await factor_holders(context) == frozenset()
    assert same_offer(context, LI, offer.token) == offer
    assert "otpauth://totp/" in offer.uri


async def test_its_owner_turns_it_off_with_the_password(context: Context) -> None:
    await enabled(context)
    with pytest.raises(Refused, match="password-wrong"):
        await disable_own_factor(context, LI, "wrong")
    await disable_own_factor(context, LI, PASSWORD)
    assert (await enter(context)).session.user == "li"
    await disable_own_factor(context, LI, PASSWORD)
    acts = [entry.act for entry in (await read_audit(context, 50)).entries]
    assert acts.count("disable-second-factor") == 1


async def test_an_administrator_lets_somebody_in_who_has_lost_their_telephone(context: Context) -> None:
    await enabled(context)
    with pytest.raises(Refused, match="not-permitted"):
        await reset_factor(context, LI, "li")
    with pytest.raises(NotFound, match="user-unknown"):
        await reset_factor(context, ROOT, "nobody")
    assert await reset_factor(context, ROOT, "Li")
    assert not await reset_factor(context, ROOT, "li")
    assert (await enter(context)).session.user == "li"


async def test_keys_may_be_rotated_and_without_them_nobody_gets_in(context: Context) -> None:
    secret = await enabled(context)
    later(context, 30)
    rotated = replace(context, token_keys=(*context.token_keys, "a newer key"))
    assert (await enter(rotated, shown(context, secret))).session.user == "li"
    later(context, 30)
    lost = replace(context, token_keys=("another key",))
    with pytest.raises(Refused, match="login-refused"):
        await enter(lost, shown(context, secret))
