"""Who was left out by a cancelled run gets the bulletin when a person sends it again, and nobody gets it twice."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from distributor.errors import Conflict
from distributor.model.report import Trace
from distributor.model.revision import UnderWay
from distributor.model.run import DeliveryState, Run
from distributor.model.subscriber import Frequency
from distributor.store import digests, follow_ups, returns, tables
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.usecases import send_bulletin as sending_module
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.correct_bulletin import correct_bulletin, discard_correction, read_correction
from distributor.usecases.list_runs import list_runs, show_run_history
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.reopen_run import reopen_run
from distributor.usecases.resume_run import resume_run
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.send_due import send_due
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.subscribing import READER, join, make_preferences, schedule_of
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


async def correct(context: Context, bulletin_id: str, under_way: UnderWay = UnderWay.STOP) -> None:
    data = SEED.read_text("utf-8").replace("召开", "举行").encode()
    read = await read_correction(context, EDITOR, bulletin_id, (data, "new.txt"))
    await correct_bulletin(context, EDITOR, read, data, under_way=under_way)


async def signed_anew(context: Context, bulletin_id: str) -> None:
    later = at(context, NOW + timedelta(hours=1))
    await sign_off_bulletin(later, APPROVER, bulletin_id)
    await publish_bulletin(later, APPROVER, bulletin_id)


@pytest.mark.parametrize("signed", [False, True])
async def test_old_words_are_not_sent_whoever_cancelled_and_whenever_it_was_corrected(
    database: Database, tmp_path: Path, signed: bool
) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    await correct(context, bulletin_id)
    if signed:
        await signed_anew(context, bulletin_id)
    with pytest.raises(Conflict, match="again-changed"):
        await reopen_run(context, APPROVER, run.id)
    assert await copies(database, _S.PENDING) == Counter()


async def test_a_correction_that_was_discarded_changes_nothing(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    await correct(context, bulletin_id)
    await discard_correction(context, EDITOR, bulletin_id)
    assert await reopen_run(context, APPROVER, run.id) == len(await copies(database, _S.PENDING)) > 0


async def test_what_a_correction_stops_stands_in_the_history_although_a_worker_has_it_all(
    database: Database, tmp_path: Path
) -> None:
    context, bulletin_id, run = await begun(database, tmp_path)
    async with database.write() as connection:
        await connection.execute(update(deliveries).where(deliveries.c.state == _S.PENDING).values(state=_S.CLAIMED))
    await correct(context, bulletin_id)
    (event,) = await show_run_history(context, run.id)
    assert (event.act, event.detail, event.number) == ("cancel", "correction", 0)


@pytest.mark.parametrize("corrected", [False, True])
async def test_a_digest_is_reopened_as_long_as_its_words_are_signed(
    database: Database, tmp_path: Path, corrected: bool
) -> None:
    context = await make_world(database, tmp_path)
    await join(context, READER, make_preferences(Frequency.WEEKLY))
    bulletin_id = await publish_seed(at(context, NOW + timedelta(hours=1)))
    await schedule_of(context, ("public-weekly", Frequency.WEEKLY, NOW + timedelta(days=1)))
    later = at(context, NOW + timedelta(days=1))
    await claim_occurrences(later)
    await prepare_digests(later)
    (summary,) = await list_runs(later)
    await cancel_run(later, APPROVER, summary.run.id)
    if not corrected:
        assert await reopen_run(later, APPROVER, summary.run.id) == 1
        return
    await correct(later, bulletin_id)
    with pytest.raises(Conflict, match="again-changed-digest"):
        await reopen_run(later, APPROVER, summary.run.id)


async def test_a_run_that_was_cancelled_while_it_was_written_is_not_reopened(
    database: Database, tmp_path: Path
) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    async with database.write() as connection:
        # as it is when a large run was stopped between two chunks
        await connection.execute(update(tables.runs).where(tables.runs.c.id == run.id).values(ready=context.now()))
        gone = (await connection.execute(select(deliveries.c.id).where(deliveries.c.state == _S.CANCELLED))).scalars()
        unwritten = gone.all()[:2]
        events = tables.delivery_events
        await connection.execute(delete(events).where(events.c.delivery_id.in_(unwritten)))
        await connection.execute(delete(deliveries).where(deliveries.c.id.in_(unwritten)))
    await no_longer_created_then(database, run)
    left = await copies(database, _S.CANCELLED)
    with pytest.raises(Conflict, match="again-incomplete"):
        await reopen_run(context, APPROVER, run.id)
    (again,) = (await send_bulletin(context, APPROVER, bulletin_id, ["bao"])).runs
    assert len(again.deliveries) == len(left) + 2


async def no_longer_created_then(database: Database, run: Run) -> None:
    """The clock of this world stands still: what came later has to be told from what came first."""
    async with database.write() as connection:
        earlier = run.created - timedelta(seconds=5)
        await connection.execute(update(tables.runs).where(tables.runs.c.id == run.id).values(created=earlier))


async def test_sending_while_the_cancelled_run_is_reopened_sends_nothing_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, bulletin_id, run = await cancelled(database, tmp_path)
    usual, reopened = sending_module._prepare, False

    async def prepare(*given: Any) -> Any:  # noqa: ANN401  it stands for another function
        nonlocal reopened
        prepared = await usual(*given)
        if not reopened:
            reopened = True
            # by another process, while this one works out who gets it
            await anyio.to_thread.run_sync(anyio.run, partial(reopen_elsewhere, database.url, context, run))
        return prepared

    monkeypatch.setattr(sending_module, "_prepare", prepare)
    assert (await send_bulletin(context, APPROVER, bulletin_id, ["bao"])).runs == ()
    assert len(await list_runs(context)) == 1


async def reopen_elsewhere(url: str, context: Context, run: Run) -> None:
    other = Database(url)
    try:
        await reopen_run(replace(context, database=other), APPROVER, run.id)
    finally:
        await other.dispose()


async def test_a_subscriber_whose_official_mail_was_cancelled_gets_the_digest(
    database: Database, tmp_path: Path
) -> None:
    _, bulletin_id, _ = await cancelled(database, tmp_path)
    async with database.read() as connection:
        served = await digests.served_officially(connection, [bulletin_id])
    assert len(served) == 1


async def test_a_backup_mailbox_that_a_cancelled_run_left_out_may_be_tried_by_another(
    database: Database, tmp_path: Path
) -> None:
    _, _, run = await cancelled(database, tmp_path)
    left = set(await copies(database, _S.CANCELLED))
    async with database.read() as connection:
        assert await follow_ups.served_among(connection, run, left) == left
        assert await follow_ups.served_among(connection, replace(run, id="another"), left) == frozenset()
