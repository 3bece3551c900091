import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.record import BulletinRecord
from distributor.web.public.beginnings import beginnings_of
from tests.support.records import make_item, record_of, seedlike_record

BUDGET = 92_000


def shown_bytes(record: BulletinRecord) -> int:
    beginnings = beginnings_of(record)
    texts = (text for item in record.items for text in beginnings.get(item.key, item.content.paragraphs))
    return sum(len(html.escape(text).encode()) for text in texts)


def test_a_bulletin_that_fits_stays_whole() -> None:
    assert beginnings_of(seedlike_record()) == {}
    assert beginnings_of(record_of(*[make_item(f"第{at}条", "字" * 300) for at in range(31)])) == {}


def test_only_the_longest_items_are_cut() -> None:
    record = record_of(make_item("甲", "短。"), make_item("乙", "长" * 40_000), make_item("丙", "也短。"))
    assert set(beginnings_of(record)) == {"b001k001"}


def test_a_beginning_ends_within_a_paragraph_and_says_so() -> None:
    record = record_of(make_item("甲", "首段。", "长" * 40_000, "末段。"))
    first, second = beginnings_of(record)["b001k000"]
    assert first == "首段。"
    assert second.endswith("长……")
    assert len(second) > 20_000


def test_items_of_one_length_are_cut_alike() -> None:
    record = record_of(*[make_item(f"第{at:02d}条", "字" * 1500) for at in range(31)])
    lengths = {len(text) for (text,) in beginnings_of(record).values()}
    assert len(lengths) == 1
    assert min(lengths) > 500


def test_a_bulletin_of_titles_without_end_shows_titles_alone() -> None:
    record = record_of(*[make_item(f"第{at:03d}条", "正文。") for at in range(400)])
    assert set(beginnings_of(record).values()) == {()}


@pytest.mark.parametrize("text", ["&<>'\"", "\ud800", "😀"])
def test_what_grows_on_the_page_counts_as_it_is_written(text: str) -> None:
    record = record_of(make_item("甲", text * 100_000), make_item("乙", "短。"))
    beginnings = beginnings_of(record)
    assert set(beginnings) == {"b001k000"}
    (shown,) = beginnings["b001k000"]
    assert len(html.escape(shown).encode("utf-8", "replace")) < BUDGET


@given(st.lists(st.lists(st.text(min_size=1, max_size=30).map(lambda text: text * 800), max_size=4), max_size=12))
def test_what_is_shown_is_the_beginning_and_fits(texts: list[list[str]]) -> None:
    record = record_of(*[make_item(f"第{at}条", *paragraphs) for at, paragraphs in enumerate(texts)])
    beginnings = beginnings_of(record)
    assert shown_bytes(record) < BUDGET
    for item in record.items:
        shown = beginnings.get(item.key, item.content.paragraphs)
        whole = "".join(item.content.paragraphs)
        assert whole.startswith("".join(shown).removesuffix("……").rstrip())
