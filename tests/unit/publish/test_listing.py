from dataclasses import replace

from lxml import etree

from distributor.publish import Catalogue, ChannelKind, Format, cards_of, feed_listing, listing_of
from distributor.publish.opml import opml_bytes
from tests.support.feeds import series, withdrawn
from tests.support.hostile import hostile_record
from tests.support.records import (
    PUBLISHED,
    SECTIONS,
    attributed_to,
    make_item,
    make_publication,
    published,
    record_of,
    seedlike_record,
)

PUBLICATION = make_publication()
SEED = published(seedlike_record())


def outlines(body: bytes) -> list[dict[str, str]]:
    return [
        {str(name): str(value) for name, value in element.attrib.items()}
        for element in etree.fromstring(body).iter("outline")
    ]


def test_everything_comes_first_then_sections_then_contributors_by_size() -> None:
    feeds = feed_listing(PUBLICATION, [SEED])
    assert [feed.kind for feed in feeds] == [
        ChannelKind.EVERYTHING,
        *[ChannelKind.SECTION] * 3,
        *[ChannelKind.CONTRIBUTOR] * 24,
    ]
    assert [feed.name for feed in feeds[1:4]] == [SECTIONS[2], SECTIONS[0], SECTIONS[1]]
    assert [feed.count for feed in feeds[:6]] == [31, 22, 7, 2, 3, 3]


def test_each_feed_is_offered_in_three_formats() -> None:
    everything = feed_listing(PUBLICATION, [SEED])[0]
    assert everything.title == "联盟协发网简报"
    assert [(form.format, form.label, form.media_type, form.url, form.path) for form in everything.formats] == [
        (
            Format.RSS,
            "RSS 2.0",
            "application/rss+xml",
            "https://bulletin.xiefa.example/feeds/all.rss.xml",
            "feeds/all.rss.xml",
        ),
        (
            Format.ATOM,
            "Atom 1.0",
            "application/atom+xml",
            "https://bulletin.xiefa.example/feeds/all.atom.xml",
            "feeds/all.atom.xml",
        ),
        (
            Format.JSON,
            "JSON Feed 1.1",
            "application/feed+json",
            "https://bulletin.xiefa.example/feeds/all.json",
            "feeds/all.json",
        ),
    ]


def test_counts_hold_public_items_of_standing_bulletins_only() -> None:
    first, second, third = series(3)
    gone = replace(third.items[0], withdrawn=PUBLISHED)
    feeds = feed_listing(PUBLICATION, [first, withdrawn(second), replace(third, items=(gone,)), record_of(make_item())])
    assert [(feed.name, feed.bulletins, feed.count) for feed in feeds] == [("", 1, 1), (SECTIONS[0], 1, 1)]


def test_a_feed_is_named_as_the_newest_bulletin_spells_it() -> None:
    old = published(record_of(make_item(attribution=attributed_to("ＷＡＰＩ联盟"))))
    new = published(record_of(make_item(attribution=attributed_to("WAPI 联盟")), id="b002"))
    (contributor,) = [feed for feed in feed_listing(PUBLICATION, [old, new]) if feed.kind is ChannelKind.CONTRIBUTOR]
    assert (contributor.name, contributor.slug, contributor.bulletins) == ("WAPI 联盟", "wapi联盟", 2)
    assert contributor.title == "联盟协发网简报 · 供稿单位：WAPI 联盟"


def test_before_the_first_publication_everything_is_offered_already() -> None:
    (feed,) = feed_listing(PUBLICATION, [])
    assert (feed.kind, feed.count) == (ChannelKind.EVERYTHING, 0)
    assert len(outlines(opml_bytes(PUBLICATION, [feed]))) == 1


def test_the_catalogue_is_enough_for_the_list() -> None:
    catalogue = Catalogue.of(cards_of([SEED]), 12)
    assert listing_of(PUBLICATION, catalogue.counts) == feed_listing(PUBLICATION, [SEED])


def test_opml_names_every_feed_once_and_folders_carry_their_text_alone() -> None:
    found = outlines(opml_bytes(PUBLICATION, feed_listing(PUBLICATION, [SEED])))
    folders = [outline for outline in found if "xmlUrl" not in outline]
    feeds = [outline for outline in found if "xmlUrl" in outline]
    assert folders == [{"text": "栏目"}, {"text": "供稿单位"}]
    assert len(feeds) == len({feed["xmlUrl"] for feed in feeds}) == 28
    assert {frozenset(feed) for feed in feeds} == {frozenset({"text", "title", "type", "xmlUrl", "htmlUrl"})}
    assert {feed["type"] for feed in feeds} == {"rss"}
    assert feeds[0]["xmlUrl"] == "https://bulletin.xiefa.example/feeds/all.atom.xml"


def test_opml_is_version_2_and_named_for_the_publication() -> None:
    root = etree.fromstring(opml_bytes(PUBLICATION, feed_listing(PUBLICATION, [SEED])))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "联盟协发网简报"


def test_hostile_names_are_harmless_in_opml() -> None:
    found = outlines(opml_bytes(PUBLICATION, feed_listing(PUBLICATION, [published(hostile_record())])))
    assert "联盟协发网简报 · <栏目> & ]]>" in {outline["text"] for outline in found}
