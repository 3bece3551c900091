"""Sign-offs that no longer hold, withdrawals, late occurrences, several preparers, preferences; on both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from distributor.access import Actor
from distributor.errors import Conflict, NotFound
from distributor.model.message import Variant
from distributor.model.subscriber import Frequency, MembershipState, SubscriptionRules
from distributor.store import blobs, bulletins, schedules
from distributor.store.engine import Database
from distributor.usecases.approve_subscription import decide_subscription
from distributor.usecases.change_schedule import pause_schedule, read_schedule, remove_schedule, save_schedule
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.decide_occurrence import decide_occurrence
from distributor.usecases.list_subscribers import remove_subscriber
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.subscribing import READER, join, mails, make_preferences, schedule_of, subscription_of
from tests.support.worlds import ADMIN, APPROVER, NOW, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def change(context: Context, bulletin_id: str, *, withdraw: bool) -> str:
    """Withdraw the first item after the sign-off, or change its words; gives its key."""
    async with context.database.write() as connection:
        record = await bulletins.get(connection, bulletin_id)
        first = record.items[0]
        content = replace(first.content, title=f"{first.content.title}（改）")
        changed = replace(first, withdrawn=NOW + 2 * HOUR) if withdraw else replace(first, content=content)
        await bulletins.save(connection, replace(record, items=(changed, *record.items[1:])))
    return first.key


async def daily(context: Context) -> str:
    """A reader of daily digests and a bulletin for them; gives the bulletin."""
    await join(context, READER, make_preferences(Frequency.DAILY))
    await schedule_of(context, ("daily", Frequency.DAILY, NOW + DAY))
    return await publish_seed(at(context, NOW + HOUR))


async def test_words_that_nobody_signed_hold_the_digest_back_until_somebody_does(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await daily(context)
    await change(context, bulletin_id, withdraw=False)
    (claimed,) = await claim_occurrences(at(context, NOW + DAY))
    assert claimed.outcome == "sign-off-outdated"
    assert await prepare_digests(at(context, NOW + DAY)) == 0
    assert await mails(context) == []
    await sign_off_bulletin(at(context, NOW + DAY), APPROVER, bulletin_id)
    later = at(context, NOW + DAY + 7 * HOUR)
    (claimed,) = await claim_occurrences(later)
    assert claimed.outcome == "sent"
    assert await prepare_digests(later) == 1


async def test_words_that_change_while_readers_are_written_down_hold_the_rest_back(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    bulletin_id = await daily(context)
    later = at(context, NOW + DAY)
    await claim_occurrences(later)
    await change(context, bulletin_id, withdraw=False)
    assert await prepare_digests(later) == 0
    await sign_off_bulletin(later, APPROVER, bulletin_id)
    assert await prepare_digests(later) == 1


async def test_what_was_withdrawn_after_the_sign_off_is_left_out_and_the_rest_goes(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    key = await change(context, await daily(context), withdraw=True)
    later = at(context, NOW + DAY)
    (claimed,) = await claim_occurrences(later)
    assert claimed.outcome == "sent"
    await prepare_digests(later)
    ((_, variant),) = await mails(context)
    async with database.read() as connection:
        text = Variant.from_bytes(await blobs.get(connection, variant)).text
    assert key not in text


async def test_a_late_digest_runs_when_a_person_says_so_and_only_once(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await daily(context)
    late = at(context, NOW + DAY + 6.5 * HOUR)
    (claimed,) = await claim_occurrences(late)
    assert claimed.outcome == "ask"
    async with database.read() as connection:
        (asked,) = await schedules.asking(connection)
    decided = await decide_occurrence(late, APPROVER, "daily", asked.moment, run=True)
    assert decided.outcome == "sent"
    await prepare_digests(late)
    assert len(await mails(context)) == 1
    with pytest.raises(Conflict, match="nothing-asked"):
        await decide_occurrence(late, APPROVER, "daily", asked.moment, run=True)


async def test_a_removed_schedule_cannot_run_late(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await daily(context)
    late = at(context, NOW + DAY + 6.5 * HOUR)
    await claim_occurrences(late)
    await remove_schedule(late, ADMIN, "daily")
    with pytest.raises(NotFound, match="schedule-unknown"):
        await decide_occurrence(late, APPROVER, "daily", NOW + DAY, run=True)
    for act in (remove_schedule, lambda *given: pause_schedule(*given, enabled=False)):
        with pytest.raises(NotFound, match="schedule-unknown"):
            await act(late, ADMIN, "daily")


async def test_a_schedule_needs_a_list_that_is_there(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    wanted = read_schedule({"id": "x", "list": "nobody", "trigger": "每日 08:30"})
    with pytest.raises(NotFound, match="list-unknown"):
        await save_schedule(context, ADMIN, wanted)
    known = replace(wanted, list_id="public")
    first = await save_schedule(context, ADMIN, known)
    assert await save_schedule(at(context, NOW + DAY), ADMIN, known) == first
    assert await pause_schedule(context, ADMIN, "x", enabled=True) == first


async def test_several_preparers_at_once_write_each_reader_down_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await make_world(database, tmp_path)
    monkeypatch.setattr("distributor.usecases.prepare_digests._CHUNK", 2)
    for number in range(9):
        await join(context, f"reader{number}@r{number}.example")
    await publish_seed(at(context, NOW + HOUR))
    later = at(context, NOW + HOUR)
    await claim_occurrences(later)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(prepare_digests, later)
    for number in range(9):
        assert len(await mails(context, f"reader{number}@r{number}.example")) == 1


async def test_a_declined_request_ends_and_can_be_made_again(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    strict = replace(context, subscriptions=SubscriptionRules(approval=("public",)))
    found = await join(strict)
    await decide_subscription(strict, Actor("编辑"), found.subscriber.id, "public", approve=False)
    assert (await subscription_of(context)).lists(MembershipState.LEFT) == ("public",)
    again = await join(at(strict, NOW + 2 * DAY))
    assert again.lists(MembershipState.WAITING) == ("public",)


async def test_removing_somebody_nobody_knows_changes_nothing(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    assert not await remove_subscriber(context, ADMIN, READER)
    await join(context)
    assert await remove_subscriber(context, ADMIN, READER)
