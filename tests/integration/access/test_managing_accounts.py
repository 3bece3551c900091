"""Adding and changing accounts."""

import pytest

from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.store.engine import Database
from distributor.usecases.add_user import add_user
from distributor.usecases.change_user import change_role, disable_user, enable_user
from distributor.usecases.context import Context
from distributor.usecases.list_users import list_users, show_user
from distributor.usecases.read_audit import read_audit
from tests.support.address_books import with_book
from tests.support.desks import PASSWORD
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

ROOT = Actor("root")


@pytest.fixture
async def context(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Context:
    made = await with_book(database, tmp_path_factory.mktemp("config"))
    await add_user(made, ROOT, "Wang", AccessRole.ADMINISTRATOR, PASSWORD)
    return made


async def test_an_account_is_added_once_with_a_password_that_is_good(context: Context) -> None:
    added = await add_user(context, ROOT, "李明", AccessRole.EDITOR, PASSWORD)
    assert added in await list_users(context)
    assert [user.name for user in await list_users(context)] == ["wang", "李明"]
    for name, password, code in (("WANG", PASSWORD, "user-exists"), ("a b", PASSWORD, "user-name")):
        with pytest.raises((Conflict, Refused)) as refused:
            await add_user(context, ROOT, name, AccessRole.READER, password)
        assert refused.value.code == code
        assert is_said(refused.value)
    with pytest.raises(Refused, match="password-common"):
        await add_user(context, ROOT, "zhao", AccessRole.READER, "password12345")


async def test_only_an_administrator_manages_accounts(context: Context) -> None:
    approver = Actor("li", AccessRole.APPROVER)
    for act in (
        add_user(context, approver, "zhao", AccessRole.READER, PASSWORD),
        change_role(context, approver, "wang", AccessRole.READER),
        disable_user(context, approver, "wang"),
        enable_user(context, approver, "wang"),
    ):
        with pytest.raises(Refused, match="not-permitted"):
            await act


async def test_the_last_administrator_stays(context: Context) -> None:
    for act in (change_role(context, ROOT, "wang", AccessRole.READER), disable_user(context, ROOT, "WANG")):
        with pytest.raises(Conflict) as refused:
            await act
        assert refused.value.code == "last-administrator"
        assert is_said(refused.value)
    await add_user(context, ROOT, "li", AccessRole.ADMINISTRATOR, PASSWORD)
    assert (await change_role(context, ROOT, "wang", AccessRole.READER)).role is AccessRole.READER
    with pytest.raises(Conflict, match="last-administrator"):
        await disable_user(context, ROOT, "li")


async def test_every_change_is_recorded_once_with_digests_before_and_after(context: Context) -> None:
    await add_user(context, ROOT, "li", AccessRole.EDITOR, PASSWORD)
    for _ in range(2):
        await change_role(context, ROOT, "li", AccessRole.APPROVER)
    for _ in range(2):
        await disable_user(context, ROOT, "li")
    for _ in range(2):
        await enable_user(context, ROOT, "li")
    log = [entry for entry in (await read_audit(context, 50)).entries if entry.touched.id == "li"][::-1]
    assert [entry.act for entry in log] == ["add-user", "change-role", "disable-user", "enable-user"]
    assert [entry.touched.before for entry in log[1:]] == [entry.touched.after for entry in log[:-1]]
    assert {entry.actor for entry in log} == {"root"}
    assert {entry.origin for entry in log} == {"shell"}
    assert log[1].details == {"from": "editor", "to": "approver"}
    assert "argon2" not in str(log)


async def test_an_unknown_account_is_said_to_be_unknown(context: Context) -> None:
    for act in (
        show_user(context, "nobody"),
        change_role(context, ROOT, "nobody", AccessRole.READER),
        disable_user(context, ROOT, "nobody"),
        enable_user(context, ROOT, "nobody"),
    ):
        with pytest.raises(NotFound, match="user-unknown"):
            await act
