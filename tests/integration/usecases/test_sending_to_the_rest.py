"""Who was left out by a cancelled run gets the bulletin when a person sends it again, and nobody gets it twice."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from distributor.errors import Conflict
from distributor.model.report import Trace
from distributor.model.revision import UnderWay
from distributor.model.run import DeliveryState, Run
from distributor.store import returns
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.correct_bulletin import correct_bulletin, read_correction
from distributor.usecases.list_runs import list_runs
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.reopen_run import reopen_run
from distributor.usecases.resume_run import resume_run
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.send_due import send_due
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.transports import ScriptedTransport
from tests.support.worlds import APPROVER, EDITOR, NOW, SEED, at, make_world, publish_seed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

_S = DeliveryState


async def cancelled(database: Database, folder: Path) -> tuple[Context, str, Run]:
    """A run to one list that was cancelled when one mail was out."""
    context, bulletin_id, run = await begun(database, folder)
    await cancel_run(context, APPROVER, run.id)
    return context, bulletin_id, run


async def begun(database: Database, folder: Path) -> tuple[Context, str, Run]:
    context = await make_world(database, folder)
    bulletin_id = await publish_seed(context)
    frozen = (await send_bulletin(context, APPROVER, bulletin_id, ["bao"])).runs[0]
    async with database.write() as connection:
        sent = update(deliveries).where(deliveries.c.id == frozen.deliveries[0].id)
        await connection.execute(sent.values(state=_S.SENT, finished=NOW))
    return context, bulletin_id, frozen.run


async def copies(database: Database, state: DeliveryState) -> Counter[str]:
    async with database.read() as connection:
        query = select(deliveries.c.address).where(deliveries.c.state == state)
        return Counter((await connection.execute(query)).scalars())


async def test_a_person_sends_it_to_who_was_left_out_and_to_nobody_else(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    before = await copies(database, _S.CANCELLED)
    (again,) = (await send_bulletin(context, APPROVER, bulletin_id, ["bao"])).runs
    assert {one.address for one in again.deliveries} == set(before)
    assert (await send_bulletin(context, APPROVER, bulletin_id, ["bao"], dry_run=True)).runs == ()
    assert (await send_due(context, ScriptedTransport(), 2)).sent == len(before)
    everybody = await copies(database, _S.SENT)
    assert set(everybody.values()) == {1}
    assert len(everybody) == len(before) + 1
    # the accounts of the first run stay as they were
    counts = {one.run.id: one.counts for one in await list_runs(context)}
    assert counts[run.id].by_state == {_S.SENT: 1, _S.CANCELLED: len(before)}
    assert all(one.is_balanced for one in counts.values())


async def test_who_was_left_out_for_a_correction_gets_the_new_words(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, run = await begun(database, tmp_path)
    data = SEED.read_text("utf-8").replace("召开", "举行").encode()
    read = await read_correction(context, EDITOR, bulletin_id, (data, "new.txt"))
    await correct_bulletin(context, EDITOR, read, data, under_way=UnderWay.STOP)
    left = await copies(database, _S.CANCELLED)
    with pytest.raises(Conflict, match="again-changed"):
        await reopen_run(context, APPROVER, run.id)
    context = at(context, NOW + timedelta(hours=1))
    await sign_off_bulletin(context, APPROVER, bulletin_id)
    await publish_bulletin(context, APPROVER, bulletin_id)
    (again,) = (await send_bulletin(context, APPROVER, bulletin_id, ["bao"])).runs
    assert {one.address for one in again.deliveries} == set(left)
    async with database.read() as connection:
        old = set(
            (await connection.execute(select(deliveries.c.variant).where(deliveries.c.run_id == run.id))).scalars()
        )
    assert old.isdisjoint(one.variant for one in again.deliveries)


async def test_a_schedule_does_not_send_what_a_person_has_cancelled(database: Database, tmp_path: Path) -> None:
    context, _, run = await cancelled(database, tmp_path)
    left = await copies(database, _S.CANCELLED)
    claimed = await claim_occurrences(context)
    # the list of the cancelled run is due, and has nobody who may get it
    assert run.list_id in {one.run.list_id for one in await list_runs(context)}
    assert claimed
    assert {frozen.run.list_id for occurrence in claimed for frozen in occurrence.runs}.isdisjoint({run.list_id})
    assert left == await copies(database, _S.CANCELLED)


async def test_reopening_leaves_out_who_has_it_by_a_later_run(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    await send_bulletin(context, APPROVER, bulletin_id, ["bao"])
    with pytest.raises(Conflict, match="again-elsewhere"):
        await reopen_run(context, APPROVER, run.id)
    later = next(one.run for one in await list_runs(context) if one.run.id != run.id)
    # cancelled as well, it gives way
    await cancel_run(context, APPROVER, later.id)
    assert await reopen_run(context, APPROVER, run.id)
    with pytest.raises(Conflict, match="again-elsewhere"):
        await reopen_run(context, APPROVER, later.id)
    await resume_run(context, APPROVER, run.id)
    await send_due(context, ScriptedTransport(), 2)
    assert set((await copies(database, _S.SENT)).values()) == {1}


async def test_two_living_deliveries_of_one_address_are_impossible(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    await send_bulletin(context, APPROVER, bulletin_id, ["bao"])
    with pytest.raises(IntegrityError):
        await revive(database, run)


async def revive(database: Database, run: Run) -> None:
    async with database.write() as connection:
        await connection.execute(update(deliveries).where(deliveries.c.run_id == run.id).values(state=_S.PENDING))


async def test_a_report_is_about_the_delivery_that_was_sent(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, _ = await cancelled(database, tmp_path)
    (again,) = (await send_bulletin(context, APPROVER, bulletin_id, ["bao"])).runs
    one = again.deliveries[0]
    async with database.read() as connection:
        found = await returns.traced(connection, Trace(keys=(one.idempotency_key,)))
    assert found is not None
    assert found.id == one.id
