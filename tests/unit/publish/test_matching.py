from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Item
from distributor.model.record import ItemRecord
from distributor.publish.matching import match_items
from tests.support.records import attributed_to, make_item, make_item_record, seedlike_record

FORUM = make_item(
    "封测联盟举办集成电路先进封装产业链协同创新发展论坛",
    "近日，由集成电路封测产业链技术创新战略联盟、江苏省半导体行业协会共同指导的集成电路先进封装产业链协同创新发展论坛在无锡市举办。",
    attribution=attributed_to("封测产业技术创新战略联盟秘书处"),
)
RACE = make_item(
    "医疗器械联盟主办第六届中国医疗器械创新创业大赛决赛",
    "近日，第六届中国医疗器械创新创业大赛总决赛在苏州市落幕，共有926个参赛项目，152个优秀项目进入总决赛。",
    attribution=attributed_to("医疗器械产业技术创新战略联盟秘书处"),
)


def records(*contents: Item) -> Sequence[ItemRecord]:
    return [make_item_record(place, content) for place, content in enumerate(contents)]


def titled(title: str, like: Item) -> Item:
    return make_item(title, *like.paragraphs, attribution=like.attribution)


def test_the_same_file_again_matches_item_by_item() -> None:
    items = seedlike_record().items
    assert match_items(items, items) == {place: place for place in range(31)}


def test_a_new_title_over_the_same_text_is_the_same_item() -> None:
    assert match_items(records(FORUM, RACE), records(titled("无锡论坛", FORUM), RACE)) == {0: 0, 1: 1}


def test_a_rewritten_text_under_the_same_title_is_the_same_item() -> None:
    rewritten = make_item(RACE.title, "大赛决赛圆满结束。", attribution=RACE.attribution)
    assert match_items(records(FORUM, RACE), records(FORUM, rewritten)) == {0: 0, 1: 1}


def test_a_typo_in_title_and_text_is_the_same_item() -> None:
    corrected = make_item(RACE.title.replace("第六届", "第七届"), RACE.paragraphs[0].replace("926", "962"))
    assert match_items(records(RACE), records(corrected)) == {0: 0}


def test_items_in_another_order_are_still_the_same_items() -> None:
    assert match_items(records(FORUM, RACE), records(RACE, FORUM)) == {0: 1, 1: 0}


def test_a_corrected_contributor_is_the_same_item() -> None:
    corrected = make_item(FORUM.title, *FORUM.paragraphs, attribution=attributed_to("集成电路封测联盟"))
    assert match_items(records(FORUM), records(corrected)) == {0: 0}


def test_another_item_in_the_same_place_is_another_item() -> None:
    assert match_items(records(FORUM), records(RACE)) == {}


def test_a_look_alike_of_another_contributor_is_another_item() -> None:
    one = make_item(
        "木竹联盟召开2023年度理事会",
        "近日，木竹联盟2023年度理事会在临沂市召开。",
        attribution=attributed_to("木竹联盟"),
    )
    other = make_item(
        "闪联联盟召开2023年度理事会",
        "近日，闪联联盟2023年度理事会在长沙市召开。",
        attribution=attributed_to("闪联联盟"),
    )
    assert match_items(records(one), records(other)) == {}


def test_twins_keep_their_places() -> None:
    twin = make_item("简讯", "一则简讯。")
    assert match_items(records(twin, twin, twin), records(twin, twin, twin)) == {0: 0, 1: 1, 2: 2}


def test_one_title_for_all_items_is_told_apart_by_their_texts() -> None:
    one, two = titled("简讯", FORUM), titled("简讯", RACE)
    assert match_items(records(one, two), records(two, one)) == {0: 1, 1: 0}


def test_items_without_text_are_matched_by_title() -> None:
    one, two = make_item("甲事", paragraphs=()), make_item("乙闻", paragraphs=())
    assert match_items(records(one, two), records(two)) == {0: 1}


def test_items_without_any_word_match_nothing() -> None:
    empty = make_item("", paragraphs=())
    assert match_items(records(empty), records(empty)) == {}


@given(st.permutations(range(31)), st.sets(st.integers(0, 30), max_size=10))
def test_each_item_is_found_wherever_it_moved(order: list[int], gone: set[int]) -> None:
    old = seedlike_record().items
    kept = [place for place in order if place not in gone]
    assert match_items(old, [old[place] for place in kept]) == dict(enumerate(kept))
