"""Letters really sent, digests with a link for each list, what is forgotten when; on both databases."""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from distributor.clock import FixedClock
from distributor.deliver import CaptureServer, Relay, SmtpTransport
from distributor.model.message import Variant
from distributor.model.recipient import RecipientList, Role
from distributor.model.run import DeliveryState
from distributor.model.subscriber import MembershipState
from distributor.settings import Security
from distributor.store import address_book, blobs, letters, runs, suppressions
from distributor.store.engine import Database
from distributor.store.letters import LetterState
from distributor.store.tables import consents, deliveries, subscribers
from distributor.store.tables import letters as letter_table
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.compose_message import Composer
from distributor.usecases.context import Context
from distributor.usecases.own_data import delete_own_data
from distributor.usecases.prepare_digests import prepare_digests
from distributor.usecases.purge_expired import list_retention_reports, purge_expired, purge_nightly
from distributor.usecases.request_unsubscribe import request_unsubscribe
from distributor.usecases.send_due import send_due
from distributor.usecases.send_letters import send_letters
from distributor.usecases.subscribe import SignUp, subscribe
from tests.support.subscribing import READER, join, letters_to, mails, make_preferences, subscription_of, token_in
from tests.support.worlds import NOW, at, make_world, publish_seed

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = RecipientList("industry", "产业专题", (), Role.SUBSCRIBER, must_receive=False)


async def count(context: Context, table: object, *conditions: object) -> int:
    query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]  tables and conditions
    async with context.database.read() as connection:
        return int(await connection.scalar(query) or 0)


async def add_list(context: Context, added: RecipientList) -> None:
    async with context.database.write() as connection:
        book = await address_book.load(connection)
        await address_book.replace(connection, replace(book, lists=(*book.lists, added)))


async def closed(context: Context) -> None:
    await claim_occurrences(context)
    await prepare_digests(context)


async def states(context: Context) -> Sequence[str]:
    async with context.database.read() as connection:
        return (await connection.execute(select(letter_table.c.state))).scalars().all()


