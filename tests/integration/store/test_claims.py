"""Claims on both databases: no row twice, fences, leases by the database's clock, deliveries of the dead."""

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import update

from distributor.model.ledger import Claim, Mark
from distributor.model.run import Delivery, DeliveryState, PauseReason, Phase, Reply, Run
from distributor.store import claims, deliveries, marks, runs, tables
from distributor.store.engine import Database
from tests.support.ledger import counts_of, make_run, rows_of

pytestmark = pytest.mark.anyio

_S = DeliveryState
LEASE = timedelta(seconds=30)
GRACE = timedelta(seconds=10)


async def claim(database: Database, worker: str = "w1", limit: int = 100) -> tuple[Delivery, ...]:
    async with database.write() as connection:
        now = await database.now(connection)
        return await claims.claim(connection, Claim(worker, LEASE.total_seconds(), limit), now)


async def write(database: Database, *given: Mark) -> frozenset[str]:
    async with database.write() as connection:
        return await marks.apply(connection, given, await database.now(connection))


async def expire(database: Database, seconds: float = 60) -> None:
    """Let all leases end some seconds ago."""
    async with database.write() as connection:
        now = await database.now(connection)
        held = tables.deliveries.c.lease_until.is_not(None)
        changes = {"lease_until": now - timedelta(seconds=seconds)}
        await connection.execute(update(tables.deliveries).where(held).values(changes))


async def look(database: Database) -> tuple[int, int]:
    """What a reconciler does about leases."""
    async with database.write() as connection:
        now = await database.now(connection)
        released = await claims.release_expired(connection, now)
        await claims.warn_expired(connection, now, GRACE)
    return released


async def states(database: Database, run: Run) -> list[DeliveryState]:
    return [row.delivery.state for row in await rows_of(database, run)]


async def test_claims_at_the_same_time_never_give_a_row_twice(database: Database) -> None:
    run = await make_run(database, 60)
    taken: list[Delivery] = []

    async def worker(name: str) -> None:
        while some := await claim(database, name, limit=7):
            taken.extend(some)

    async with anyio.create_task_group() as tasks:
        for number in range(4):
            tasks.start_soon(worker, f"w{number}")
    assert len(taken) == len({one.id for one in taken}) == 60
    assert await states(database, run) == [_S.CLAIMED] * 60


async def test_a_claim_counts_the_attempt_and_raises_the_fence(database: Database) -> None:
    await make_run(database, 1)
    (first,) = await claim(database)
    assert (first.attempts, first.fence, first.state) == (1, 1, _S.CLAIMED)
    await write(database, Mark(first, _S.PENDING, "w1"))
    (second,) = await claim(database)
    assert (second.attempts, second.fence) == (1, 2), "given back untouched, it was no attempt"


async def test_runs_take_turns(database: Database) -> None:
    first, second = await make_run(database, 20), await make_run(database, 3)
    taken = await claim(database, limit=10)
    by_run = [sum(one.run_id == run.id for one in taken) for run in (first, second)]
    assert by_run == [7, 3]


async def test_what_is_not_due_yet_is_not_claimed(database: Database) -> None:
    await make_run(database, 1)
    (delivery,) = await claim(database)
    async with database.read() as connection:
        now = await database.now(connection)
    await write(database, Mark(delivery, _S.DEFERRED, "w1", next_attempt=now + timedelta(minutes=5)))
    assert await claim(database) == ()


async def test_a_paused_run_is_not_claimed(database: Database) -> None:
    run = await make_run(database, 1)
    async with database.write() as connection:
        assert await runs.pause(connection, run.id, "w", PauseReason.PERSON, run.created)
        assert not await runs.pause(connection, run.id, "w", PauseReason.PERSON, run.created)
    assert await claim(database) == ()
    async with database.write() as connection:
        assert await runs.resume(connection, run.id, run.created)
        assert not await runs.resume(connection, run.id, run.created)
    assert len(await claim(database)) == 1


async def test_a_run_that_is_late_is_not_claimed_before_a_person_says_so(database: Database) -> None:
    run = await make_run(database, 1)
    async with database.write() as connection:
        now = await database.now(connection)
        limit = run.created + timedelta(hours=1)
        assert await claims.due_runs(connection, now, fresh_after=limit) == ()
        assert await claims.late_runs(connection, now, limit) == (run.id,)
        await runs.pause(connection, run.id, "guard", PauseReason.PAST_DUE, now)
        await runs.resume(connection, run.id, now)
        assert await claims.due_runs(connection, now, fresh_after=limit) == (run.id,)


async def test_a_run_that_has_begun_is_never_late(database: Database) -> None:
    run = await make_run(database, 2)
    await claim(database, limit=1)
    async with database.write() as connection:
        now = await database.now(connection)
        assert await claims.due_runs(connection, now, fresh_after=run.created + timedelta(hours=1)) == (run.id,)


async def test_a_mark_with_an_old_fence_changes_nothing_and_is_reported(database: Database) -> None:
    run = await make_run(database, 1)
    (old,) = await claim(database, "w1")
    await write(database, Mark(old, _S.PENDING, "w1"))
    (new,) = await claim(database, "w2")
    assert await write(database, Mark(old, _S.SENT, "w1")) == {old.id}
    assert await states(database, run) == [_S.CLAIMED]
    assert await write(database, Mark(new, _S.SENT, "w2")) == frozenset()


