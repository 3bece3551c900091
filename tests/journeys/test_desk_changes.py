"""Corrections and withdrawals at the desk: handed in, looked at, signed, published, told, taken back, brought back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from distributor.access import AccessRole, Actor
from distributor.clock import FixedClock
from distributor.settings import asset_folder
from distributor.usecases.apply_configuration import apply_configuration
from distributor.usecases.read_audit import read_trail
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.under_way import count_under_way
from tests.support.desks import Browser, browser, hidden
from tests.support.pages import look_at
from tests.support.sites import SiteUnderTest, site

pytestmark = pytest.mark.anyio

SEED = (Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt").read_bytes()
CORRECTED = SEED.replace("央行、科技部等四部门".encode(), "人民银行、科技部等四部门".encode())


async def received(it: SiteUnderTest, visitor: Browser) -> str:
    """The seed, brought in at the desk; gives the path of its page."""
    await apply_configuration(replace(it.context, config=asset_folder("config")), Actor("root"))
    page = (await visitor.get("/desk/upload")).text
    fields = {**hidden(page, "/desk/upload"), "issue": "第12期", "date": "2023-12-05"}
    answer = await visitor.post("/desk/upload", fields, files={"file": ("简报.txt", SEED)})
    return str(answer.headers["location"])


async def sign_and_publish(visitor: Browser, path: str) -> None:
    for step in ("sign-off", "publish"):
        clock = visitor.site.context.clock
        assert isinstance(clock, FixedClock)
        clock.moment += timedelta(minutes=1)
        answer = await visitor.submit(f"{path}/{step}", f"{path}/{step}")
        assert answer.status_code == 303, look_at(answer.text).texts("//*[contains(@class, 'note')]")


async def hand_in(visitor: Browser, path: str, data: bytes = CORRECTED, **fields: str) -> tuple[int, str]:
    page = (await visitor.get(f"{path}/changes")).text
    sent = {**hidden(page, f"{path}/correct"), **fields}
    answer = await visitor.post(f"{path}/correct", sent, files={"file": ("C:\\更正.txt", data)})
    return answer.status_code, answer.headers.get("location", answer.text)


async def test_a_draft_is_replaced_at_once(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor = await browser(it, AccessRole.EDITOR)
        path = await received(it, editor)
        assert await hand_in(editor, path) == (303, path)
        page = (await editor.get(path)).text
        assert "人民银行、科技部等四部门" in page
        assert "更正.txt" in page


async def test_a_published_bulletin_waits_for_sign_off_and_publication(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor, approver = await browser(it, AccessRole.EDITOR), await browser(it, AccessRole.APPROVER)
        path = await received(it, editor)
        await sign_and_publish(approver, path)
        public = path.removeprefix("/desk")
        assert await hand_in(editor, path, note="标题有误") == (303, f"{path}/changes")
        shown = look_at((await editor.get(f"{path}/changes")).text)
        assert shown.texts("//ins") == ["人民银"]
        assert shown.texts("//del") == ["央"]
        assert "人民银行、科技部等四部门" not in (await it.page(public)).text
        home = look_at((await approver.get(path)).text)
        assert home.values("//a[contains(@class, 'primary')]/@href") == [f"{path}/sign-off"]
        assert look_at((await approver.get(f"{path}/runs")).text).values("//a[contains(@href, '/send?')]/@href") == []
        await sign_and_publish(approver, path)
        assert "人民银行、科技部等四部门" in (await it.page(public)).text
        versions = look_at((await editor.get(f"{path}/changes")).text).texts("//tbody/tr")
        assert len(versions) == 2
        assert "标题有误" in versions[0]
        (page_of_item,) = look_at((await editor.get(f"{path}/changes")).text).values(
            "//a[contains(@href, '/items/')]/@href"
        )
        item = look_at((await editor.get(page_of_item)).text)
        assert item.texts("//section/h2") == ["第 2 版", "第 1 版"]
        assert item.texts("//ins") == ["人民银"]
        nobody = look_at((await approver.get(f"{path}/notify")).text)
        assert nobody.values("//form[contains(@action, '/notify')]/@action") == []


async def test_a_correction_that_waits_can_be_given_up(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor, approver = await browser(it, AccessRole.EDITOR), await browser(it, AccessRole.APPROVER)
        path = await received(it, editor)
        await sign_and_publish(approver, path)
        await hand_in(editor, path)
        answer = await editor.submit(f"{path}/changes", f"{path}/discard")
        assert answer.headers["location"] == f"{path}/changes"
        assert look_at((await editor.get(f"{path}/changes")).text).texts("//ins") == []
        assert look_at((await approver.get(path)).text).values("//a[contains(@class, 'primary')]/@href") == []


async def test_those_who_have_the_old_version_are_told(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor, approver = await browser(it, AccessRole.EDITOR), await browser(it, AccessRole.APPROVER)
        path = await received(it, editor)
        await sign_and_publish(approver, path)
        await approver.submit(f"{path}/send?list=bao", f"{path}/send", {"list": "bao"})
        async with it.context.database.write() as connection:
            served = "SELECT id FROM deliveries ORDER BY address LIMIT 3"
            await connection.execute(text(f"UPDATE deliveries SET state = 'sent' WHERE id IN ({served})"))  # noqa: S608  fixed words
            sent = (await connection.execute(text("SELECT address FROM deliveries WHERE state = 'sent'"))).scalars()
            have_it = sorted(sent)
        await hand_in(editor, path, note="标题有误")
        await sign_and_publish(approver, path)
        shown = look_at((await approver.get(f"{path}/notify")).text)
        assert sorted(shown.texts("//span[@class='address-line']")) == have_it
        assert len(have_it) == 3
        answer = await approver.submit(f"{path}/notify", f"{path}/notify")
        assert answer.headers["location"] == f"{path}/runs"
        again = look_at((await approver.get(f"{path}/notify")).text)
        assert again.values("//form[contains(@action, '/notify')]/@action") == []
        async with it.context.database.read() as connection:
            told = (
                await connection.execute(text("SELECT address FROM deliveries WHERE mailing = 'correction'"))
            ).scalars()
            assert sorted(told) == have_it
        await approver.submit(f"{path}/withdraw", f"{path}/withdraw", {"reason": "内容有误"})
        for page in ("changes", "withdraw"):
            listed = look_at((await approver.get(f"{path}/{page}")).text).texts("//span[@class='address-line']")
            assert sorted(listed) == (have_it if page == "changes" else [])


@pytest.mark.parametrize(
    ("data", "fields"),
    [(SEED, {}), (b"", {}), (b"%PDF-1.4 broken", {}), (CORRECTED, {"note": "x" * 501})],
)
async def test_what_corrects_nothing_is_refused_on_the_page(
    tmp_path: Path, data: bytes, fields: dict[str, str]
) -> None:
    async with site(tmp_path) as it:
        editor = await browser(it, AccessRole.EDITOR)
        path = await received(it, editor)
        status, shown = await hand_in(editor, path, data, **fields)
        assert status in {409, 422}
        assert len(look_at(shown).texts("//*[@role='alert']")) == 1
        assert len(await read_trail(it.context, "bulletin", path.rsplit("/", 1)[1])) == 1


async def test_a_bulletin_is_taken_back_with_a_reason_and_brought_back(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor, approver = await browser(it, AccessRole.EDITOR), await browser(it, AccessRole.APPROVER)
        path = await received(it, editor)
        await sign_and_publish(approver, path)
        public = path.removeprefix("/desk")
        empty = await approver.submit(f"{path}/withdraw", f"{path}/withdraw", {"reason": " "})
        assert (empty.status_code, len(look_at(empty.text).texts("//*[@role='alert']"))) == (422, 1)
        long = await approver.submit(f"{path}/withdraw", f"{path}/withdraw", {"reason": "x" * 201})
        assert long.status_code == 422
        done = await approver.submit(f"{path}/withdraw", f"{path}/withdraw", {"reason": "内容有误"})
        assert done.headers["location"] == f"{path}/changes"
        assert (await it.page(public)).status_code == 410
        page = look_at((await approver.get(f"{path}/changes")).text)
        assert f"{path}/restore" in page.values("//div[@role='status']//form/@action")
        assert any("内容有误" in words for words in page.texts("//dl"))
        assert look_at((await editor.get(f"{path}/changes")).text).values("//form[contains(@action, 'restore')]") == []
        again = look_at((await approver.get(f"{path}/withdraw")).text)
        assert again.values("//form[contains(@action, '/withdraw')]/@action") == []
        await approver.submit(f"{path}/changes", f"{path}/restore")
        assert (await it.page(public)).status_code == 200


async def test_one_item_is_taken_back_and_brought_back(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor, approver = await browser(it, AccessRole.EDITOR), await browser(it, AccessRole.APPROVER)
        path = await received(it, editor)
        await sign_and_publish(approver, path)
        keys = look_at((await approver.get(f"{path}/withdraw")).text).values("//select/option/@value")
        assert len(keys) == 32
        fields = {"item": keys[3], "reason": "数据有误"}
        await approver.submit(f"{path}/withdraw", f"{path}/withdraw", fields)
        assert (await it.page(f"/items/{keys[3]}")).status_code == 410
        assert keys[3] not in look_at((await approver.get(f"{path}/withdraw")).text).values("//select/option/@value")
        back = f"{path}/items/{keys[3]}/restore"
        await approver.submit(f"{path}/changes", back)
        assert (await it.page(f"/items/{keys[3]}")).status_code == 200


async def test_an_editor_is_told_who_comes_next(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor = await browser(it, AccessRole.EDITOR)
        path = await received(it, editor)
        assert "下一步由签发人签发。" in (await editor.get(path)).text


async def test_hostile_words_stay_words(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        editor, approver = await browser(it, AccessRole.EDITOR), await browser(it, AccessRole.APPROVER)
        path = await received(it, editor)
        await sign_and_publish(approver, path)
        hostile = "<img src=x onerror=alert(1)>{{ 7 * 7 }}"
        data = SEED.replace("央行、科技部等四部门".encode(), f"{hostile}等四部门".encode())
        assert (await hand_in(editor, path, data, note=f"</p>{hostile}"))[0] == 303
        page = look_at((await editor.get(f"{path}/changes")).text)
        assert page.values("//img/@src | //@onerror") == []
        assert any(hostile in words for words in page.texts("//li//strong"))
        assert any(hostile in words for words in page.texts("//dd"))
        await sign_and_publish(approver, path)
        fields = {"reason": f"<script>{hostile}</script>"}
        await approver.submit(f"{path}/withdraw", f"{path}/withdraw", fields)
        for address in (f"{path}/changes", path.removeprefix("/desk")):
            assert look_at((await approver.get(address)).text).values("//script[not(@src)] | //img/@src") == []


@pytest.mark.parametrize(("page", "chosen"), [("withdraw", "finish"), ("changes", "stop")])
async def test_what_becomes_of_mail_under_way_is_chosen_on_the_page(tmp_path: Path, page: str, chosen: str) -> None:
    async with site(tmp_path) as it:
        approver = await browser(it, AccessRole.APPROVER)
        path = await received(it, approver)
        await sign_and_publish(approver, path)
        choice = "//input[@name='under_way']"
        assert look_at((await approver.get(f"{path}/{page}")).text).values(f"{choice}/@value") == []
        bulletin_id = path.rsplit("/", 1)[1]
        await send_bulletin(it.context, Actor("王处"), bulletin_id, ["bao"])
        asked = look_at((await approver.get(f"{path}/{page}")).text)
        assert asked.values(f"{choice}/@value") == ["stop", "finish"]
        assert asked.values(f"{choice}[@checked]/@value") == ["stop" if page == "withdraw" else "finish"]
        if page == "withdraw":
            fields = {"reason": "有误", "under_way": chosen}
            answer = await approver.submit(f"{path}/withdraw", f"{path}/withdraw", fields)
            assert answer.status_code == 303
        else:
            assert (await hand_in(approver, path, under_way=chosen))[0] == 303
        act = "withdraw" if page == "withdraw" else "correct"
        told = [dict(one.details) for one in await read_trail(it.context, "bulletin", bulletin_id) if one.act == act]
        assert [one["under_way"] for one in told] == [chosen]
        assert (await count_under_way(it.context, bulletin_id) > 0) is (chosen == "finish")
