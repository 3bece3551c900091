"""What the three formats say, on one bulletin; validity is the matter of tests/integration/publish."""

import json
from dataclasses import replace

import pytest
from lxml import etree

from distributor.model.bulletin import Visibility
from distributor.publish import FeedOptions, build_documents
from tests.support.feeds import ATOM, HISTORY, atom_entries, by_path, links, rss_items, series, tree_of
from tests.support.records import (
    PUBLISHED,
    attributed_to,
    make_item,
    make_publication,
    published,
    record_of,
    seedlike_record,
)

PUBLICATION = make_publication(rights="欢迎转载")
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
ORIGINAL = "https://bulletin.xiefa.example/bulletins/b001/original"
RECORD = published(record_of(make_item("A&B <大会>", "正文。", attribution=attributed_to("甲联盟", "乙联盟"))))
PLAIN = by_path(build_documents(PUBLICATION, [RECORD]))
RICH = by_path(
    build_documents(
        PUBLICATION,
        series(14),
        FeedOptions(window=12, hub="https://hub.example/", image="https://bulletin.xiefa.example/logo.png"),
    )
)


class TestAtom:
    feed = tree_of(PLAIN["feeds/all.atom.xml"])
    entry = next(feed.iter(f"{ATOM}entry"))

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("id", "tag:xiefa.example,2026:xiefa/feeds/all"),
            ("title", "联盟协发网简报"),
            ("subtitle", "产业技术创新战略联盟协同发展网简报：重要政策、联盟动态。"),
            ("updated", "2026-01-05T10:30:00+08:00"),
            ("author/{http://www.w3.org/2005/Atom}name", "联盟协发网秘书处"),
            ("author/{http://www.w3.org/2005/Atom}email", "secretariat@xiefa.example"),
            ("rights", "欢迎转载"),
            ("generator", "Distributor"),
        ],
    )
    def test_the_feed_says_what_it_is(self, name: str, text: str) -> None:
        assert self.feed.findtext(f"{ATOM}{name}") == text

    def test_the_feed_is_chinese(self) -> None:
        assert self.feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-CN"

    def test_the_feed_links_to_itself_and_to_the_home_page(self) -> None:
        assert links(PLAIN["feeds/all.atom.xml"], "self") == ["https://bulletin.xiefa.example/feeds/all.atom.xml"]
        assert links(PLAIN["feeds/all.atom.xml"], "alternate") == ["https://bulletin.xiefa.example/"]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("id", "tag:xiefa.example,2026:xiefa/items/b001k000"),
            ("title", "A&B <大会>"),
            ("updated", "2026-01-05T10:30:00+08:00"),
            ("published", "2026-01-05T10:30:00+08:00"),
        ],
    )
    def test_an_entry_says_what_it_is(self, name: str, text: str) -> None:
        assert self.entry.findtext(f"{ATOM}{name}") == text

    def test_the_authors_of_an_entry_are_its_contributors(self) -> None:
        names = [author.findtext(f"{ATOM}name") for author in self.entry.iter(f"{ATOM}author")]
        assert names == ["甲联盟", "乙联盟"]

    def test_the_category_is_the_readable_section(self) -> None:
        assert [category.get("term") for category in self.entry.iter(f"{ATOM}category")] == ["重要政策动态"]

    def test_entry_links_keep_their_attributes(self) -> None:
        assert [dict(link.attrib) for link in self.entry.iter(f"{ATOM}link")] == [
            {"href": "https://bulletin.xiefa.example/items/b001k000", "rel": "alternate", "type": "text/html"},
            {"href": ORIGINAL, "rel": "enclosure", "type": "application/pdf", "length": "182044"},
        ]

    def test_summary_and_content_are_html(self) -> None:
        summary, content = self.entry.find(f"{ATOM}summary"), self.entry.find(f"{ATOM}content")
        assert summary is not None
        assert content is not None
        assert (summary.get("type"), summary.text) == ("html", "正文。")
        assert content.get("type") == "html"
        assert str(content.text).startswith("<p>正文。</p>\n<p>（甲联盟和乙联盟供稿）</p>")

    def test_a_picture_becomes_the_logo(self) -> None:
        assert tree_of(RICH["feeds/all.atom.xml"]).findtext(f"{ATOM}logo") == "https://bulletin.xiefa.example/logo.png"