async def test_a_letter_goes_out_once_and_its_words_are_forgotten(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await subscribe(context, SignUp(READER))
    async with (
        CaptureServer(tmp_path / "mail") as server,
        SmtpTransport(Relay(host=server.host, port=server.port, security=Security.NONE)) as transport,
    ):
        assert await send_letters(context, transport) == 1
        assert await send_letters(context, transport) == 0
    (file,) = (tmp_path / "mail").glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert READER in message["To"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert await states(context) == [LetterState.SENT]
    assert await letters_to(context, READER) == []


async def test_a_letter_waits_for_a_relay_that_is_away_and_gives_up_at_last(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await subscribe(context, SignUp(READER))
    async with SmtpTransport(Relay(host="127.0.0.1", port=9, security=Security.NONE)) as transport:
        assert await send_letters(context, transport) == 1
        assert await states(context) == [LetterState.PENDING]
        assert await send_letters(context, transport) == 0
        for _ in range(7):
            async with database.write() as connection:
                await connection.execute(letter_table.update().values(next_attempt=NOW - DAY))
            await send_letters(context, transport)
    assert await states(context) == [LetterState.FAILED]


async def test_a_letter_to_a_stopped_address_is_not_sent(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await subscribe(context, SignUp(READER))
    async with database.write() as connection:
        await suppressions.add(connection, suppressions.Suppression(READER, "complaint"), NOW)
    async with SmtpTransport(Relay(host="127.0.0.1", port=9, security=Security.NONE)) as transport:
        await send_letters(context, transport)
    assert await states(context) == [LetterState.FAILED]


async def test_one_digest_for_several_lists_has_each_item_once_and_a_link_for_each_list(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await add_list(context, SECOND)
    await join(context, READER, make_preferences(), "public", "industry")
    await publish_seed(at(context, NOW + HOUR))
    await closed(at(context, NOW + HOUR))
    ((_, variant),) = await mails(context)
    async with database.read() as connection:
        words = Variant.from_bytes(await blobs.get(connection, variant))
        run = next(one for one in await runs.list_all(connection) if one.list_id == "public")
        (delivery,) = [one for one in await _deliveries(context) if one.run_id == run.id]
    assert words.text.count("#public") == words.text.count("#industry") == 1
    message = email.message_from_bytes(await Composer(context).compose(delivery), policy=email.policy.default)
    token = token_in(message["List-Unsubscribe"].replace(" ", ""), "unsubscribe")
    await request_unsubscribe(context, token)
    found = await subscription_of(context)
    assert found.lists(MembershipState.LEFT) == ("industry", "public")


async def _deliveries(context: Context) -> Sequence[object]:
    from distributor.store.claims import delivery_of

    async with context.database.read() as connection:
        rows = (await connection.execute(select(deliveries).where(deliveries.c.address == READER))).mappings().all()
    return [delivery_of(row) for row in rows]


async def test_leaving_stops_what_is_queued(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await join(context)
    await publish_seed(at(context, NOW + HOUR))
    later = at(context, NOW + HOUR)
    await closed(later)
    ((_, words),) = [(kind, words) for kind, words in await letters_to(context, READER) if kind == "welcome"]
    await request_unsubscribe(later, token_in(words.text, "unsubscribe"))
    async with (
        CaptureServer(tmp_path / "mail") as server,
        SmtpTransport(Relay(host=server.host, port=server.port, security=Security.NONE)) as transport,
    ):
        await send_due(later, transport, 2)
    (delivery,) = await _deliveries(context)
    assert delivery.state is DeliveryState.SUPPRESSED  # type: ignore[attr-defined]  a delivery


async def test_a_body_that_also_subscribed_gets_the_bulletin_once(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    async with database.read() as connection:
        official = (await address_book.load(connection)).contacts[0].address
    await join(context, official)
    await publish_seed(at(context, NOW + HOUR))
    await closed(at(context, NOW + HOUR))
    assert await count(context, deliveries, deliveries.c.address == official) == 1


async def test_what_is_deleted_is_gone_from_the_ledger_too(database: Database, tmp_path: Path) -> None:
    context = await make_world(database, tmp_path)
    await join(context)
    await publish_seed(at(context, NOW + HOUR))
    later = at(context, NOW + HOUR)
    await closed(later)
    welcome = next(words for kind, words in await letters_to(context, READER) if kind == "welcome")
    async with (
        CaptureServer(tmp_path / "mail") as server,
        SmtpTransport(Relay(host=server.host, port=server.port, security=Security.NONE)) as transport,
    ):
        await send_due(later, transport, 4)
    assert await count(context, deliveries, deliveries.c.address == READER) == 1
    await delete_own_data(later, token_in(welcome.text, "preferences"))
    assert await count(context, deliveries, deliveries.c.address == READER) == 0
    assert await count(context, subscribers) == await count(context, consents) == 0


async def test_retention_removes_each_kind_after_its_time_and_reports_once_a_day(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    await subscribe(context, SignUp("never@reader.example", origin="203.0.113.4"))
    await join(context)
    assert await purge_nightly(at(context, NOW.replace(hour=1))) is None
    report = await purge_nightly(context)
    assert report is not None
    assert set(report.removed.values()) == {0}
    assert await purge_nightly(context) is None
    assert await purge_expired(context) is None
    fortnight = replace(context, clock=FixedClock(NOW + 15 * DAY))
    report = await purge_nightly(fortnight)
    assert report is not None
    assert report.removed["unconfirmed"] == 1
    assert await count(context, subscribers) == 1
    year = replace(context, clock=FixedClock(NOW + 366 * DAY))
    async with database.write() as connection:
        for one in await letters.claim(connection, NOW + DAY, NOW + DAY, 9):
            await letters.settle(connection, one.id, NOW + DAY, (LetterState.SENT, "250"), NOW)
    report = await purge_nightly(year)
    assert report is not None
    assert report.removed["origins"] == 2
    assert report.removed["letters"] > 0
    assert (await list_retention_reports(context))[0].day == (NOW + 366 * DAY).date()
