from dataclasses import replace
from datetime import timedelta

import pytest

from distributor.model.bulletin import DistributionGroup, Item, Masthead, Visibility
from distributor.model.record import BulletinRecord, Original
from distributor.publish import (
    ChangeKind,
    Correction,
    apply_correction,
    assign_identity,
    build_documents,
    offers_original,
    originals_by_item,
)
from tests.support.feeds import atom_entries, by_path, rss_items, tree_of
from tests.support.records import PUBLISHED, make_item, make_item_record, make_publication, record_of, seedlike_record

PUBLICATION = make_publication()
LATER = PUBLISHED + timedelta(days=2)
NEW_FILE = Original("简报（更正）.docx", "application/vnd.openxmlformats", 91_000, "f" * 64)


def live() -> BulletinRecord:
    return assign_identity(seedlike_record(), PUBLICATION, PUBLISHED)


def uploaded(*contents: tuple[str | None, Item], **overrides: object) -> BulletinRecord:
    items = tuple(
        make_item_record(place, content, section=section, key=f"new{place:03d}")
        for place, (section, content) in enumerate(contents)
    )
    return replace(seedlike_record(), id="other", items=items, original=NEW_FILE, **overrides)  # type: ignore[arg-type]  # fields


def same_as(record: BulletinRecord) -> list[tuple[str | None, Item]]:
    return [(item.section, replace(item.content, line=item.content.line + 3)) for item in record.items]


def retitled(place: int = 9, title: str = "半导体照明联盟主办第三届紫外LED国际会议（更正）") -> BulletinRecord:
    contents = same_as(live())
    section, content = contents[place]
    contents[place] = (section, replace(content, title=title))
    return uploaded(*contents)


def corrected(new: BulletinRecord, old: BulletinRecord | None = None) -> Correction:
    return apply_correction(old or live(), new, PUBLICATION, LATER)


def test_the_same_words_from_another_file_change_no_item() -> None:
    old = live()
    made = corrected(uploaded(*same_as(old)), old)
    assert made.is_empty
    assert made.record.original == NEW_FILE
    assert made.record.revision == 2
    assert [replace(item.content, line=0) for item in made.record.items] == [item.content for item in old.items]
    assert [item.updated for item in made.record.items] == [item.updated for item in old.items]


def test_the_same_file_again_is_the_same_record() -> None:
    old = live()
    again = replace(uploaded(*same_as(old)), original=old.original)
    made = corrected(again, old)
    assert made.record is old
    assert made.is_empty


def test_a_new_title_changes_that_item_and_no_identity() -> None:
    old = live()
    made = corrected(retitled(), old)
    (change,) = made.items
    assert change.kind is ChangeKind.CHANGED
    assert change.before == old.items[9]
    assert change.after == made.record.items[9]
    assert (made.record.items[9].revision, made.record.items[9].updated) == (2, LATER)
    assert made.record.items[9].published == old.items[9].published
    for before, after in zip(old.items, made.record.items, strict=True):
        assert (after.key, after.tag_uri) == (before.key, before.tag_uri)
    assert [item.revision for item in made.record.items].count(2) == 1


@pytest.mark.parametrize("ending", [".atom.xml", ".rss.xml"])
def test_a_correction_of_one_title_changes_exactly_one_entry_and_no_id(ending: str) -> None:
    old = live()
    made = corrected(retitled(), old).record
    offered = originals_by_item([old, made])
    before = by_path(build_documents(PUBLICATION, [old]))["feeds/all" + ending]
    after = by_path(build_documents(PUBLICATION, [made], offered=offered))["feeds/all" + ending]
    entries = atom_entries if ending == ".atom.xml" else rss_items
    assert list(entries(before)) == list(entries(after))
    changed = [key for key, entry in entries(before).items() if entries(after)[key] != entry]
    assert changed == [old.items[9].tag_uri]


def test_the_feed_is_dated_by_the_corrected_item() -> None:
    feed = by_path(build_documents(PUBLICATION, [corrected(retitled()).record]))["feeds/all.atom.xml"]
    assert tree_of(feed).findtext("{*}updated") == LATER.isoformat()


def test_reordered_items_keep_dates_and_revisions() -> None:
    old = live()
    made = corrected(uploaded(*reversed(same_as(old))), old)
    assert made.reordered
    assert made.items == ()
    assert [item.key for item in made.record.items] == [item.key for item in reversed(old.items)]
    assert [item.position for item in made.record.items] == list(range(31))
    assert {item.revision for item in made.record.items} == {1}


def test_an_added_item_gets_an_identity_of_its_own() -> None:
    old = live()
    made = corrected(uploaded((None, make_item("全新的一条消息", "从未见过的内容。")), *same_as(old)), old)
    (change,) = made.items
    assert change.kind is ChangeKind.ADDED
    first = made.record.items[0]
    assert (first.tag_uri, first.published, first.revision) == ("tag:xiefa.example,2026:xiefa/items/new000", LATER, 1)
    assert len({item.tag_uri for item in made.record.items}) == 32
    assert not made.reordered


