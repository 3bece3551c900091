from dataclasses import replace
from datetime import timedelta

from distributor.publish import Correction, apply_correction, assign_identity, correction_notice
from tests.support.records import PUBLISHED, make_item, make_publication, record_of

PUBLICATION = make_publication()
LATER = PUBLISHED + timedelta(days=1)
OLD = assign_identity(record_of(make_item("甲事"), make_item("乙事"), make_item("丙事")), PUBLICATION, PUBLISHED)


def corrected(*titles: str) -> Correction:
    new = record_of(*(make_item(title) for title in titles), id="other")
    return apply_correction(OLD, new, PUBLICATION, LATER)


def test_a_notice_holds_nothing_but_what_was_corrected() -> None:
    changed = replace(OLD.items[1], content=make_item("乙事", "近日，乙事。会议在南京市举行。"))
    new = replace(OLD, items=(OLD.items[0], changed, OLD.items[2]))
    told = correction_notice(PUBLICATION, apply_correction(OLD, new, PUBLICATION, LATER), "地点有误")
    assert told is not None
    assert [(item.key, item.position) for item in told.items] == [(OLD.items[1].key, 0)]
    assert "地点有误" in told.preamble
    assert told.distribution == ()
    assert told.masthead.issue != OLD.masthead.issue
    assert told.id == OLD.id


def test_a_notice_names_what_was_taken_back() -> None:
    made = corrected("甲事", "全新的一条消息，从未见过")
    told = correction_notice(PUBLICATION, made, "")
    assert told is not None
    assert [item.content.title for item in told.items] == ["全新的一条消息，从未见过"]
    assert len(told.preamble) == 2


def test_without_changed_items_there_is_nothing_to_tell() -> None:
    assert correction_notice(PUBLICATION, corrected("甲事", "乙事"), "") is None
