"""What people and guards do to runs, on both databases: each act once, named, and safe to repeat."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.access import AccessRole, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.model.conduct import Conduct
from distributor.model.ledger import DoubtPolicy, Mark, Verdict
from distributor.model.run import DeliveryState, Phase, Reply, Run, RunStatus
from distributor.store import claims, deliveries, entries, freezing, marks, runs, tables
from distributor.store.engine import Database
from distributor.store.journal import Journal
from distributor.usecases.cancel_run import cancel_run
from distributor.usecases.context import Context
from distributor.usecases.freeze_in_chunks import freeze_in_chunks
from distributor.usecases.list_runs import list_runs, show_run, show_run_history
from distributor.usecases.pause_run import pause_run
from distributor.usecases.reconcile_deliveries import reconcile
from distributor.usecases.resume_run import resume_run
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.settle_doubt import settle_doubt
from tests.support.ledger import counts_of, make_context, make_deliveries, make_run, rows_of

pytestmark = pytest.mark.anyio

_S = DeliveryState
WANG = Actor("王处")


async def bring(database: Database, run: Run, *states: DeliveryState) -> None:
    """Bring the deliveries of a run to states, in their order, as a worker that is gone did."""
    async with database.write() as connection:
        now = await database.now(connection)
        taken = await claims.claim(connection, claims.Claim("w1", 30, len(states)), now, [run.id])
        silence = Reply(Phase.DOT, 0, "answer-timeout")
        given = [
            Mark(one, state, "w1", silence if state is _S.IN_DOUBT else None)
            for one, state in zip(taken, states, strict=True)
        ]
        await marks.apply(connection, given, now)


async def status(context: Context, run: Run) -> RunStatus:
    return (await show_run(context, run.id))[0].status


async def acts(context: Context, run: Run) -> list[tuple[str, str, int]]:
    return [(event.actor, event.act, event.number) for event in await show_run_history(context, run.id)]


async def test_pausing_and_resuming_are_written_down_once(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    assert await status(context, run) is RunStatus.WAITING
    assert await pause_run(context, WANG, run.id)
    assert not await pause_run(context, WANG, run.id)
    assert await status(context, run) is RunStatus.PAUSED
    assert await resume_run(context, WANG, run.id)
    assert not await resume_run(context, WANG, run.id)
    assert await acts(context, run) == [("王处", "pause", 1), ("王处", "resume", 1)]


async def test_only_who_may_send_may_act_on_runs(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    reader = Actor("实习", AccessRole.READER)
    with pytest.raises(Refused, match="not-permitted"):
        await pause_run(context, reader, run.id)
    with pytest.raises(NotFound, match="run-unknown"):
        await pause_run(context, WANG, "unknown")


async def test_a_run_that_has_finished_is_neither_paused_nor_cancelled(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await bring(database, run, _S.SENT, _S.FAILED)
    for act in (pause_run, resume_run, cancel_run):
        with pytest.raises(Conflict, match="run-finished"):
            await act(context, WANG, run.id)
    assert await acts(context, run) == []
    assert await retry_deliveries(context, WANG, run.id) == 1
    assert await pause_run(context, WANG, run.id)


async def test_failed_deliveries_of_a_cancelled_run_are_not_sent_again(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await bring(database, run, _S.FAILED)
    assert await cancel_run(context, WANG, run.id) == 1
    assert await cancel_run(context, WANG, run.id) == 0
    with pytest.raises(Conflict, match="run-cancelled"):
        await retry_deliveries(context, WANG, run.id)


async def test_the_history_of_a_run_that_is_none_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="run-unknown"):
        await show_run_history(make_context(database, tmp_path), "unknown")


async def test_failed_deliveries_are_due_again_all_or_selected(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 4)
    await bring(database, run, _S.FAILED, _S.FAILED, _S.FAILED, _S.SENT)
    first = (await rows_of(database, run))[0].delivery
    assert await retry_deliveries(context, WANG, run.id, [first.id]) == 1
    assert await retry_deliveries(context, WANG, run.id, [first.id]) == 0
    assert await retry_deliveries(context, WANG, run.id) == 2
    rows = await rows_of(database, run)
    assert [row.delivery.state for row in rows] == [_S.PENDING, _S.PENDING, _S.PENDING, _S.SENT]
    assert [row.delivery.attempts for row in rows] == [0, 0, 0, 1], "they have the patience of a first attempt"
    assert rows[0].finished is None
    assert await acts(context, run) == [("王处", "retry", 1), ("王处", "retry", 2)]


@pytest.mark.parametrize("state", [_S.SENT, _S.FAILED, _S.PENDING])
async def test_a_person_settles_doubt(database: Database, tmp_path: Path, state: DeliveryState) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 2)
    await bring(database, run, _S.IN_DOUBT, _S.SENT)
    assert await status(context, run) is RunStatus.DOUBTFUL
    assert await settle_doubt(context, WANG, run.id, state) == 1
    assert await settle_doubt(context, WANG, run.id, state) == 0
    assert [row.delivery.state for row in await rows_of(database, run)] == [state, _S.SENT]


async def test_what_a_worker_still_waits_for_cannot_be_settled(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    async with database.write() as connection:
        now = await database.now(connection)
        (taken,) = await claims.claim(connection, claims.Claim("w1", 30, 1), now)
        await marks.apply(connection, [Mark(taken, _S.IN_DOUBT, "w1")], now)
    assert await settle_doubt(context, WANG, run.id, _S.SENT) == 0


async def test_cancelling_leaves_what_is_sent_and_takes_the_rest(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 5)
    await bring(database, run, _S.SENT, _S.DEFERRED)
    async with database.write() as connection:
        now = await database.now(connection)
        (taken,) = await claims.claim(connection, claims.Claim("w2", 30, 1), now, [run.id])
    assert await cancel_run(context, WANG, run.id) == 3
    assert await cancel_run(context, WANG, run.id) == 0
    async with database.write() as connection:
        await marks.apply(connection, [Mark(taken, _S.PENDING, "w2")], await database.now(connection))
    await reconcile(context)
    counts = await counts_of(database, run)
    assert (counts.of(_S.SENT), counts.of(_S.CANCELLED)) == (1, 4)
    assert await status(context, run) is RunStatus.FINISHED
    with pytest.raises(Conflict, match="run-cancelled"):
        await resume_run(context, WANG, run.id)
    assert await acts(context, run) == [("王处", "cancel", 3)]


async def test_what_a_frozen_worker_had_in_its_journal_is_written_down_before_it_loses_its_deliveries(
    database: Database, tmp_path: Path
) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    async with database.write() as connection:
        now = await database.now(connection)
        first, second, _third = await claims.claim(connection, claims.Claim("frozen", 0, 3), now)
    journal = Journal(context.journal_folder, "frozen")
    for one in (first, second):
        journal.begin(entries.write(Mark(one, _S.IN_DOUBT, "frozen", at=context.now())))
    journal.end(entries.write(Mark(first, _S.SENT, "frozen", Reply(Phase.DOT, 250, "ok"), at=context.now())))
    warned = await reconcile(context)
    assert (warned.claimed, warned.in_doubt) == (0, 0)
    async with database.write() as connection:
        now = await database.now(connection)
        await connection.execute(update(tables.deliveries).values(lease_until=now))
    taken = await reconcile(context)
    assert (taken.claimed, taken.in_doubt, taken.settled) == (1, 1, 1)
    assert [row.delivery.state for row in await rows_of(database, run)] == [_S.SENT, _S.PENDING, _S.PENDING]
    journal.close()


async def test_the_journal_of_a_dead_worker_is_brought_into_the_ledger_once(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 4)
    async with database.write() as connection:
        now = await database.now(connection)
        first, second, third, _fourth = await claims.claim(connection, claims.Claim("dead", 30, 4), now)
    journal = Journal(context.journal_folder, "dead")
    at = context.now()
    written = [Mark(one, _S.IN_DOUBT, "dead", at=at) for one in (first, second, third)]
    sent = Mark(first, _S.SENT, "dead", Reply(Phase.DOT, 250, "ok"), at=at)
    for mark in written:
        journal.begin(entries.write(mark))
    journal.end(entries.write(sent))
    async with database.write() as connection:
        # some of it had reached the database before the end
        await marks.apply(connection, [written[0], written[1]], await database.now(connection))
    journal.abandon()
    found = await reconcile(context)
    assert (found.journals, found.settled) == (1, 2)
    assert (await reconcile(context)).journals == 0
    assert [row.delivery.state for row in await rows_of(database, run)] == [_S.SENT, *[_S.PENDING] * 3]
    async with database.read() as connection:
        history = await deliveries.events(connection, first.id)
    assert [event.state for event in history] == [_S.CLAIMED, _S.IN_DOUBT, _S.SENT]


class Known:
    """A relay that can be asked."""

    def __init__(self, **verdicts: Verdict) -> None:
        self.verdicts_by_place = verdicts

    async def verdicts(self, asked: Mapping[str, datetime]) -> Mapping[str, tuple[Verdict, str]]:
        """Answer for the messages in the order of their ids."""
        places = zip(sorted(asked), self.verdicts_by_place.values(), strict=False)
        return {key: (verdict, "4F: queued") for key, verdict in places}


async def test_the_relay_is_asked_about_doubt_and_only_what_it_has_not_is_sent_again(
    database: Database, tmp_path: Path
) -> None:
    known = Known(a=Verdict.TAKEN, b=Verdict.NOT_TAKEN, c=Verdict.UNKNOWN)
    conduct = Conduct(doubt=DoubtPolicy.ASK)
    context = make_context(database, tmp_path, conduct=conduct, relay_log=known)
    run = await make_run(database, 4)
    await bring(database, run, *[_S.IN_DOUBT] * 4)
    assert (await reconcile(context)).settled == 2
    rows = sorted(await rows_of(database, run), key=lambda row: row.delivery.message_id)
    assert [row.delivery.state for row in rows] == [_S.SENT, _S.PENDING, _S.IN_DOUBT, _S.IN_DOUBT]
    assert rows[0].reply == Reply(Phase.DOT, 250, "4F: queued")


async def test_whose_worker_is_killed_twice_is_sent_again_at_once_each_time(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 1)
    for worker in ("w1", "w2", "w3"):
        async with database.write() as connection:
            now = await database.now(connection)
            (taken,) = await claims.claim(connection, claims.Claim(worker, 30, 1), now)
            await marks.apply(connection, [Mark(taken, _S.IN_DOUBT, worker)], now)
            await claims.release_dead(connection, worker, now)
        assert (await reconcile(context)).settled == 1
    async with database.read() as connection:
        (due,) = await claims.due_runs(connection, await database.now(connection), fresh_after=None)
    assert due == run.id


async def test_a_run_is_listed_with_its_status(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    run = await make_run(database, 3)
    await bring(database, run, _S.SENT)
    (summary,) = await list_runs(context)
    assert summary.status is RunStatus.SENDING
    assert summary.run.began is not None


async def test_a_run_written_in_chunks_is_due_only_when_it_is_complete(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distributor.usecases.freeze_in_chunks._CHUNK", 600)
    context = make_context(database, tmp_path)
    sample, other = await make_run(database, 1), await make_run(database, 0)
    variant = (await rows_of(database, sample))[0].delivery.variant
    run = Run("large", other.bulletin_id, other.list_id, other.mailing, other.sign_off_id, context.now(), "编辑部")
    made = make_deliveries(run, variant, 1500, "大.example\\x")
    async with database.write() as connection:
        await runs.add(connection, run)
    with pytest.raises(Conflict, match="run-incomplete"):
        await freeze_in_chunks(context, run, made, 1501)
    assert await status(context, run) is RunStatus.PREPARING
    async with database.write() as connection:
        assert "large" not in await claims.due_runs(connection, await database.now(connection), fresh_after=None)


async def test_what_nobody_completed_is_removed_and_can_be_frozen_again(database: Database, tmp_path: Path) -> None:
    context = make_context(database, tmp_path)
    sample, other = await make_run(database, 1), await make_run(database, 0)
    variant = (await rows_of(database, sample))[0].delivery.variant
    begun = context.now() - timedelta(hours=2)
    run = Run("left", other.bulletin_id, other.list_id, other.mailing, other.sign_off_id, begun, "编辑部")
    async with database.write() as connection:
        await runs.add(connection, run)
        await freezing.add_chunk(connection, run, make_deliveries(run, variant, 5), 0)
    await reconcile(context)
    with pytest.raises(NotFound, match="run-unknown"):
        await show_run(context, "left")
    fresh = Run("fresh", other.bulletin_id, other.list_id, other.mailing, other.sign_off_id, context.now(), "编辑部")
    names = [f"单位\t{n}\\" for n in range(700)]
    plain = make_deliveries(fresh, variant, 700)
    made = [replace(one, organization_name=name) for one, name in zip(plain, names, strict=True)]
    async with database.write() as connection:
        await runs.add(connection, fresh)
    assert await freeze_in_chunks(context, fresh, made, 700)
    # whoever comes later finds nothing to do
    assert not await freeze_in_chunks(context, fresh, made, 700)
    assert await status(context, fresh) is RunStatus.WAITING
    assert [row.delivery.organization_name for row in await rows_of(database, fresh)] == names
