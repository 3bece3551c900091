import hashlib
import locale
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from distributor.model.record import BulletinRecord
from distributor.publish import FeedOptions, build_documents
from tests.support.feeds import ATOM, atom_entries, by_path, links, rss_items, series, tree_of, withdrawn
from tests.support.records import (
    PUBLISHED,
    SHANGHAI,
    attributed_to,
    make_item,
    make_publication,
    published,
    record_of,
    seedlike_record,
)

PUBLICATION = make_publication()
ADDRESS = "https://bulletin.xiefa.example/"


def paths(*bulletins: BulletinRecord, window: int = 12) -> set[str]:
    return set(by_path(build_documents(PUBLICATION, bulletins, FeedOptions(window=window))))


def test_building_twice_gives_identical_bytes() -> None:
    bulletins = [published(seedlike_record()), *series(14)[1:]]
    once = build_documents(PUBLICATION, bulletins)
    again = build_documents(PUBLICATION, list(reversed(bulletins)))
    assert once == again


def test_there_is_one_feed_of_everything_one_a_section_and_one_a_contributor_in_each_format() -> None:
    record = published(record_of(make_item(attribution=attributed_to("甲联盟"))))
    stems = {"feeds/all", "feeds/sections/重要政策动态", "feeds/contributors/甲联盟"}
    assert paths(record) == {
        *(stem + ending for stem in stems for ending in (".rss.xml", ".atom.xml", ".json")),
        "feeds/archive/b001.atom.xml",
        "feeds/archive/b001.rss.xml",
        "feeds/feeds.opml",
    }


def test_before_the_first_publication_there_are_empty_feeds_of_everything() -> None:
    documents = by_path(build_documents(PUBLICATION, [record_of(make_item())]))
    assert set(documents) == {"feeds/all.rss.xml", "feeds/all.atom.xml", "feeds/all.json", "feeds/feeds.opml"}
    assert tree_of(documents["feeds/all.atom.xml"]).findtext(f"{ATOM}updated") == "2026-01-01T00:00:00+08:00"
    assert documents["feeds/all.atom.xml"].last_modified.isoformat() == "2026-01-01T00:00:00+08:00"


def test_the_etag_is_a_strong_tag_of_the_bytes() -> None:
    for document in build_documents(PUBLICATION, series(2)):
        assert document.etag == f'"{hashlib.sha256(document.body).hexdigest()[:32]}"'


def test_last_modified_is_the_last_change_in_whole_seconds() -> None:
    first, second = series(2)
    moment = PUBLISHED + timedelta(days=9, microseconds=7)
    for document in build_documents(PUBLICATION, [first, replace(second, withdrawn=moment)]):
        assert document.last_modified == PUBLISHED + timedelta(days=9)
        assert document.last_modified.utcoffset() == SHANGHAI.utcoffset(None)


def test_documents_have_the_types_they_are_served_with() -> None:
    types = {
        document.path.partition(".")[2]: document.media_type for document in build_documents(PUBLICATION, series(1))
    }
    assert types == {
        "rss.xml": "application/rss+xml; charset=utf-8",
        "atom.xml": "application/atom+xml; charset=utf-8",
        "json": "application/feed+json; charset=utf-8",
        "opml": "text/x-opml; charset=utf-8",
    }


def test_a_subscription_feed_holds_the_newest_bulletins_newest_first() -> None:
    documents = by_path(build_documents(PUBLICATION, series(14)))
    newest_first = [f"tag:xiefa.example,2026:xiefa/items/b{number:03d}k000" for number in range(14, 2, -1)]
    assert list(atom_entries(documents["feeds/all.atom.xml"])) == newest_first
    assert list(atom_entries(documents["feeds/sections/重要政策动态.atom.xml"])) == newest_first


def test_the_feed_of_a_rare_contributor_holds_what_it_supplied_long_ago() -> None:
    rare = published(record_of(make_item(attribution=attributed_to("甲联盟")), id="b000"))
    documents = by_path(build_documents(PUBLICATION, [rare, *series(14)]))
    assert len(atom_entries(documents["feeds/contributors/甲联盟.atom.xml"])) == 1


