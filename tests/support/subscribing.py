"""Builders for subscribers, and how a reader walks through the mails that the site sends them."""

import re
from datetime import date, datetime

from sqlalchemy import insert, select

from distributor import tokens
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.model.schedule import Schedule
from distributor.model.subscriber import Frequency, Interests, MembershipState, Preferences, Subscriber, Subscription
from distributor.schedule import parse_trigger
from distributor.store import schedules, subscribers, tables
from distributor.store.schedules import PlannedSchedule
from distributor.store.tables import deliveries, letters, memberships, runs
from distributor.usecases.confirm_subscription import confirm_subscription
from distributor.usecases.context import Context
from distributor.usecases.subscribe import SignUp, subscribe

READER = "reader@reader.example"


def make_preferences(frequency: Frequency = Frequency.ISSUE, **fields: object) -> Preferences:
    """How a reader wants to be written to; HTML in Chinese with everything unless told."""
    interests = Interests(
        **{name: fields.pop(name) for name in ("sections", "contributors", "words") if name in fields}
    )  # type: ignore[arg-type]  a builder
    return Preferences(frequency, interests=interests, **fields)  # type: ignore[arg-type]  as above


async def letters_to(context: Context, address: str) -> list[tuple[str, Variant]]:
    """Kind and words of every letter that waits for an address, oldest first."""
    async with context.database.read() as connection:
        query = select(letters).where(letters.c.address == address).order_by(letters.c.created, letters.c.id)
        rows = (await connection.execute(query)).all()
    return [(row.kind, Variant.from_bytes(row.content.encode())) for row in rows if row.content]


def token_in(words: str, path: str) -> str:
    """The token of the link to a page that a letter carries."""
    found = re.search(rf"/{path}/([\w.-]+)", words)
    assert found is not None, words
    return found[1]


async def join(
    context: Context, address: str = READER, preferences: Preferences | None = None, *list_ids: str
) -> Subscription:
    """Subscribe and confirm, the way the pages do it."""
    await subscribe(context, SignUp(address, list_ids, preferences or make_preferences(), "203.0.113.9"))
    confirmations = [words for kind, words in await letters_to(context, address) if kind == "confirm-subscription"]
    await confirm_subscription(context, token_in(confirmations[-1].text, "subscribe/confirm"), "203.0.113.9")
    return await subscription_of(context, address)


async def subscribe_many(context: Context, number: int) -> None:
    """Put so many readers of every issue on list `public`, all of whom want everything."""
    now = context.now()
    async with context.database.write() as connection:
        for begin in range(0, number, 5000):
            made = [
                Subscriber(tokens.new_id(), f"reader{place}@domain{place % 997}.example", make_preferences(), now)
                for place in range(begin, min(begin + 5000, number))
            ]
            await connection.execute(insert(tables.subscribers), [subscribers.row_of(one) for one in made])
            active = {"list_id": "public", "state": MembershipState.ACTIVE, "since": now}
            await connection.execute(insert(memberships), [{"subscriber_id": one.id, **active} for one in made])


async def subscription_of(context: Context, address: str = READER) -> Subscription:
    """What is kept about a reader."""
    async with context.database.read() as connection:
        found = await subscribers.find(connection, address)
    assert found is not None
    return found


async def schedule_of(context: Context, *wanted: tuple[str, Frequency, datetime]) -> None:
    """Put daily schedules of list `public` in the place of all others: id, frequency, next moment."""
    planned = [
        PlannedSchedule(Schedule(name, "public", parse_trigger("每日 16:00"), frequency=frequency), moment, moment)
        for name, frequency, moment in wanted
    ]
    async with context.database.write() as connection:
        await schedules.replace(connection, planned)


async def mails(context: Context, address: str = READER) -> list[tuple[str, str]]:
    """Bulletin and rendering of every delivery to a reader, in the order of their runs."""
    async with context.database.read() as connection:
        query = (
            select(deliveries.c.bulletin_id, deliveries.c.variant)
            .join(runs, runs.c.id == deliveries.c.run_id)
            .where(deliveries.c.address == address)
            .order_by(runs.c.created, runs.c.id)
        )
        return [(row.bulletin_id, row.variant) for row in await connection.execute(query)]


TEXT_ALONE = MailFormat.TEXT
LONG_AGO = date(2020, 1, 1)