class TestRss:
    channel = tree_of(PLAIN["feeds/all.rss.xml"])[0]
    item = next(channel.iter("item"))

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("title", "联盟协发网简报"),
            ("link", "https://bulletin.xiefa.example/"),
            ("language", "zh-CN"),
            ("lastBuildDate", "Mon, 05 Jan 2026 10:30:00 +0800"),
            ("managingEditor", "secretariat@xiefa.example (联盟协发网秘书处)"),
            ("copyright", "欢迎转载"),
        ],
    )
    def test_the_channel_says_what_it_is(self, name: str, text: str) -> None:
        assert [element.text for element in self.channel.findall(name)] == [text]

    def test_the_channel_links_to_itself_once(self) -> None:
        assert links(PLAIN["feeds/all.rss.xml"], "self") == ["https://bulletin.xiefa.example/feeds/all.rss.xml"]

    def test_an_item_says_each_thing_once_and_in_an_order_that_readers_take(self) -> None:
        assert [element.tag for element in self.item] == [
            "title",
            "link",
            "description",
            f"{CONTENT}encoded",
            "guid",
            "category",
            "enclosure",
            f"{DC}creator",
            f"{DC}creator",
            "pubDate",
        ]

    def test_the_guid_is_no_address(self) -> None:
        guid = self.item.find("guid")
        assert guid is not None
        assert (guid.text, guid.get("isPermaLink")) == ("tag:xiefa.example,2026:xiefa/items/b001k000", "false")

    def test_the_enclosure_is_the_original_file(self) -> None:
        enclosure = self.item.find("enclosure")
        assert enclosure is not None
        assert dict(enclosure.attrib) == {"url": ORIGINAL, "length": "182044", "type": "application/pdf"}

    def test_creators_are_the_contributors(self) -> None:
        assert [creator.text for creator in self.item.iter(f"{DC}creator")] == ["甲联盟", "乙联盟"]

    def test_signs_in_titles_are_hexadecimal_references(self) -> None:
        assert b"<title>A&#x26;B &#x3C;\xe5\xa4\xa7\xe4\xbc\x9a&#x3E;</title>" in PLAIN["feeds/all.rss.xml"].body
        assert self.item.findtext("title") is not None

    def test_the_picture_has_title_and_link_of_the_channel(self) -> None:
        image = tree_of(RICH["feeds/all.rss.xml"])[0].find("image")
        assert image is not None
        assert [(part.tag, part.text) for part in image] == [
            ("url", "https://bulletin.xiefa.example/logo.png"),
            ("title", "联盟协发网简报"),
            ("link", "https://bulletin.xiefa.example/"),
        ]

    def test_the_channel_link_is_the_home_page_whatever_else_is_linked(self) -> None:
        assert tree_of(RICH["feeds/all.rss.xml"])[0].findtext("link") == "https://bulletin.xiefa.example/"

    def test_a_contact_without_a_mailbox_is_no_editor(self) -> None:
        documents = by_path(build_documents(replace(PUBLICATION, contact="电话 010-0000"), [RECORD]))
        assert tree_of(documents["feeds/all.rss.xml"])[0].find("managingEditor") is None
        assert tree_of(documents["feeds/all.atom.xml"]).find(f"{ATOM}author/{ATOM}email") is None


class TestJsonFeed:
    feed = json.loads(PLAIN["feeds/all.json"].body)

    def test_the_feed_says_what_it_is(self) -> None:
        assert {name: value for name, value in self.feed.items() if name != "items"} == {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "联盟协发网简报",
            "home_page_url": "https://bulletin.xiefa.example/",
            "feed_url": "https://bulletin.xiefa.example/feeds/all.json",
            "description": "产业技术创新战略联盟协同发展网简报：重要政策、联盟动态。",
            "authors": [{"name": "联盟协发网秘书处"}],
            "language": "zh-CN",
        }

    def test_an_item_says_what_it_is(self) -> None:
        (item,) = self.feed["items"]
        assert item.pop("content_html").startswith("<p>正文。</p>")
        assert item == {
            "id": "tag:xiefa.example,2026:xiefa/items/b001k000",
            "url": "https://bulletin.xiefa.example/items/b001k000",
            "title": "A&B <大会>",
            "summary": "正文。",
            "date_published": "2026-01-05T10:30:00+08:00",
            "date_modified": "2026-01-05T10:30:00+08:00",
            "authors": [{"name": "甲联盟"}, {"name": "乙联盟"}],
            "tags": ["重要政策动态"],
            "attachments": [
                {"url": ORIGINAL, "mime_type": "application/pdf", "title": "简报.pdf", "size_in_bytes": 182_044}
            ],
        }

    def test_hub_and_picture_are_named_when_there_are_any(self) -> None:
        feed = json.loads(RICH["feeds/all.json"].body)
        assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
        assert feed["icon"] == "https://bulletin.xiefa.example/logo.png"


