"""The WebSub hub is told of what has changed, once it has changed, and again until it knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.clock import FixedClock
from distributor.errors import Refused
from distributor.publish import FeedOptions
from distributor.store import hub_pings
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.ping_hub import ping_hub
from tests.support.records import PUBLISHED, make_item, record_of
from tests.support.sites import make_parts, publish_all, site

pytestmark = pytest.mark.anyio

HUB = "https://hub.example/"


class Hub:
    """A hub that answers with what it is told to, and remembers what it was told."""

    def __init__(self, *answers: int | Refused) -> None:
        self.answers = list(answers)
        self.topics: list[str] = []

    async def post(self, url: str, fields: Mapping[str, str]) -> int:
        assert url == HUB
        assert fields["hub.mode"] == "publish"
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Refused):
            raise answer
        if answer < 300:
            self.topics.append(fields["hub.url"])
        return answer


@pytest.fixture
async def context(database: Database, tmp_path: Path) -> Context:
    made = replace(make_parts(tmp_path).context, database=database, feeds=FeedOptions(hub=HUB))
    await publish_all(made, [record_of(make_item("一条"), id="b1")])
    return made


def later(context: Context, **wait: float) -> Context:
    return replace(context, clock=FixedClock(PUBLISHED + timedelta(**wait)))


async def waiting(context: Context) -> int:
    async with context.database.read() as connection:
        return len(await hub_pings.due(connection, PUBLISHED + timedelta(days=99)))


async def test_the_hub_is_told_of_subscription_feeds_alone(context: Context) -> None:
    hub = Hub()
    assert await ping_hub(context, hub.post) == 6
    assert all(topic.startswith("https://bulletin.xiefa.example/feeds/") for topic in hub.topics)
    assert not [topic for topic in hub.topics if "archive" in topic or "opml" in topic]
    assert await ping_hub(context, hub.post) == 0


async def test_what_the_hub_did_not_take_is_told_again_later(context: Context) -> None:
    hub = Hub(204, 500)
    assert await ping_hub(context, hub.post) == 1
    assert await ping_hub(context, hub.post) == 0
    assert await ping_hub(later(context, minutes=2), hub.post) == 5
    assert len(set(hub.topics)) == 6


async def test_a_hub_that_is_away_is_given_up_after_a_day(context: Context) -> None:
    hub = Hub(*[Refused("url-unreachable", url=HUB)] * 20)
    for hours in (0, 1, 2, 4, 9, 22):
        assert await ping_hub(later(context, hours=hours), hub.post) == 0
        assert await waiting(context) == 6
    assert await ping_hub(later(context, days=3), hub.post) == 0
    assert await waiting(context) == 0


async def test_a_change_that_waits_is_told_once(context: Context) -> None:
    await publish_all(context, [record_of(make_item("又一条"), id="b2")])
    assert await waiting(context) == 6


async def test_without_a_hub_nobody_is_told(database: Database, tmp_path: Path) -> None:
    context = replace(make_parts(tmp_path).context, database=database)
    await publish_all(context, [record_of(make_item("一条"), id="b1")])
    assert await waiting(context) == 0
    assert await ping_hub(context, Hub().post) == 0


async def test_header_and_document_name_the_same_hub_and_self(tmp_path: Path) -> None:
    async with site(tmp_path, record_of(make_item("一条"), id="b1")) as made:
        assert "link" not in (await made.page("/feeds/all.rss.xml")).headers
        object.__setattr__(made.parts.context, "feeds", FeedOptions(hub=HUB))
        await publish_all(made.context, [record_of(make_item("又一条"), id="b2")])
        feed = await made.page("/feeds/all.atom.xml")
        own = "https://bulletin.xiefa.example/feeds/all.atom.xml"
        assert feed.headers["link"] == f'<{HUB}>; rel="hub", <{own}>; rel="self"'
        assert feed.text.count(f'href="{HUB}"') == 1
        assert "link" not in (await made.page("/feeds/archive/b2.atom.xml")).headers
