import json
from dataclasses import replace
from datetime import timedelta

from distributor.model.bulletin import Visibility
from distributor.publish import FeedOptions, build_documents, build_restricted
from tests.support.feeds import ATOM, by_path, links, series, tree_of, withdrawn
from tests.support.records import PUBLISHED, make_item, make_publication, published, record_of

PUBLICATION = make_publication()
RECORD = published(
    record_of(
        make_item("公开"),
        make_item("分送单位", visibility=Visibility.RECIPIENTS),
        make_item("只在邮件", visibility=Visibility.MAIL_ONLY),
    )
)


def test_recipients_read_what_is_public_and_what_is_for_them() -> None:
    documents = by_path(build_restricted(PUBLICATION, [RECORD], "s3cret"))
    assert set(documents) == {f"feeds/restricted/s3cret{ending}" for ending in (".rss.xml", ".atom.xml", ".json")}
    items = json.loads(documents["feeds/restricted/s3cret.json"].body)["items"]
    assert [item["title"] for item in items] == ["公开", "分送单位"]


def test_a_restricted_feed_links_to_itself_and_to_nothing_public_but_pages() -> None:
    options = FeedOptions(window=2, hub="https://hub.example/")
    documents = by_path(build_restricted(PUBLICATION, series(4), "s3cret", options))
    feed = documents["feeds/restricted/s3cret.atom.xml"]
    assert links(feed, "self") == ["https://bulletin.xiefa.example/feeds/restricted/s3cret.atom.xml"]
    assert links(feed, "hub") == links(feed, "prev-archive") == []
    assert len(list(tree_of(feed).iter(f"{ATOM}entry"))) == 2


def test_the_token_stands_in_no_public_document() -> None:
    assert not any(b"restricted" in document.body for document in build_documents(PUBLICATION, [RECORD]))


def test_the_id_of_a_restricted_feed_does_not_give_the_token_away() -> None:
    documents = by_path(build_restricted(PUBLICATION, [RECORD], "s3cret"))
    feed = tree_of(documents["feeds/restricted/s3cret.atom.xml"])
    assert feed.findtext(f"{ATOM}id") == "tag:xiefa.example,2026:xiefa/feeds/restricted"
    assert feed.findtext(f"{ATOM}title") == "联盟协发网简报 · 分送单位专用"


def test_withdrawn_and_backfilled_bulletins_are_left_out_and_a_withdrawal_dates_the_feed() -> None:
    first, second, third = series(3)
    bulletins = [replace(first, backfilled=True), second, withdrawn(third)]
    feed = by_path(build_restricted(PUBLICATION, bulletins, "t"))["feeds/restricted/t.json"]
    assert [item["id"] for item in json.loads(feed.body)["items"]] == [second.items[0].tag_uri]
    assert feed.last_modified == PUBLISHED + timedelta(days=30)


def test_a_restricted_feed_may_be_empty() -> None:
    feed = by_path(build_restricted(PUBLICATION, [], "t"))["feeds/restricted/t.json"]
    assert json.loads(feed.body)["items"] == []
