"""Whatever is done with a bulletin stands in the audit log."""

from pathlib import Path

import pytest

from distributor.access import Actor
from distributor.i18n import LANGUAGES, catalogue
from distributor.model.audit import AuditAct
from distributor.store import sign_offs, suppressions
from distributor.store.engine import Database
from distributor.usecases.read_audit import read_audit, read_trail
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.settle_ticket import close_ticket, list_tickets, reopen_ticket
from distributor.usecases.verify_audit import verify_audit
from tests.support.worlds import APPROVER, NOW, make_world, publish_seed, receive_seed

pytestmark = pytest.mark.anyio


async def test_the_way_of_a_bulletin_can_be_read_from_the_log(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(world)
    await send_bulletin(world, APPROVER, bulletin_id, dry_run=True)
    started = await send_bulletin(world, APPROVER, bulletin_id)
    for _ in range(2):
        # the same file again, and nobody left to serve: nothing was done
        await receive_seed(world)
        await send_bulletin(world, APPROVER, bulletin_id)
    trail = await read_trail(world, "bulletin", bulletin_id)
    assert [entry.act for entry in trail] == ["receive", "sign-off", "publish", *["send"] * len(started.runs)]
    assert [entry.actor for entry in trail[:3]] == ["编辑", "签发人", "签发人"]
    received, signed, published = trail[:3]
    assert received.touched.before is None
    assert received.touched.after == signed.touched.before == started.record.content_hash
    assert published.touched.before != published.touched.after
    async with database.read() as connection:
        sign_off = await sign_offs.latest(connection, bulletin_id)
    assert sign_off is not None
    assert signed.details["plan"] == sign_off.plan.hash
    assert signed.details["variants"] == [variant.sha256 for variant in sign_off.variants]
    assert sum(int(str(entry.details["addresses"])) for entry in trail[3:]) == len(sign_off.plan.rows)
    assert (await read_audit(world, 500)).entries[-1].act == "apply-configuration"
    assert (await verify_audit(world)).broken is None


async def test_a_wish_is_settled_and_taken_up_again(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    async with database.write() as connection:
        for number in range(3):
            await suppressions.open_ticket(connection, f"t{number}", f"office{number}@kjt-gd.example", "bao", NOW)
    for _ in range(2):
        assert (await close_ticket(world, Actor("li"), "t1")).closed is not None
    page = await list_tickets(world, 10)
    assert ([ticket.id for ticket in page.tickets], page.total) == (["t0", "t2", "t1"], 3)
    assert page.lists["bao"] == "报送名单"
    assert (await reopen_ticket(world, Actor("li"), "t1")).closed is None
    assert [entry.act for entry in await read_trail(world, "ticket", "t1")] == ["close-ticket", "reopen-ticket"]


@pytest.mark.parametrize("act", AuditAct)
async def test_every_act_has_a_name_for_people(act: AuditAct) -> None:
    assert all(f"desk.act.{act.value}" in catalogue(language) for language in LANGUAGES)
