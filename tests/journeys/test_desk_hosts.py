"""Desk and public site under different names."""

from pathlib import Path

import pytest

from distributor.access import AccessRole
from tests.support.desks import browser, draft
from tests.support.sites import site

pytestmark = pytest.mark.anyio

DESK = "desk.xiefa.example"


@pytest.mark.parametrize("host", [DESK, "DESK.xiefa.example", f"{DESK}:8443"])
async def test_the_desk_answers_under_its_own_name(tmp_path: Path, host: str) -> None:
    async with site(tmp_path, web={"desk_hosts": [DESK]}) as it:
        await draft(it)
        visitor = await browser(it, AccessRole.READER)
        assert (await visitor.get("/desk/", host=host)).status_code == 200


@pytest.mark.parametrize("host", ["bulletin.xiefa.example", f"{DESK}.evil.example", "evil.example", "[::1]:8000", ""])
@pytest.mark.parametrize("path", ["/desk", "/desk/", "/desk/login", "/desk/nothing", "/api", "/api/v1/bulletins"])
async def test_under_other_names_there_seems_to_be_no_desk(tmp_path: Path, path: str, host: str) -> None:
    async with site(tmp_path, web={"desk_hosts": [DESK]}) as it:
        visitor = await browser(it, AccessRole.ADMINISTRATOR)
        hidden, unknown = await visitor.get(path, host=host), await visitor.get("/nothing", host=host)
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert hidden.headers["content-security-policy"] == unknown.headers["content-security-policy"]


async def test_the_public_site_answers_under_every_name(tmp_path: Path) -> None:
    async with site(tmp_path, web={"desk_hosts": [DESK]}) as it:
        for host in (DESK, "bulletin.xiefa.example"):
            assert (await it.page("/", host=host)).status_code == 200
            assert (await it.page("/deskless", host=host)).status_code == 404


async def test_without_the_setting_every_name_leads_to_the_desk(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        assert (await it.page("/desk/login", host="anything.example")).status_code == 200
