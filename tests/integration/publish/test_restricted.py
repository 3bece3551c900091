"""Restricted feeds: one secret address a body, rendered once for all, counted, revocable."""

from dataclasses import replace
from pathlib import Path

import pytest

from distributor.access import AccessRole, Actor
from distributor.errors import NotFound, Refused
from distributor.model.bulletin import Visibility
from distributor.store import address_book, documents
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.grant_feed import GrantedFeed, grant_feed, list_feed_access, revoke_feed
from distributor.usecases.read_audit import read_trail
from distributor.usecases.read_document import list_documents
from distributor.usecases.restricted_feeds import count_fetch, read_restricted
from distributor.usecases.withdraw_bulletin import withdraw_bulletin
from tests.support.books import body, book
from tests.support.feeds import atom_entries, links
from tests.support.records import PUBLISHED, make_item, record_of
from tests.support.sites import make_parts, publish_all

pytestmark = pytest.mark.anyio

ACTOR = Actor("管理员")
HIDDEN = make_item("给收件单位看的", visibility=Visibility.RECIPIENTS)
MAIL = make_item("只在邮件里", visibility=Visibility.MAIL_ONLY)


@pytest.fixture
async def context(database: Database, tmp_path: Path) -> Context:
    made = replace(make_parts(tmp_path).context, database=database)
    async with made.database.write() as connection:
        await address_book.replace(connection, book([body("jia", "甲部", short="甲"), body("yi", "乙部")]))
    await publish_all(made, [record_of(make_item("公开的"), HIDDEN, MAIL, id="b1")])
    return made


def name_of(granted: GrantedFeed, ending: str = ".atom.xml") -> str:
    (address,) = [address for _, address in granted.addresses if address.endswith(ending)]
    return address.rpartition("/")[2]


async def test_a_body_reads_what_is_for_recipients_under_an_address_of_its_own(context: Context) -> None:
    mine, other = await grant_feed(context, ACTOR, " 甲部 "), await grant_feed(context, ACTOR, "乙部")
    access, document = await read_restricted(context, name_of(mine))
    assert access.name == "甲部"
    assert len(atom_entries(document)) == 2
    assert links(document, "self") == [{form.ending: url for form, url in mine.addresses}[".atom.xml"]]
    assert links(document, "hub") == []
    _, theirs = await read_restricted(context, name_of(other))
    assert theirs.etag != document.etag
    assert document.path.endswith(name_of(mine))
    for ending in (".rss.xml", ".json"):
        assert "给收件单位看的" in (await read_restricted(context, name_of(mine, ending)))[1].body.decode()


async def test_it_stands_in_no_list_and_what_is_stored_has_no_address(context: Context) -> None:
    await grant_feed(context, ACTOR, "甲部")
    assert all("restricted" not in path for path in await list_documents(context))
    async with context.database.read() as connection:
        opml = await documents.get(connection, "feeds/feeds.opml")
        stored = await documents.paths(connection, "restricted/")
    assert opml is not None
    assert b"restricted" not in opml.body
    assert len(stored) == 3


async def test_it_follows_what_is_published_and_taken_back(context: Context) -> None:
    granted = await grant_feed(context, ACTOR, "甲部")
    await publish_all(context, [record_of(make_item("更新的"), id="b2")])
    assert len(atom_entries((await read_restricted(context, name_of(granted)))[1])) == 3
    await withdraw_bulletin(context, ACTOR, "b1", "有误", "b1k001")
    assert "给收件单位看的" not in (await read_restricted(context, name_of(granted)))[1].body.decode()


async def test_nothing_is_rendered_while_nobody_may_read(context: Context) -> None:
    async with context.database.read() as connection:
        assert await documents.paths(connection, "restricted/") == ()
    with pytest.raises(NotFound, match="document-unknown"):
        await read_restricted(context, "guess.atom.xml")
    with pytest.raises(NotFound, match="document-unknown"):
        await read_restricted(context, "guess.html")


async def test_a_revoked_address_is_gone(context: Context) -> None:
    granted = await grant_feed(context, ACTOR, "甲部")
    await revoke_feed(context, ACTOR, granted.access.id)
    with pytest.raises(NotFound, match="document-gone"):
        await read_restricted(context, name_of(granted))
    with pytest.raises(NotFound, match="feed-access-unknown"):
        await revoke_feed(context, ACTOR, granted.access.id)
    (access,) = await list_feed_access(context)
    assert access.revoked == PUBLISHED
    assert [entry.act for entry in await read_trail(context, "feed-access", access.id)] == ["grant-feed", "revoke-feed"]


async def test_fetching_is_counted(context: Context) -> None:
    granted = await grant_feed(context, ACTOR, "甲部")
    access, _ = await read_restricted(context, name_of(granted))
    await count_fetch(context, access)
    await count_fetch(context, access)
    (counted,) = await list_feed_access(context)
    assert (counted.fetched, counted.last_fetched) == (2, PUBLISHED)


async def test_only_the_administration_grants_and_only_to_a_name(context: Context) -> None:
    with pytest.raises(Refused, match="not-permitted"):
        await grant_feed(context, Actor("签发人", AccessRole.APPROVER), "甲部")
    with pytest.raises(Refused, match="feed-reader-unnamed"):
        await grant_feed(context, ACTOR, " ")


async def test_a_reader_is_a_body_of_the_address_book_by_any_of_its_names(context: Context) -> None:
    assert (await grant_feed(context, ACTOR, "甲")).access.name == "甲部"
    assert (await grant_feed(context, ACTOR, "yi")).access.name == "乙部"
    with pytest.raises(NotFound, match="body-unknown") as refused:
        await grant_feed(context, ACTOR, "甲布")
    assert refused.value.parameters["suggestions"] == "甲"
    assert len(await list_feed_access(context)) == 2
