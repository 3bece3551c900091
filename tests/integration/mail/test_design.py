"""What mails look like: a theme and overridden templates, kept in the database and bound by the sign-off."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from distributor import access
from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.store import blobs, mail_design
from distributor.store.engine import Database
from distributor.usecases.change_theme import change_theme, show_theme
from distributor.usecases.context import Context
from distributor.usecases.override_template import (
    activate_template,
    list_templates,
    preview_template,
    reset_template,
    save_template,
    show_template,
)
from distributor.usecases.preview_sign_off import preview_sign_off
from distributor.usecases.read_audit import read_audit
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.databases import sqlite_url
from tests.support.sentences import is_said
from tests.support.worlds import ADMIN, APPROVER, EDITOR, make_world, receive_seed

pytestmark = pytest.mark.anyio
LINK = "{{ title }} {{ unsubscribe_url }}\n"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Context]:
    database = Database(sqlite_url(tmp_path))
    yield await make_world(database, tmp_path)
    await database.dispose()


async def signed_variants(context: Context, bulletin_id: str) -> list[Variant]:
    """The Chinese mails with HTML that a sign-off binds now."""
    signed = await sign_off_bulletin(context, APPROVER, bulletin_id)
    wanted = [one for one in signed.variants if (one.key.language, one.key.format) == ("zh-CN", MailFormat.HTML)]
    assert wanted
    async with context.database.read() as connection:
        return [Variant.from_bytes(await blobs.get(connection, one.sha256)) for one in wanted]


async def test_a_theme_is_kept_and_bound_by_the_next_sign_off(world: Context) -> None:
    bulletin_id = await receive_seed(world)
    before = await signed_variants(world, bulletin_id)
    theme = await change_theme(world, EDITOR, "#0050b3", logo="协发网")
    assert await show_theme(world) == theme
    after = await signed_variants(world, bulletin_id)
    assert all("#b01116" in (variant.html or "") for variant in before)
    assert all("#0050b3" in (variant.html or "") and "协发网" in variant.text for variant in after)
    shown = await preview_sign_off(world, bulletin_id)
    assert {one.sha256 for one in shown.variants} >= {variant.hash for variant in after}


async def test_choosing_the_same_theme_again_is_no_act(world: Context) -> None:
    for _ in range(2):
        await change_theme(world, EDITOR, "#0050b3")
    acts = [entry for entry in (await read_audit(world, 100)).entries if entry.act == "change-theme"]
    assert [entry.details["colour"] for entry in acts] == ["#0050b3"]


async def test_a_colour_that_cannot_be_read_changes_nothing(world: Context) -> None:
    before = await show_theme(world)
    with pytest.raises(Refused, match="theme-contrast-light") as refusal:
        await change_theme(world, EDITOR, "#ffcc00")
    assert is_said(refusal.value)
    assert await show_theme(world) == before


async def test_a_reader_chooses_no_theme_and_an_editor_no_template(world: Context) -> None:
    with pytest.raises(Refused, match="not-permitted"):
        await change_theme(world, Actor("li", AccessRole.READER), "#0050b3")
    with pytest.raises(Refused, match="not-permitted"):
        await save_template(world, Actor("li", AccessRole.EDITOR), "digest/body.txt", LINK)
    assert access.may(AccessRole.EDITOR, access.Act.DESIGN_MAIL)


@pytest.mark.slow
async def test_a_template_is_saved_then_looked_at_then_used_then_given_up(world: Context) -> None:
    bulletin_id = await receive_seed(world)
    version = await save_template(world, ADMIN, "digest/body.txt", "第一版\r\n" + LINK)
    assert (version.number, version.is_active, "\r" in version.source) == (1, False, False)
    with pytest.raises(Conflict, match="template-not-previewed") as refusal:
        await activate_template(world, ADMIN, version.id)
    assert is_said(refusal.value)
    assert all("第一版" not in variant.text for variant in await signed_variants(world, bulletin_id))
    looked_at, shown = await preview_template(world, ADMIN, version.id)
    assert looked_at.previewed is not None
    assert shown.text.startswith("第一版\n联盟协发网简报")
    assert (await activate_template(world, ADMIN, version.id)).is_active
    variants = await signed_variants(world, bulletin_id)
    assert all(variant.text.startswith("第一版\n") for variant in variants)
    assert all("本期要目" in (variant.html or "") for variant in variants)
    assert await reset_template(world, ADMIN, "digest/body.txt")
    assert not await reset_template(world, ADMIN, "digest/body.txt")
    assert all("第一版" not in variant.text for variant in await signed_variants(world, bulletin_id))
    acts = [entry.act for entry in (await read_audit(world, 100)).entries if "template" in entry.act]
    assert acts == ["reset-template", "activate-template", "save-template"]


@pytest.mark.slow
async def test_versions_are_kept_and_one_of_each_template_is_used(world: Context) -> None:
    ids = []
    for words in ("第一版", "第二版"):
        version = await save_template(world, ADMIN, "digest/subject.txt", words)
        await preview_template(world, ADMIN, version.id)
        await activate_template(world, ADMIN, version.id)
        ids.append(version.id)
    state = await show_template(world, "digest/subject.txt")
    assert [version.number for version in state.versions] == [2, 1]
    assert state.active is not None
    assert state.active.id == ids[1]
    await activate_template(world, ADMIN, ids[0])
    states = {state.name: state.active for state in await list_templates(world)}
    assert states["digest/subject.txt"] is not None
    assert states["digest/subject.txt"].number == 1
    assert states["run-report/body.html"] is None


@pytest.mark.slow
@pytest.mark.parametrize("message", ["unsubscribe-received", "bounce-report", "run-report", "test"])
async def test_mails_of_the_house_can_be_overridden_too(world: Context, message: str) -> None:
    shipped = (await show_template(world, f"{message}/body.html")).shipped
    version = await save_template(world, ADMIN, f"{message}/body.html", shipped)
    _, variant = await preview_template(world, ADMIN, version.id)
    assert variant.html is not None
    assert "mail." not in variant.subject


async def test_what_is_wrong_with_a_template_is_said_and_nothing_is_kept(world: Context) -> None:
    with pytest.raises(Refused, match="template-unknown-name") as refusal:
        await save_template(world, ADMIN, "digest/body.txt", LINK + "{{ nothing }}")
    assert is_said(refusal.value)
    for name in ("digest/kept.css", "../etc/passwd", "digest"):
        with pytest.raises(NotFound, match="template-name-unknown") as missing:
            await save_template(world, ADMIN, name, LINK)
        assert is_said(missing.value)
    with pytest.raises(NotFound, match="template-version-unknown"):
        await preview_template(world, ADMIN, "nothing")
    assert (await show_template(world, "digest/body.txt")).versions == ()


@pytest.mark.slow
async def test_a_template_that_broke_since_gives_way_to_the_shipped_one(world: Context) -> None:
    bulletin_id = await receive_seed(world)
    version = await save_template(world, ADMIN, "digest/body.txt", LINK)
    await preview_template(world, ADMIN, version.id)
    await activate_template(world, ADMIN, version.id)
    async with world.database.write() as connection:
        from sqlalchemy import update

        from distributor.store.tables import mail_templates

        await connection.execute(update(mail_templates).values(source="{{ renamed_since }}"))
        assert (await mail_design.load(connection)).overrides
    assert all("本期要目" in variant.text for variant in await signed_variants(world, bulletin_id))