async def test_doubt_and_acceptance_in_one_group_are_two_events(database: Database) -> None:
    run = await make_run(database, 2)
    taken = await claim(database)
    reply = Reply(Phase.DOT, 250, "2.0.0 收下了")
    group = [mark for one in taken for mark in (Mark(one, _S.IN_DOUBT, "w1"), Mark(one, _S.SENT, "w1", reply))]
    assert await write(database, *group) == frozenset()
    rows = await rows_of(database, run)
    assert [(row.delivery.state, row.reply) for row in rows] == [(_S.SENT, reply)] * 2
    assert all(row.finished is not None for row in rows)
    async with database.read() as connection:
        history = await deliveries.events(connection, taken[0].id)
    assert [(event.state, event.code) for event in history] == [(_S.CLAIMED, None), (_S.IN_DOUBT, None), (_S.SENT, 250)]


async def test_a_lease_that_ran_out_is_warned_of_before_it_is_taken_away(database: Database) -> None:
    run = await make_run(database, 1)
    await claim(database)
    await expire(database)
    assert await look(database) == (0, 0)
    assert await states(database, run) == [_S.CLAIMED]
    await expire(database, 1)
    assert await look(database) == (1, 0)
    assert await states(database, run) == [_S.PENDING]


async def test_a_living_worker_that_was_warned_renews_in_time(database: Database) -> None:
    run = await make_run(database, 1)
    (delivery,) = await claim(database)
    await expire(database)
    await look(database)
    async with database.write() as connection:
        until = await database.now(connection) + LEASE
        assert await claims.renew(connection, "w1", until) == {(delivery.id, delivery.fence)}
    assert await look(database) == (0, 0)
    assert await states(database, run) == [_S.CLAIMED]


async def test_a_worker_does_not_renew_what_another_one_has(database: Database) -> None:
    await make_run(database, 1)
    await claim(database, "w1")
    for _ in range(2):
        await expire(database)
        await look(database)
    (taken,) = await claim(database, "w2")
    async with database.write() as connection:
        until = await database.now(connection) + LEASE
        assert await claims.renew(connection, "w1", until) == frozenset()
        assert await claims.renew(connection, "w2", until) == {(taken.id, taken.fence)}


async def test_a_late_mark_counts_while_nobody_has_claimed_the_delivery_again(database: Database) -> None:
    run = await make_run(database, 1)
    (delivery,) = await claim(database)
    for _ in range(2):
        await expire(database)
        await look(database)
    assert await states(database, run) == [_S.PENDING]
    assert await write(database, Mark(delivery, _S.SENT, "w1", Reply(Phase.DOT, 250, "ok"))) == frozenset()
    assert await states(database, run) == [_S.SENT]


async def test_what_a_dead_worker_held_is_due_again_or_in_doubt(database: Database) -> None:
    run = await make_run(database, 3)
    first, second, _third = await claim(database)
    await write(database, Mark(first, _S.IN_DOUBT, "w1"), Mark(second, _S.IN_DOUBT, "w1"))
    await write(database, Mark(first, _S.SENT, "w1", Reply(Phase.DOT, 250, "ok")))
    async with database.write() as connection:
        now = await database.now(connection)
        assert await claims.release_dead(connection, "w1", now) == (1, 1)
        assert await claims.release_dead(connection, "w1", now) == (0, 0)
        ((doubt, reply, _at),) = await claims.doubtful(connection)
    assert (doubt.id, reply) == (second.id, None)
    assert await states(database, run) == [_S.SENT, _S.IN_DOUBT, _S.PENDING]


async def test_a_relay_that_fell_silent_leaves_doubt_that_no_worker_renews(database: Database) -> None:
    await make_run(database, 1)
    (delivery,) = await claim(database)
    silence = Reply(Phase.DOT, 0, "answer-timeout")
    await write(database, Mark(delivery, _S.IN_DOUBT, "w1"), Mark(delivery, _S.IN_DOUBT, "w1", silence))
    async with database.write() as connection:
        assert await claims.renew(connection, "w1", await database.now(connection) + LEASE) == frozenset()
        ((doubt, reply, _at),) = await claims.doubtful(connection)
    assert (doubt.id, reply) == (delivery.id, silence)


async def test_the_numbers_of_a_run_add_up_at_every_step(database: Database) -> None:
    run = await make_run(database, 8)
    taken = await claim(database, limit=7)
    states_of = (_S.SENT, _S.FAILED, _S.DEFERRED, _S.IN_DOUBT, _S.SUPPRESSED, _S.PENDING)
    for delivery, state in zip(taken, states_of, strict=False):
        await write(database, Mark(delivery, state, "w1"))
        counts = await counts_of(database, run)
        assert counts.is_balanced
        assert counts.total == 8
    assert not (await counts_of(database, run)).is_finished


async def test_long_and_strange_replies_are_kept_as_far_as_the_ledger_goes(database: Database) -> None:
    run = await make_run(database, 1)
    (delivery,) = await claim(database)
    text = "550 \0 拒收" + "长" * 2000
    await write(database, Mark(delivery, _S.FAILED, "w1", Reply(Phase.RCPT, 550, text)))
    (row,) = await rows_of(database, run)
    assert row.reply is not None
    assert row.reply.text.startswith("550  拒收长")
    assert len(row.reply.text) < 600


async def test_marks_for_rows_that_are_gone_are_reported(database: Database) -> None:
    run = await make_run(database, 1)
    (delivery,) = await claim(database)
    async with database.write() as connection:
        await connection.execute(update(tables.deliveries).values(fence=7))
    assert await write(database, Mark(replace(delivery, fence=1), _S.IN_DOUBT, "w1")) == {delivery.id}
    assert await states(database, run) == [_S.CLAIMED]