class TestAllFormats:
    def test_an_item_without_heading_has_no_category(self) -> None:
        documents = by_path(build_documents(PUBLICATION, [published(record_of(make_item(), section=None))]))
        assert tree_of(documents["feeds/all.atom.xml"]).find(f".//{ATOM}category") is None
        assert tree_of(documents["feeds/all.rss.xml"]).find(".//item/category") is None
        assert "tags" not in json.loads(documents["feeds/all.json"].body)["items"][0]

    def test_an_original_that_is_not_for_everybody_is_in_no_format(self) -> None:
        record = published(record_of(make_item("公开"), make_item("内部", visibility=Visibility.MAIL_ONLY)))
        for document in build_documents(PUBLICATION, [record]):
            assert b"original" not in document.body
            assert "内部".encode() not in document.body

    def test_subscription_feeds_name_one_hub_and_archive_documents_none(self) -> None:
        for path in ("feeds/all.rss.xml", "feeds/all.atom.xml", "feeds/sections/重要政策动态.atom.xml"):
            assert links(RICH[path], "hub") == ["https://hub.example/"]
        assert links(RICH["feeds/archive/b001.atom.xml"], "hub") == []
        assert links(PLAIN["feeds/all.atom.xml"], "hub") == []

    def test_rights_default_to_the_publisher(self) -> None:
        documents = by_path(build_documents(make_publication(), [RECORD]))
        assert tree_of(documents["feeds/all.atom.xml"]).findtext(f"{ATOM}rights") == "© 联盟协发网秘书处"

    def test_a_publication_without_words_still_has_valid_titles(self) -> None:
        bare = make_publication(name=" ", description="", publisher="\x00")
        documents = by_path(build_documents(bare, [RECORD]))
        channel = tree_of(documents["feeds/all.rss.xml"])[0]
        assert (channel.findtext("title"), channel.findtext("description")) == ("xiefa", "xiefa")

    def test_the_items_of_a_bulletin_are_in_order_everywhere(self) -> None:
        record = published(seedlike_record())
        documents = by_path(build_documents(PUBLICATION, [record]))
        ids = [item.tag_uri for item in record.items]
        assert list(atom_entries(documents["feeds/all.atom.xml"])) == ids
        assert list(rss_items(documents["feeds/all.rss.xml"])) == ids
        assert [item["id"] for item in json.loads(documents["feeds/all.json"].body)["items"]] == ids

    def test_an_english_publication_has_english_words(self) -> None:
        documents = by_path(build_documents(make_publication(language="en-GB"), [RECORD]))
        assert b"Original file: " in documents["feeds/all.json"].body


def test_archive_documents_are_marked_and_lead_to_the_current_feed_and_the_past() -> None:
    for ending in (".atom.xml", ".rss.xml"):
        archive = RICH[f"feeds/archive/b002{ending}"]
        assert len(list(tree_of(archive).iter(f"{HISTORY}archive"))) == 1
        assert links(archive, "current") == [f"https://bulletin.xiefa.example/feeds/all{ending}"]
        assert links(archive, "prev-archive") == [f"https://bulletin.xiefa.example/feeds/archive/b001{ending}"]
        assert links(archive, "next-archive") == []
        assert links(RICH[f"feeds/archive/b001{ending}"], "prev-archive") == []


def test_an_archive_document_is_named_for_its_bulletin_and_has_the_id_of_its_feed() -> None:
    archive, feed = tree_of(RICH["feeds/archive/b002.atom.xml"]), tree_of(RICH["feeds/all.atom.xml"])
    assert archive.findtext(f"{ATOM}title") == "联盟协发网简报 第12期（总第345期）"
    assert archive.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")
    assert etree.tostring(feed) != etree.tostring(archive)


def test_no_document_points_to_a_style_sheet() -> None:
    assert not any(b"<?xml-stylesheet" in document.body for document in RICH.values())


def test_the_date_of_a_feed_is_that_of_its_newest_entry() -> None:
    feed = tree_of(RICH["feeds/all.atom.xml"])
    assert feed.findtext(f"{ATOM}updated") == max(
        entry.findtext(f"{ATOM}updated", "") for entry in feed.iter(f"{ATOM}entry")
    )
    assert PUBLISHED.isoformat() == "2026-01-05T10:30:00+08:00"
