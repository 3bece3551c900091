"""Tokens for programs, at the desk."""

import re
from pathlib import Path

import pytest

from distributor.access import AccessRole
from distributor.usecases.read_audit import read_audit
from tests.support.desks import PASSWORD, browser
from tests.support.pages import look_at
from tests.support.programs import Program
from tests.support.sites import site

pytestmark = pytest.mark.anyio

NEW = "/desk/account/tokens/new"
WANTED = {"name": "资料室同步", "scope": "read", "days": "30", "password": PASSWORD}


async def test_a_token_is_made_shown_once_used_and_taken_back(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.EDITOR)
        made = (await visitor.submit(NEW, NEW, WANTED)).text
        (secret,) = set(re.findall(r"distributor_[\w-]+", made))
        account = (await visitor.get("/desk/account")).text
        assert "资料室同步" in account
        assert secret not in account
        caller = Program(it, secret)
        assert (await caller.get("/bulletins")).status_code == 200
        assert (await caller.post("/bulletins")).status_code == 403
        (path,) = re.findall(r'action="(/desk/account/tokens/\w+/revoke)', account)
        answer = await visitor.submit("/desk/account", path)
        assert answer.headers["location"] == "/desk/account"
        assert (await caller.get("/bulletins")).status_code == 401
        acts = [entry.act for entry in (await read_audit(it.context, 10)).entries]
        assert acts[:2] == ["revoke-token", "add-token"]
        assert secret not in repr(await read_audit(it.context, 10))


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"name": ""}, {"scope": ()}, {"scope": "admin"}, {"days": "0"}, {"days": "x"}]
)
async def test_a_form_that_is_wrong_comes_back_with_what_was_typed(tmp_path: Path, wrong: dict[str, object]) -> None:
    async with site(tmp_path) as it:
        visitor = await browser(it, AccessRole.READER)
        answer = await visitor.submit(NEW, NEW, {**WANTED, "name": "同步", **wrong})
        page = look_at(answer.text)
        assert answer.status_code == 422
        assert len(page.texts("//*[@role='alert']")) == 1
        assert page.values("//input[@name='name']/@value") == [str(wrong.get("name", "同步"))]


async def test_others_are_administered_by_administrators_alone(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        owner = await browser(it, AccessRole.EDITOR)
        await owner.submit(NEW, NEW, WANTED)
        (path,) = re.findall(r'action="(/desk/account/tokens/\w+/revoke)', (await owner.get("/desk/account")).text)
        other = await browser(it, AccessRole.APPROVER)
        fields = dict(re.findall(r'name="(form-token)" value="([^"]*)"', (await other.get("/desk/account")).text))
        assert (await other.post(path, fields)).status_code == 404
        root = await browser(it, AccessRole.ADMINISTRATOR)
        answer = await root.submit("/desk/users/the-editor", path)
        assert answer.headers["location"] == "/desk/users/the-editor"
        assert (await owner.post(path, fields)).status_code == 403
