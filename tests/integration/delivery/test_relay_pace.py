"""The pace of further relays: shared by all workers, remembered after a restart, changed by what the relay says."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from distributor.bootstrap import Container, _conduct
from distributor.deliver import SmtpTransport
from distributor.deliver.paced import PacedTransport
from distributor.model.conduct import Conduct, Pace
from distributor.model.lane import EVERYTHING, Lane
from distributor.model.recipient import AddressBook
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply
from distributor.settings import Settings
from distributor.store import address_book, lanes, runs, tables
from distributor.store.engine import Database
from distributor.usecases import share_pace
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.share_pace import RelayPace
from tests.support.delivering import SENDER, Hook, make_mail, relay_to
from tests.support.ledger import LIST, later, make_context, make_run, rows_of
from tests.support.smtp_script import Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

RELAY = "second.example:25"
TO = "reader@qq.example"
LONG = timedelta(hours=1)
SENT = Outcome(DeliveryState.SENT, Reply(Phase.DOT, 250, "ok"))
THROTTLED = Outcome(DeliveryState.DEFERRED, Reply(Phase.RCPT, 450, "slow down"), RefusalClass.THROTTLE)


async def known(database: Database) -> dict[str, Lane]:
    async with database.read() as connection:
        return await lanes.load(connection, RELAY)


async def waits(pace: RelayPace, number: int, to: str = TO) -> list[float]:
    """How long so many messages in a row have to wait, in seconds."""
    found = [await pace.reserve(to, LONG) for _ in range(number)]
    return [wait.total_seconds() for wait in found if isinstance(wait, timedelta)]


async def test_two_workers_share_the_bucket_and_a_restart_remembers_it(database: Database) -> None:
    allowed = Pace(per_second=0.01)
    # the right of a hundred seconds is taken once, whoever comes
    assert await waits(RelayPace(database, RELAY, allowed), 1) == [0]
    (second,) = await waits(RelayPace(database, RELAY, allowed), 1)
    (third,) = await waits(RelayPace(database, RELAY, allowed), 1)
    assert 90 < second <= 100
    assert 190 < third <= 200
    # who cannot wait is told when to come back, one after the other, and takes nothing away
    turns = [await RelayPace(database, RELAY, allowed).reserve(TO, timedelta(seconds=10)) for _ in range(2)]
    first_turn, second_turn = (turn for turn in turns if isinstance(turn, datetime))
    assert second_turn - first_turn == timedelta(seconds=100)
    (fourth,) = await waits(RelayPace(database, RELAY, allowed), 1)
    assert 290 < fourth <= 300


async def test_rights_are_taken_in_slices_of_a_part_of_a_second(database: Database) -> None:
    pace = RelayPace(database, RELAY, Pace(per_second=1000))
    assert await waits(pace, 250) == [0] * 250
    assert (await known(database))[EVERYTHING].tokens == 750
    pace._expire = 0.0
    await pace.reserve(TO, LONG)
    # what was taken ahead and is too old is not used
    assert (await known(database))[EVERYTHING].tokens <= 750


async def test_a_domain_has_a_lane_of_its_own(database: Database) -> None:
    pace = RelayPace(database, RELAY, Pace(per_second=1000, domains={"qq.example": 0.01}))
    assert await waits(pace, 1) == [0]
    assert (await waits(pace, 1))[0] > 90
    assert await waits(pace, 3, "reader@other.example") == [0, 0, 0]
    assert set(await known(database)) == {EVERYTHING, "qq.example"}


async def test_a_relay_that_complains_is_written_to_more_slowly_by_all(database: Database) -> None:
    one, other = (RelayPace(database, RELAY, Pace()) for _ in range(2))
    assert await waits(one, 2) == [0, 0]
    assert await known(database) == {}
    await one.heed(TO, THROTTLED)
    slowed = (await known(database))["qq.example"]
    assert slowed.rate < slowed.ceiling
    assert max(await waits(other, 200)) > 0
    assert await waits(other, 1, "reader@other.example") == [0]


async def test_a_relay_that_is_closed_is_left_alone_until_it_opens(database: Database) -> None:
    pace = RelayPace(database, RELAY, Pace())
    refused = Outcome(DeliveryState.DEFERRED, Reply(Phase.CONNECT, 0, "connection-refused"), RefusalClass.CONNECTION)
    await pace.heed(TO, refused)
    assert isinstance(await pace.reserve(TO, timedelta(seconds=10)), datetime)
    (wait,) = await waits(pace, 1)
    assert 10 < wait <= 15


async def test_lanes_recover_by_themselves(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    pace = RelayPace(database, RELAY, Pace())
    await pace.heed(TO, THROTTLED)
    slow = (await known(database))["qq.example"]
    async with database.write() as connection:
        assert slow.slowed is not None
        earlier = Lane(
            **{name: getattr(slow, name) for name in Lane.__dataclass_fields__} | {"slowed": slow.slowed - LONG}
        )
        await lanes.save(connection, RELAY, [earlier])
    await pace.heed(TO, SENT)
    assert (await known(database))["qq.example"].slowed is not None
    monkeypatch.setattr(share_pace, "_RECOVERY_SECONDS", 0.0)
    await pace.heed(TO, SENT)
    assert (await known(database))["qq.example"].slowed is None


async def test_while_the_database_is_away_nobody_is_hurried(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = RelayPace(database, RELAY, Pace(per_second=5))

    async def away(*_given: object, **_named: object) -> None:
        raise OperationalError("SELECT 1", {}, ConnectionError("gone"))

    monkeypatch.setattr(lanes, "load", away)
    assert await pace.reserve(TO, LONG) == timedelta(seconds=1)
    await pace.heed(TO, THROTTLED)


async def test_mail_goes_at_the_pace_and_answers_are_heeded(database: Database) -> None:
    async with ScriptedServer(Script(answers={Step.RCPT: "450 4.7.1 MI:SFQ slow down"})) as server:
        inner = SmtpTransport(relay_to(server))
        async with PacedTransport(inner, RelayPace(database, RELAY, Pace(per_second=1000))) as transport:
            outcome = await transport.send(SENDER, TO, make_mail(TO), Hook())
    assert outcome.state is DeliveryState.DEFERRED
    assert "qq.example" in await known(database)


async def test_a_mail_that_would_wait_long_is_given_back_untried(database: Database) -> None:
    async with ScriptedServer() as server:
        inner = SmtpTransport(relay_to(server))
        async with PacedTransport(inner, RelayPace(database, RELAY, Pace(per_second=0.01))) as transport:
            first, second = [await transport.send(SENDER, TO, make_mail(TO), Hook()) for _ in range(2)]
        assert (first.state, second.state) == (DeliveryState.SENT, DeliveryState.DEFERRED)
        assert (first.due, second.reply.text) == (None, "relay-pace")
        assert second.due is not None
        assert len(server.ledger) == 1
        async with PacedTransport(
            SmtpTransport(relay_to(server)), RelayPace(database, RELAY, Pace(per_second=20))
        ) as on:
            # the operator has changed the setting: the wait is short now
            assert (await on.send(SENDER, TO, make_mail(TO), Hook())).state is DeliveryState.SENT


async def test_every_further_relay_of_the_settings_has_its_lanes(database: Database, tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        further = {"host": "127.0.0.1", "port": server.port, "security": "none", "senders": ["xiefa.example"]}
        settings = Settings(
            data_dir=tmp_path,
            sending="live",  # type: ignore[arg-type]  read as from a file
            smtp={"host": "127.0.0.1", "port": 1, "security": "none"},  # type: ignore[arg-type]  as above
            relays=[{**further, "per_second": 7}],  # type: ignore[list-item]  as above
        )
        async with Container(settings, make_context(database, tmp_path)).transport() as transport:
            assert (await transport.send(SENDER, TO, make_mail(TO), Hook())).state is DeliveryState.SENT
        async with database.read() as connection:
            kept = await lanes.load(connection, f"127.0.0.1:{server.port}")
    assert kept[EVERYTHING].ceiling == 7


async def test_what_a_further_relay_complains_about_does_not_slow_the_first_one(
    database: Database, tmp_path: Path
) -> None:
    await make_run(database, 1, domain="qq.example")
    async with ScriptedServer(Script(answers={Step.RCPT: "450 4.7.1 MI:SFQ slow down"})) as server:
        paced = PacedTransport(SmtpTransport(relay_to(server)), RelayPace(database, RELAY, Pace()))
        async with paced as transport:
            drained = await drain(make_context(database, tmp_path), Worker("w1", transport, 1, relay="first"))
    assert drained.deferred == 1
    async with database.read() as connection:
        assert await lanes.load(connection, "first") == {}
        assert set(await lanes.load(connection, RELAY)) == {"qq.example"}


async def test_to_wait_for_the_pace_counts_no_attempt_however_often(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 12)
    context = make_context(database, tmp_path)
    async with ScriptedServer() as server:
        paced = PacedTransport(SmtpTransport(relay_to(server)), RelayPace(database, RELAY, Pace(per_second=0.01)))
        async with paced as transport:
            for _ in range(3):
                await later(database, run, run.created)
                drained = await drain(context, Worker("w1", transport, 2))
        assert len(server.ledger) == 1
    assert (drained.sent, drained.deferred, drained.failed) == (0, 0, 0)
    waiting = [row for row in await rows_of(database, run) if row.delivery.state is not DeliveryState.SENT]
    assert {(row.delivery.state, row.delivery.attempts, row.refusal) for row in waiting} == {
        (DeliveryState.PENDING, 0, None)
    }
    turns = sorted(row.next_attempt for row in waiting)
    assert {round((after - before).total_seconds()) for before, after in pairwise(turns)} == {100}
    assert turns[0] > datetime.now(UTC)
    async with database.read() as connection:
        assert (await runs.get(connection, run.id)).paused is None


async def test_mail_that_goes_by_a_further_relay_takes_nothing_from_the_pace_of_the_first(
    database: Database, tmp_path: Path
) -> None:
    own = replace(LIST, id="song", name="分送名单", sender_address="news@second.example")
    async with database.write() as connection:
        await address_book.replace(connection, AddressBook(lists=(LIST, own)))
    await make_run(database, 3, domain="first.example")
    run = await make_run(database, 6)
    async with database.write() as connection:
        of_run = tables.deliveries.c.run_id == run.id
        await connection.execute(update(tables.deliveries).where(of_run).values(list_id=own.id))
    conduct = Conduct(pace=Pace(per_second=0.001), elsewhere=frozenset({"second.example"}))
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        await drain(make_context(database, tmp_path, conduct=conduct), Worker("w1", transport, 2))
    gone = Counter(taken.recipient.partition("@")[2] for taken in server.ledger)
    assert gone == {"first.example": 1, "kjt-gd.example": 6}


def test_senders_of_further_relays_are_known_to_the_pace_of_the_first(tmp_path: Path) -> None:
    further = {"host": "relay.example", "senders": ["Second.example"]}
    settings = Settings(data_dir=tmp_path, relays=[further])  # type: ignore[list-item]  read as from a file
    assert _conduct(settings).elsewhere == {"second.example"}
