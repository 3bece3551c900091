"""What is taken back while a digest is on its way: it goes out without it, and only once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from distributor.errors import Conflict
from distributor.model.message import Variant
from distributor.model.run import DeliveryState, RunStatus
from distributor.model.subscriber import Frequency
from distributor.store import blobs, bulletins, runs
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.usecases import mend_digests as mending
from distributor.usecases import prepare_digests as preparing
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.list_runs import list_runs
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.resend_delivery import resend_delivery
from distributor.usecases.retry_deliveries import retry_deliveries
from distributor.usecases.withdraw_bulletin import withdraw_bulletin
from tests.support.subscribing import READER, join, make_preferences, schedule_of
from tests.support.worlds import APPROVER, NOW, SEED, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=1)


async def merged(database: Database, folder: Path, *readers: str) -> tuple[Context, str, str]:
    """A weekly digest of two issues that waits to be sent; gives the two."""
    context = await make_world(database, folder)
    for reader in readers or (READER,):
        await join(context, reader, make_preferences(Frequency.WEEKLY))
    text = SEED.read_text("utf-8").replace("近日在上海", "次日在上海")
    first = await publish_seed(at(context, NOW + HOUR))
    second = await publish_seed(at(context, NOW + 2 * HOUR), issue="第13期", text=text)
    await schedule_of(context, ("public-weekly", Frequency.WEEKLY, LATER))
    later = at(context, LATER)
    assert [claimed.outcome for claimed in await claim_occurrences(later)] == ["sent"]
    await prepare_digests(later)
    return later, first, second


async def waiting(context: Context) -> list[tuple[str, str, str]]:
    """Id, state and text of every delivery to readers."""
    async with context.database.read() as connection:
        rows = (await connection.execute(select(deliveries).order_by(deliveries.c.address))).all()
        return [(row.id, row.state, Variant.from_bytes(await blobs.get(connection, row.variant)).text) for row in rows]


async def set_state(context: Context, state: DeliveryState) -> None:
    async with context.database.write() as connection:
        await connection.execute(update(deliveries).values(state=state))


async def keys_of(context: Context, bulletin_id: str) -> list[str]:
    async with context.database.read() as connection:
        return [item.key for item in (await bulletins.get(connection, bulletin_id)).items if item.is_public]


async def status(context: Context) -> RunStatus:
    (summary,) = await list_runs(context)
    return summary.status


@pytest.mark.parametrize(
    ("which", "state"),
    [(0, DeliveryState.PENDING), (1, DeliveryState.DEFERRED), (1, DeliveryState.IN_DOUBT)],
)
async def test_a_digest_goes_out_without_the_bulletin_that_is_taken_back(
    database: Database, tmp_path: Path, which: int, state: DeliveryState
) -> None:
    context, *issues = await merged(database, tmp_path)
    await set_state(context, state)
    (before,) = await waiting(context)
    gone, left = issues[which], issues[1 - which]
    await withdraw_bulletin(context, APPROVER, gone, "重复")
    assert await status(context) is RunStatus.PREPARING
    await prepare_digests(context)
    (after,) = await waiting(context)
    assert after[:2] == before[:2]
    assert all(key in before[2] for key in await keys_of(context, gone))
    assert not any(key in after[2] for key in await keys_of(context, gone))
    assert all(key in after[2] for key in await keys_of(context, left))
    assert await status(context) is not RunStatus.PREPARING


async def test_a_digest_goes_out_without_the_item_that_is_taken_back(database: Database, tmp_path: Path) -> None:
    context, first, second = await merged(database, tmp_path)
    item, *others = await keys_of(context, second)
    await withdraw_bulletin(context, APPROVER, second, "有误", item)
    await prepare_digests(context)
    ((_, state, text),) = await waiting(context)
    assert state == DeliveryState.PENDING
    assert item not in text
    assert all(key in text for key in [*others, *await keys_of(context, first)])


async def test_a_digest_of_which_nothing_is_left_is_cancelled(database: Database, tmp_path: Path) -> None:
    context, first, second = await merged(database, tmp_path)
    for issue in (first, second):
        await withdraw_bulletin(context, APPROVER, issue, "重复")
    await prepare_digests(context)
    ((_, state, _),) = await waiting(context)
    assert state == DeliveryState.CANCELLED
    assert await status(context) is RunStatus.FINISHED


async def test_what_a_worker_has_in_hand_is_waited_for(database: Database, tmp_path: Path) -> None:
    context, _, second = await merged(database, tmp_path)
    await set_state(context, DeliveryState.CLAIMED)
    await withdraw_bulletin(context, APPROVER, second, "重复")
    assert await prepare_digests(context) == 0
    (summary,) = await list_runs(context)
    async with database.read() as connection:
        # the worker is told to stop within a moment
        assert await runs.paused_among(connection, [summary.run.id]) == {summary.run.id}
    await set_state(context, DeliveryState.PENDING)
    assert await prepare_digests(context) == 1
    ((_, _, text),) = await waiting(context)
    assert not any(key in text for key in await keys_of(context, second))


async def test_what_was_sent_stays_as_it_was_sent(database: Database, tmp_path: Path) -> None:
    context, _, second = await merged(database, tmp_path)
    before = await waiting(context)
    await set_state(context, DeliveryState.SENT)
    await withdraw_bulletin(context, APPROVER, second, "重复")
    assert await prepare_digests(context) == 0
    assert [row[2] for row in await waiting(context)] == [row[2] for row in before]
    assert await status(context) is RunStatus.FINISHED


async def test_what_is_taken_back_while_readers_are_written_down_reaches_none_of_them(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_CHUNK", 1)
    world = await make_world(database, tmp_path)
    for reader in ("a@reader.example", "b@reader.example", "c@reader.example"):
        await join(world, reader, make_preferences(Frequency.WEEKLY))
    await publish_seed(at(world, NOW + HOUR))
    text = SEED.read_text("utf-8").replace("近日在上海", "次日在上海")
    second = await publish_seed(at(world, NOW + 2 * HOUR), issue="第13期", text=text)
    await schedule_of(world, ("public-weekly", Frequency.WEEKLY, LATER))
    context = at(world, LATER)
    await claim_occurrences(context)
    looked = preparing._look_ahead
    chunks = []

    async def look_ahead(*given: object) -> object:
        found = await looked(*given)  # type: ignore[arg-type]  passed on
        chunks.append(found)
        if len(chunks) == 2:
            # one reader is written down, the next is rendered for
            await withdraw_bulletin(context, APPROVER, second, "重复")
        return found

    monkeypatch.setattr(preparing, "_look_ahead", look_ahead)
    await prepare_digests(context)
    rows = await waiting(context)
    assert len(rows) == 3
    gone = await keys_of(context, second)
    assert not any(key in row[2] for row in rows for key in gone)
    assert await status(context) is not RunStatus.PREPARING


async def test_what_is_taken_back_while_a_digest_is_mended_is_mended_at_the_next_look(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, first, second = await merged(database, tmp_path)
    await withdraw_bulletin(context, APPROVER, second, "重复")
    usual = mending.load_ground

    async def load_ground(*given: Any) -> Any:  # noqa: ANN401  passed on
        ground = await usual(*given)
        monkeypatch.setattr(mending, "load_ground", usual)
        await withdraw_bulletin(context, APPROVER, first, "重复")
        return ground

    monkeypatch.setattr(mending, "load_ground", load_ground)
    assert await prepare_digests(context) == 0
    assert await status(context) is RunStatus.PREPARING
    await prepare_digests(context)
    ((_, state, _),) = await waiting(context)
    assert state == DeliveryState.CANCELLED


async def test_what_was_mended_is_sent_again_and_what_it_was_before_is_not(database: Database, tmp_path: Path) -> None:
    context, other, second = await merged(database, tmp_path, READER, "other@kjt-gd.example")
    first = (await waiting(context))[0]
    (run,) = [summary.run for summary in await list_runs(context)]
    async with database.write() as connection:
        await connection.execute(update(deliveries).where(deliveries.c.id == first[0]).values(state="sent"))
    later = at(context, LATER + HOUR)
    await withdraw_bulletin(later, APPROVER, second, "重复")
    last = at(context, LATER + 2 * HOUR)
    await prepare_digests(last)
    with pytest.raises(Conflict, match="again-taken-back"):
        await resend_delivery(last, APPROVER, run.id, first[0])
    await set_state(context, DeliveryState.FAILED)
    assert await retry_deliveries(last, APPROVER, run.id) == 1
    await withdraw_bulletin(at(context, LATER + 3 * HOUR), APPROVER, other, "重复")
    await set_state(context, DeliveryState.FAILED)
    with pytest.raises(Conflict, match="again-taken-back"):
        await retry_deliveries(last, APPROVER, run.id)
