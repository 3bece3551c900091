"""Logging in, staying logged in, being thrown out."""

from datetime import timedelta

import anyio
import pytest

from distributor.access import AccessRole, Actor, Origin
from distributor.clock import FixedClock
from distributor.errors import NotFound, Refused
from distributor.store import sessions, users
from distributor.store.engine import Database
from distributor.usecases.change_user import disable_user
from distributor.usecases.context import Context
from distributor.usecases.list_sessions import list_sessions
from distributor.usecases.log_in import Client, LoggedIn, log_in
from distributor.usecases.log_out import log_out
from distributor.usecases.read_audit import read_audit
from distributor.usecases.recognise_session import IDLE, LONGEST, recognise_session
from distributor.usecases.revoke_session import revoke_session
from distributor.usecases.set_password import change_own_password, set_password
from tests.support.address_books import with_book
from tests.support.desks import PASSWORD, add_account
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

HERE = Client("203.0.113.7", "Browser")
WRONG = "wrong"
ROOT = Actor("root")


@pytest.fixture
async def context(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Context:
    made = await with_book(database, tmp_path_factory.mktemp("config"))
    await add_account(made, "li")
    return made


def later(context: Context, **by: float) -> None:
    assert isinstance(context.clock, FixedClock)
    context.clock.moment += timedelta(**by)


async def refused(context: Context, name: str = "li", password: str = WRONG, client: Client = HERE) -> Refused:
    with pytest.raises(Refused) as caught:
        await log_in(context, name, password, client)
    return caught.value


async def enter(context: Context, client: Client = HERE) -> LoggedIn:
    return await log_in(context, "li", PASSWORD, client)


async def acts(context: Context) -> list[str]:
    return [entry.act for entry in (await read_audit(context, 50)).entries][::-1]


async def test_who_knows_the_password_gets_a_session(context: Context) -> None:
    opened = await log_in(context, " ＬＩ ", PASSWORD, HERE)
    found = await recognise_session(context, opened.token)
    assert found is not None
    assert (found.user.name, found.session) == ("li", opened.session)
    assert (found.actor.role, found.actor.origin) == (AccessRole.EDITOR, Origin.DESK)
    assert len(opened.token) >= 43
    assert await acts(context) == ["log-in"]


async def test_a_wrong_password_an_unknown_and_a_stopped_account_get_the_same_answer(context: Context) -> None:
    await add_account(context, "wang", disabled=context.now())
    answers = [await refused(context), await refused(context, "nobody"), await refused(context, "wang", PASSWORD)]
    assert {(answer.code, str(answer.parameters)) for answer in answers} == {("login-refused", "{}")}
    assert is_said(answers[0])


async def test_failures_slow_the_account_for_everybody_and_for_unknown_names_alike(context: Context) -> None:
    for name in ("li", "nobody"):
        for number in range(5):
            client = Client(f"203.0.113.{number}")
            assert (await refused(context, name, client=client)).code == "login-refused"
        slowed = await refused(context, name, PASSWORD, Client("198.51.100.1"))
        assert (slowed.code, slowed.parameters) == ("login-slowed", {"seconds": 15})
        assert is_said(slowed)
    # of an account that is there the log says so; what else people typed it does not
    assert await acts(context) == ["log-in-slowed"]


async def test_waiting_opens_the_account_again_and_success_forgets_the_failures(context: Context) -> None:
    for _ in range(5):
        await refused(context)
    later(context, seconds=14)
    assert (await refused(context, password=PASSWORD)).parameters == {"seconds": 1}
    later(context, seconds=1)
    await enter(context)
    for _ in range(5):
        assert (await refused(context)).code == "login-refused"


async def test_an_address_that_tries_many_names_is_slowed(context: Context) -> None:
    for number in range(20):
        assert (await refused(context, f"name{number}")).code == "login-refused"
    assert (await refused(context, password=PASSWORD)).code == "login-slowed"
    await enter(context, Client("198.51.100.1"))


async def test_success_does_not_wash_an_address_clean(context: Context) -> None:
    for number in range(19):
        await refused(context, f"name{number}")
    await enter(context)
    assert (await refused(context, "another")).code == "login-refused"
    assert (await refused(context, "another")).code == "login-slowed"


async def test_attempts_at_the_same_time_count_as_many(context: Context) -> None:
    codes: list[str] = []

    async def attempt() -> None:
        codes.append((await refused(context)).code)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(attempt)
    assert codes.count("login-refused") <= 6
    assert codes.count("login-slowed") >= 2


async def test_logging_in_again_ends_the_session_that_the_browser_had(context: Context) -> None:
    first = await enter(context)
    second = await enter(context, Client("203.0.113.7", "Browser", first.token))
    assert first.token != second.token
    assert first.session.id != second.session.id
    assert await recognise_session(context, first.token) is None
    assert await recognise_session(context, second.token) is not None
    await enter(context, Client("203.0.113.7", "Browser", "a token that is none"))


async def test_a_session_dies_at_logout(context: Context) -> None:
    opened = await enter(context)
    found = await recognise_session(context, opened.token)
    assert found is not None
    for _ in range(2):
        await log_out(context, found)
    assert await recognise_session(context, opened.token) is None
    assert await acts(context) == ["log-in", "log-out"]


async def test_a_session_that_nobody_uses_ends_after_an_hour(context: Context) -> None:
    opened = await enter(context)
    for _ in range(3):
        later(context, minutes=59)
        assert await recognise_session(context, opened.token) is not None
    later(context, seconds=IDLE.total_seconds())
    assert await recognise_session(context, opened.token) is None


async def test_a_session_ends_after_twelve_hours_whatever_is_done(context: Context) -> None:
    opened = await enter(context)
    for _ in range(23):
        later(context, minutes=30)
        assert await recognise_session(context, opened.token) is not None
    later(context, minutes=30)
    assert opened.session.expires - opened.session.created == LONGEST
    assert await recognise_session(context, opened.token) is None
    await enter(context)
    async with context.database.read() as connection:
        assert len(await sessions.list_of(connection, "li")) == 1


async def test_last_seen_is_written_every_few_minutes_only(context: Context) -> None:
    opened = await enter(context)
    for minutes in (4, 2):
        later(context, minutes=minutes)
        await recognise_session(context, opened.token)
        async with context.database.read() as connection:
            kept = await sessions.get(connection, opened.session.id)
        assert kept is not None
        assert (kept.last_seen == context.now()) is (minutes == 2)


async def test_a_stopped_account_is_thrown_out_at_once(context: Context) -> None:
    opened = await enter(context)
    await disable_user(context, ROOT, "li")
    assert await recognise_session(context, opened.token) is None
    async with context.database.write() as connection:
        await sessions.add(connection, opened.session, "left over")
    assert await recognise_session(context, "left over") is None


async def test_a_new_password_ends_all_sessions_and_is_the_only_one_that_opens(context: Context) -> None:
    opened = await enter(context)
    await set_password(context, ROOT, "LI", "another good phrase")
    assert await recognise_session(context, opened.token) is None
    assert (await refused(context, password=PASSWORD)).code == "login-refused"
    await log_in(context, "li", "another good phrase", HERE)


async def test_ones_own_password_changes_with_the_old_one_and_spares_this_session(context: Context) -> None:
    here, there = await enter(context), await enter(context)
    actor = Actor("li", AccessRole.READER, Origin.DESK)
    with pytest.raises(Refused, match="password-wrong"):
        await change_own_password(context, actor, "wrong", "another good phrase", here.session.id)
    with pytest.raises(Refused, match="password-short"):
        await change_own_password(context, actor, PASSWORD, "short", here.session.id)
    await change_own_password(context, actor, PASSWORD, "another good phrase", here.session.id)
    assert await recognise_session(context, here.token) is not None
    assert await recognise_session(context, there.token) is None


async def test_who_sits_at_an_open_browser_cannot_guess_the_password_either(context: Context) -> None:
    here = await enter(context)
    actor = Actor("li", AccessRole.READER, Origin.DESK)
    codes = []
    for _ in range(6):
        with pytest.raises(Refused) as caught:
            await change_own_password(context, actor, WRONG, "another good phrase", here.session.id)
        codes.append(caught.value.code)
    assert codes == ["password-wrong"] * 5 + ["login-slowed"]


async def test_sessions_are_listed_and_revoked_by_their_owner_or_an_administrator(context: Context) -> None:
    opened = await enter(context)
    li, other, admin = Actor("li", AccessRole.READER), Actor("wang", AccessRole.APPROVER), Actor("root")
    assert await list_sessions(context, li, "li") == (opened.session,)
    with pytest.raises(Refused, match="not-permitted"):
        await list_sessions(context, other, "li")
    with pytest.raises(NotFound, match="session-unknown"):
        await revoke_session(context, other, opened.session.id)
    with pytest.raises(NotFound, match="session-unknown"):
        await revoke_session(context, li, "nothing")
    await revoke_session(context, admin, opened.session.id)
    assert await list_sessions(context, admin, "li") == ()
    again = await enter(context)
    await revoke_session(context, li, again.session.id)
    assert await recognise_session(context, again.token) is None
    later_one = await enter(context)
    later(context, hours=1)
    assert await list_sessions(context, li, "li") == ()
    assert later_one.session.user == "li"


async def test_a_password_that_changes_while_it_is_compared_opens_nothing(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check_and_change(password: str, kept: str | None) -> bool:
        async with context.database.write() as connection:
            await users.set_password(connection, "li", "another hash", context.now())
        return kept is not None and password == PASSWORD

    monkeypatch.setattr("distributor.usecases.log_in.check_password", check_and_change)
    assert (await refused(context, password=PASSWORD)).code == "login-refused"


async def test_what_a_browser_says_of_itself_is_cut_and_cleaned(context: Context) -> None:
    opened = await enter(context, Client("f" * 100, "Bro\x1bwser\n" + "x" * 500))
    assert opened.session.agent.startswith("Browserx")
    assert (len(opened.session.agent), len(opened.session.address)) == (200, 64)
