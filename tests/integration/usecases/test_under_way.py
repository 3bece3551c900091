"""What becomes of mail that is under way when its bulletin changes: the editor says whether it stops or is finished."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from distributor.errors import Conflict
from distributor.model.bulletin import Masthead
from distributor.model.record import BulletinRecord
from distributor.model.revision import UnderWay
from distributor.model.run import DeliveryState, PauseReason, RunStatus
from distributor.model.subscriber import Frequency
from distributor.store import bulletins, runs, tables
from distributor.store.engine import Database
from distributor.store.tables import deliveries
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.correct_bulletin import correct_bulletin, read_correction
from distributor.usecases.edit_bulletin import Basis, Words, edit_item, edit_masthead
from distributor.usecases.list_runs import list_runs
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.read_audit import read_trail
from distributor.usecases.resend_delivery import resend_delivery
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.send_due import send_due
from distributor.usecases.under_way import count_under_way
from distributor.usecases.withdraw_bulletin import withdraw_bulletin
from tests.support.subscribing import READER, join, make_preferences, schedule_of
from tests.support.transports import ScriptedTransport
from tests.support.worlds import APPROVER, EDITOR, NOW, SEED, at, make_world, publish_seed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LATER = NOW + timedelta(hours=1)
Change = Callable[[Context, str, UnderWay | None], Awaitable[None]]


async def withdraw(context: Context, bulletin_id: str, under_way: UnderWay | None) -> None:
    """Take it back; None leaves the choice to the program."""
    chosen = {} if under_way is None else {"under_way": under_way}
    await withdraw_bulletin(context, APPROVER, bulletin_id, "有误", **chosen)


async def correct(context: Context, bulletin_id: str, under_way: UnderWay | None) -> None:
    """Correct it by another file."""
    data = SEED.read_text("utf-8").replace("召开", "举行").encode()
    read = await read_correction(context, EDITOR, bulletin_id, (data, "new.txt"))
    chosen = {} if under_way is None else {"under_way": under_way}
    await correct_bulletin(context, EDITOR, read, data, **chosen)


async def edit_head(context: Context, bulletin_id: str, under_way: UnderWay | None) -> None:
    """Give it another number; as a draft, which it is once nobody can read it."""
    record = await as_draft(context, bulletin_id)
    head = Masthead(record.masthead.title, "第99期", record.masthead.date, None)
    await edit_masthead(context, EDITOR, bulletin_id, head, basis(record.content_hash, under_way))


async def edit_words(context: Context, bulletin_id: str, under_way: UnderWay | None) -> None:
    """Give an item of it other words."""
    record = await as_draft(context, bulletin_id)
    words = Words("另一个标题", "另一段。")
    await edit_item(context, EDITOR, bulletin_id, record.items[0].key, words, basis(record.content_hash, under_way))


def basis(seen: str, under_way: UnderWay | None) -> Basis:
    return Basis(seen) if under_way is None else Basis(seen, under_way)


async def as_draft(context: Context, bulletin_id: str) -> BulletinRecord:
    async with context.database.write() as connection:
        await connection.execute(update(tables.bulletins).values(published=None))
        return await bulletins.get(connection, bulletin_id)


CHANGES = [
    (withdraw, "withdraw", UnderWay.STOP),
    (correct, "correct", UnderWay.FINISH),
    (edit_head, "edit", UnderWay.FINISH),
    (edit_words, "edit", UnderWay.FINISH),
]


async def begun(database: Database, folder: Path) -> tuple[Context, str, int]:
    """An issue of which one mail went out and the others wait."""
    context = await make_world(database, folder)
    bulletin_id = await publish_seed(context)
    started = await send_bulletin(context, APPROVER, bulletin_id, ["bao"])
    first = started.runs[0].deliveries[0]
    async with database.write() as connection:
        sent = update(deliveries).where(deliveries.c.id == first.id)
        await connection.execute(sent.values(state=DeliveryState.SENT, finished=NOW))
    return at(context, LATER), bulletin_id, sum(len(run.deliveries) for run in started.runs) - 1


async def details(context: Context, bulletin_id: str, act: str) -> dict[str, object]:
    return next(dict(entry.details) for entry in await read_trail(context, "bulletin", bulletin_id) if entry.act == act)


async def events(context: Context) -> list[tuple[str, str, str, int]]:
    (summary,) = await list_runs(context)
    async with context.database.read() as connection:
        found = await runs.events(connection, summary.run.id)
    return [(event.act, event.actor, event.detail, event.number) for event in found]


@pytest.mark.parametrize(("change", "act", "usual"), CHANGES)
@pytest.mark.parametrize("chosen", [None, *UnderWay])
async def test_the_run_stops_or_is_finished_as_it_is_chosen(
    database: Database, tmp_path: Path, change: Change, act: str, usual: UnderWay, chosen: UnderWay | None
) -> None:
    context, bulletin_id, left = await begun(database, tmp_path)
    assert await count_under_way(context, bulletin_id) == left
    await change(context, bulletin_id, chosen)
    told = await details(context, bulletin_id, act)
    (summary,) = await list_runs(context)
    if (chosen or usual) is UnderWay.STOP:
        assert (told["under_way"], told["cancelled"]) == ("stop", left)
        assert summary.status is RunStatus.FINISHED
        assert summary.run.pause_reason is PauseReason.CANCELLED
        assert summary.counts.by_state == {DeliveryState.SENT: 1, DeliveryState.CANCELLED: left}
        assert [(one[0], one[3]) for one in await events(context)] == [("cancel", left)]
        assert await count_under_way(context, bulletin_id) == 0
    else:
        assert (told["under_way"], told["cancelled"]) == ("finish", 0)
        assert summary.run.paused is None
        assert summary.counts.of(DeliveryState.PENDING) == left
        assert [(one[0], one[3]) for one in await events(context)] == [("finish", left)]


async def test_what_is_finished_goes_out_as_it_was_signed_and_can_be_sent_again(
    database: Database, tmp_path: Path
) -> None:
    context, bulletin_id, left = await begun(database, tmp_path)
    async with database.read() as connection:
        signed = (await connection.execute(select(deliveries.c.variant))).scalars().all()
    await withdraw(context, bulletin_id, UnderWay.FINISH)
    transport = ScriptedTransport()
    assert (await send_due(context, transport, 2)).sent == left
    async with database.read() as connection:
        rows = (await connection.execute(select(deliveries))).all()
    assert sorted(row.variant for row in rows) == sorted(signed)
    # it was the editor who said so
    assert await resend_delivery(context, APPROVER, rows[0].run_id, rows[0].id)


async def test_a_run_that_had_finished_is_not_asked_about(database: Database, tmp_path: Path) -> None:
    context, bulletin_id, _ = await begun(database, tmp_path)
    async with database.write() as connection:
        await connection.execute(update(deliveries).values(state=DeliveryState.SENT))
        row = (await connection.execute(select(deliveries))).first()
    assert await count_under_way(context, bulletin_id) == 0
    await withdraw(context, bulletin_id, UnderWay.FINISH)
    assert await events(context) == []
    assert row is not None
    with pytest.raises(Conflict, match="again-taken-back"):
        await resend_delivery(context, APPROVER, row.run_id, row.id)


@pytest.mark.parametrize("issues", [1, 2])
async def test_a_digest_stops_only_when_it_carries_nothing_else(
    database: Database, tmp_path: Path, issues: int
) -> None:
    context = await make_world(database, tmp_path)
    await join(context, READER, make_preferences(Frequency.WEEKLY))
    text = SEED.read_text("utf-8").replace("近日在上海", "次日在上海")
    made = [
        await publish_seed(at(context, NOW + timedelta(hours=1 + n)), issue=f"第{12 + n}期", text=text if n else None)
        for n in range(issues)
    ]
    await schedule_of(context, ("public-weekly", Frequency.WEEKLY, NOW + timedelta(days=1)))
    later = at(context, NOW + timedelta(days=1))
    await claim_occurrences(later)
    await prepare_digests(later)
    (summary,) = await list_runs(later)
    data = text.replace("召开", "举行").encode()
    read = await read_correction(later, EDITOR, summary.run.bulletin_id, (data, "new.txt"))
    await correct_bulletin(later, EDITOR, read, data, under_way=UnderWay.STOP)
    (summary,) = await list_runs(later)
    assert len(set(made)) == issues
    assert (summary.run.pause_reason is PauseReason.CANCELLED) is (issues == 1)