def test_an_item_that_is_no_longer_there_is_withdrawn_in_its_place() -> None:
    old = live()
    contents = same_as(old)
    del contents[4], contents[0]
    made = corrected(uploaded(*contents), old)
    assert [change.kind for change in made.items] == [ChangeKind.REMOVED, ChangeKind.REMOVED]
    assert [item.key for item in made.record.items] == [item.key for item in old.items]
    assert [item.position for item in made.record.items if item.withdrawn == LATER] == [0, 4]
    assert [item.position for item in made.record.items if item.dropped] == [0, 4]


def test_an_item_withdrawn_before_stays_withdrawn_whether_the_file_has_it_or_not() -> None:
    old = live()
    items = (replace(old.items[0], withdrawn=PUBLISHED), replace(old.items[1], withdrawn=PUBLISHED), *old.items[2:])
    old = replace(old, items=items)
    made = corrected(uploaded(*same_as(old)[1:]), old)
    assert [item.withdrawn for item in made.record.items[:3]] == [PUBLISHED, PUBLISHED, None]
    # only what the new file still says keeps it from its readers
    assert [item.dropped for item in made.record.items[:3]] == [True, False, False]
    assert not offers_original(made.record)
    assert made.items == ()


def test_a_file_without_what_was_taken_back_is_for_everybody_again() -> None:
    old = live()
    old = replace(old, items=(replace(old.items[0], withdrawn=PUBLISHED), *old.items[1:]))
    assert not offers_original(old)
    clean = corrected(uploaded(*same_as(old)[1:]), old).record
    assert offers_original(clean)
    # a file that brings it back: it stays taken back, and so the file is for nobody
    third = replace(uploaded(*same_as(old)), original=replace(NEW_FILE, sha256="e" * 64))
    assert not offers_original(corrected(third, clean).record)


def test_several_changes_have_distinct_dates_descending_by_position() -> None:
    contents = [(section, replace(content, title=content.title + "（更正）")) for section, content in same_as(live())]
    dates = [item.updated for item in corrected(uploaded(*contents)).record.items]
    assert dates == [LATER - timedelta(seconds=index) for index in range(31)]


def test_a_correction_within_the_minute_still_moves_the_date_forward() -> None:
    old = live()
    contents = [(section, replace(content, title=content.title + "（更正）")) for section, content in same_as(old)]
    made = apply_correction(old, uploaded(*contents), PUBLICATION, PUBLISHED)
    for before, after in zip(old.items, made.record.items, strict=True):
        assert before.updated is not None
        assert after.updated is not None
        assert after.updated > before.updated


def test_another_heading_is_a_correction() -> None:
    old = live()
    contents = [
        ("其他动态" if place == 3 else section, content) for place, (section, content) in enumerate(same_as(old))
    ]
    (change,) = corrected(uploaded(*contents), old).items
    assert change.before == old.items[3]


def test_a_file_does_not_change_who_may_see_an_item() -> None:
    old = live()
    hidden = replace(old.items[0], content=replace(old.items[0].content, visibility=Visibility.MAIL_ONLY))
    old = replace(old, items=(hidden, *old.items[1:]))
    new = uploaded(*((section, replace(content, visibility=Visibility.PUBLIC)) for section, content in same_as(old)))
    made = corrected(new, old)
    assert made.record.items[0].content.visibility is Visibility.MAIL_ONLY
    assert made.items == ()


def test_a_draft_is_replaced_without_revisions() -> None:
    draft = seedlike_record()
    contents = same_as(draft)[1:]
    contents[0] = (contents[0][0], replace(contents[0][1], title="我国提出《国际科技合作倡议》构建全球科技共同体"))
    made = corrected(uploaded(*contents), draft)
    assert len(made.record.items) == 30
    assert {(item.revision, item.updated, item.tag_uri) for item in made.record.items} == {(1, None, None)}
    assert [change.kind for change in made.items] == [ChangeKind.CHANGED, ChangeKind.REMOVED]
    assert made.items[1].after is None


def test_the_masthead_is_completed_and_the_footer_taken_as_it_is() -> None:
    footer = (DistributionGroup("报", ("科技部",)),)
    new = uploaded(*same_as(live()), masthead=Masthead(issue="第13期"), distribution=footer, preamble=("编者按",))
    made = corrected(new)
    assert made.frame
    assert not made.is_empty
    assert made.record.masthead == Masthead("联盟协发网简报", "第13期", "2026-01-05", "联盟协发网秘书处")
    assert made.record.distribution == footer
    assert made.record.preamble == ("编者按",)


def test_the_bulletin_stays_the_bulletin_it_was() -> None:
    old = live()
    made = corrected(retitled(), old).record
    assert (made.id, made.published, made.received, made.received_by) == (
        old.id,
        old.published,
        old.received,
        old.received_by,
    )


def test_items_go_on_naming_the_file_they_came_with() -> None:
    old = live()
    draft = replace(old, published=None, original=Original("草稿.txt", "text/plain", 1, "1" * 64))
    second = corrected(retitled(), old).record
    third = replace(second, original=Original("再更正.pdf", "application/pdf", 5, "5" * 64))
    offered = originals_by_item([draft, old, second, third])
    assert offered[old.items[9].key] == NEW_FILE
    assert offered[old.items[8].key] == old.original


def test_an_empty_bulletin_can_be_corrected() -> None:
    old = assign_identity(record_of(), PUBLICATION, PUBLISHED)
    made = corrected(uploaded((None, make_item())), old)
    assert [change.kind for change in made.items] == [ChangeKind.ADDED]