@pytest.mark.parametrize("path", ["feeds/all", "feeds/sections/重要政策动态"])
@pytest.mark.parametrize("ending", [".atom.xml", ".rss.xml"])
def test_whoever_follows_the_archive_gets_every_item_once(path: str, ending: str) -> None:
    documents = by_path(build_documents(PUBLICATION, series(9), FeedOptions(window=3)))
    seen: list[str] = []
    document = documents[path + ending]
    for _ in range(20):
        seen += atom_entries(document) or rss_items(document)
        following = links(document, "prev-archive")
        if not following:
            break
        (url,) = following
        document = next(found for found in documents.values() if links_to(found, url))
    assert seen == [f"tag:xiefa.example,2026:xiefa/items/b{number:03d}k000" for number in range(9, 0, -1)]


def links_to(document: object, url: str) -> bool:
    path = getattr(document, "path", "")
    return path.endswith(".xml") and links(document, "self") == [url]  # type: ignore[arg-type]  # checked by its path


def test_a_backfilled_bulletin_stands_in_the_archive_only() -> None:
    old = replace(series(1)[0], backfilled=True)
    documents = by_path(build_documents(PUBLICATION, [old, *series(3)[1:]]))
    identity = old.items[0].tag_uri
    assert identity in atom_entries(documents["feeds/archive/b001.atom.xml"])
    assert identity in atom_entries(documents["feeds/sections/重要政策动态/b001.atom.xml"])
    assert identity not in atom_entries(documents["feeds/all.atom.xml"])
    assert identity not in atom_entries(documents["feeds/sections/重要政策动态.atom.xml"])
    assert links(documents["feeds/all.atom.xml"], "prev-archive") == [f"{ADDRESS}feeds/archive/b001.atom.xml"]


def test_a_bulletin_backfilled_today_is_reached_from_the_feeds_of_today() -> None:
    *regular, last = series(3)
    backfilled = replace(last, backfilled=True)
    documents = by_path(build_documents(PUBLICATION, [*regular, backfilled]))
    assert links(documents["feeds/all.atom.xml"], "prev-archive") == [f"{ADDRESS}feeds/archive/b003.atom.xml"]
    assert links(documents["feeds/archive/b003.atom.xml"], "prev-archive") == [f"{ADDRESS}feeds/archive/b002.atom.xml"]


def test_a_withdrawn_bulletin_is_nowhere_and_the_archive_closes_over_it() -> None:
    first, second, third = series(3)
    documents = by_path(build_documents(PUBLICATION, [first, withdrawn(second), third]))
    assert not any(b"b002" in document.body for document in documents.values())
    assert links(documents["feeds/archive/b003.atom.xml"], "prev-archive") == [f"{ADDRESS}feeds/archive/b001.atom.xml"]


def test_a_withdrawn_item_leaves_the_feeds() -> None:
    record = published(record_of(make_item("留下"), make_item("撤回")))
    gone = replace(record.items[1], withdrawn=PUBLISHED)
    documents = build_documents(PUBLICATION, [replace(record, items=(record.items[0], gone))])
    assert not any("撤回".encode() in document.body for document in documents)


def test_an_archive_document_stays_the_same_when_more_is_published() -> None:
    before = by_path(build_documents(PUBLICATION, series(3)))
    after = by_path(build_documents(PUBLICATION, series(20)))
    archive = [path for path in before if path.startswith("feeds/archive/")]
    assert len(archive) == 6
    assert all(before[path].body == after[path].body for path in archive)


def test_moving_the_site_changes_addresses_and_no_id() -> None:
    bulletins = series(2)
    here = by_path(build_documents(PUBLICATION, bulletins))["feeds/all.atom.xml"]
    there = by_path(build_documents(replace(PUBLICATION, base_url="https://new.example"), bulletins))[
        "feeds/all.atom.xml"
    ]
    assert list(atom_entries(here)) == list(atom_entries(there))
    assert tree_of(here).findtext(f"{ATOM}id") == tree_of(there).findtext(f"{ATOM}id")
    assert b"https://bulletin.xiefa.example" not in there.body


def test_threads_build_the_same_bytes_and_leave_the_locale_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bulletins = [published(seedlike_record())]
    alone = build_documents(PUBLICATION, bulletins)
    calls: list[object] = []
    real: Callable[..., str] = locale.setlocale

    def spy(category: int, value: str | None = None) -> str:
        calls.append((category, value))
        return real(category, value)

    monkeypatch.setattr(locale, "setlocale", spy)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: build_documents(PUBLICATION, bulletins), range(8)))
    assert all(result == alone for result in results)
    assert calls == []
