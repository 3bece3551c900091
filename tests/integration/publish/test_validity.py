"""Feeds of a usual and of a hostile bulletin are valid by the schemas and parsers that the world uses."""

from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from distributor.model.bulletin import Item, Visibility
from distributor.model.document import Document
from distributor.model.record import BulletinRecord
from distributor.publish import FeedOptions, build_documents, build_restricted
from tests.support import jsonfeed
from tests.support.feeds import by_path, series
from tests.support.hostile import TITLE_AS_READ, hostile_record
from tests.support.records import attributed_to, make_item, make_publication, published, record_of, seedlike_record

GOLDEN = Path(__file__).parents[2] / "golden"
SCHEMA = etree.RelaxNG(etree.parse(GOLDEN / "atom-rfc4287.rng"))
PUBLICATION = make_publication()
OPTIONS = FeedOptions(window=2, hub="https://hub.example/", image="https://bulletin.xiefa.example/logo.png")
SEED = published(seedlike_record())
HOSTILE = published(hostile_record())
BULLETINS: dict[str, list[BulletinRecord]] = {
    "usual": [SEED],
    "hostile": [HOSTILE],
    "many": [*series(5), published(seedlike_record(id="b900"))],
    "none": [],
}


def documents_of(name: str) -> list[Document]:
    """Every document of a set of bulletins, restricted ones too."""
    bulletins = BULLETINS[name]
    return [*build_documents(PUBLICATION, bulletins, OPTIONS), *build_restricted(PUBLICATION, bulletins, "t", OPTIONS)]


@pytest.mark.parametrize("name", BULLETINS)
def test_every_atom_document_is_valid_by_the_schema_of_rfc_4287(name: str) -> None:
    documents = [document for document in documents_of(name) if document.path.endswith(".atom.xml")]
    assert documents
    for document in documents:
        assert SCHEMA.validate(etree.fromstring(document.body)), (document.path, SCHEMA.error_log)


@pytest.mark.parametrize("name", BULLETINS)
def test_every_json_document_keeps_to_json_feed_1_1(name: str) -> None:
    documents = [document for document in documents_of(name) if document.path.endswith(".json")]
    assert documents
    for document in documents:
        assert jsonfeed.problems(document.body) == []


@pytest.mark.parametrize("name", BULLETINS)
def test_feedparser_finds_nothing_wrong(name: str) -> None:
    for document in documents_of(name):
        if document.path.endswith((".atom.xml", ".rss.xml")):
            feed = feedparser.parse(document.body)
            assert not feed.bozo, (document.path, feed.get("bozo_exception"))
            assert feed.version in {"atom10", "rss20"}


@pytest.mark.parametrize("path", ["feeds/all.atom.xml", "feeds/all.rss.xml"])
def test_feedparser_reads_31_items_in_order_with_their_full_text(path: str) -> None:
    document = by_path(build_documents(PUBLICATION, [SEED]))[path]
    feed = feedparser.parse(document.body)
    assert [entry.title for entry in feed.entries] == [item.content.title for item in SEED.items]
    for entry, item in zip(feed.entries, SEED.items, strict=True):
        attribution = [item.content.attribution.raw] if item.content.attribution else []
        text = "\n".join(f"<p>{paragraph}</p>" for paragraph in [*item.content.paragraphs, *attribution])
        assert entry.content[0].value.startswith(text)
        assert entry.id == item.tag_uri
        assert entry.link == f"https://bulletin.xiefa.example/items/{item.key}"
        assert [enclosure.type for enclosure in entry.enclosures] == ["application/pdf"]
        assert [tag.term for tag in entry.tags] == [item.section]


@pytest.mark.parametrize("path", ["feeds/all.atom.xml", "feeds/all.rss.xml"])
def test_sorting_by_date_keeps_the_order_of_the_bulletin(path: str) -> None:
    entries = feedparser.parse(by_path(build_documents(PUBLICATION, [SEED]))[path].body).entries
    assert sorted(entries, key=lambda entry: entry.published_parsed, reverse=True) == entries


@pytest.mark.parametrize("path", ["feeds/all.atom.xml", "feeds/all.rss.xml"])
def test_a_hostile_title_is_read_as_it_was_written(path: str) -> None:
    root = etree.fromstring(by_path(build_documents(PUBLICATION, [HOSTILE]))[path].body)
    titles = [title.text for entry in root.iter("{*}entry", "item") for title in entry.findall("{*}title")]
    assert titles[0] == TITLE_AS_READ
    assert len(titles) == len(HOSTILE.items)


items = st.builds(
    lambda title, paragraphs, body: make_item(title, paragraphs=tuple(paragraphs), attribution=attributed_to(body)),
    st.text(st.characters(), max_size=30),
    st.lists(st.text(st.characters(), max_size=60), max_size=3),
    st.text(st.characters(), max_size=12),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(items, min_size=1, max_size=3), st.none() | st.text(st.characters(), max_size=12))
def test_whatever_a_bulletin_holds_its_feeds_are_valid(contents: list[Item], section: str | None) -> None:
    record = published(record_of(*contents, section=section))
    for document in build_documents(PUBLICATION, [record]):
        if document.path.endswith(".json"):
            assert jsonfeed.problems(document.body) == []
        elif document.path.endswith(".atom.xml"):
            assert SCHEMA.validate(etree.fromstring(document.body)), SCHEMA.error_log
        else:
            assert etree.fromstring(document.body).tag in {"rss", "opml"}


def test_what_is_not_public_stands_in_no_document() -> None:
    record = published(
        record_of(
            make_item("公开的消息"),
            make_item("给分送单位的消息", "内部一。", visibility=Visibility.RECIPIENTS),
            make_item(
                "邮件里的消息", "内部二。", visibility=Visibility.MAIL_ONLY, attribution=attributed_to("保密单位")
            ),
        )
    )
    for document in build_documents(PUBLICATION, [record]):
        for word in ("给分送单位", "邮件里", "内部", "保密单位"):
            assert word not in document.body.decode()
            assert word not in document.path
