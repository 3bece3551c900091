import re
from dataclasses import replace
from datetime import timedelta

import pytest

from distributor.model.bulletin import Attribution, Item, Visibility
from distributor.model.record import BulletinRecord
from distributor.publish.channels import public_items
from distributor.publish.entries import Entry, entries_of
from tests.support.hostile import TITLE, TITLE_AS_READ, hostile_record
from tests.support.records import PUBLISHED, attributed_to, make_item, make_publication, published, record_of

PUBLICATION = make_publication()
ORIGINAL = '<div><a href="https://bulletin.xiefa.example/bulletins/b001/original">原文件：简报.pdf</a></div>'


def entries(record: BulletinRecord) -> tuple[Entry, ...]:
    return entries_of(PUBLICATION, record, public_items(record))


def entry_of(item: Item) -> Entry:
    return entries(published(record_of(item)))[0]


def test_paragraphs_come_in_order_with_the_attribution_last() -> None:
    entry = entry_of(make_item("标题", "第一段。", "第二段。", attribution=attributed_to("甲联盟")))
    assert entry.content == f"<p>第一段。</p>\n<p>第二段。</p>\n<p>（甲联盟供稿）</p>\n{ORIGINAL}"


def test_text_is_escaped_exactly_once() -> None:
    entry = entry_of(make_item("A&B", "R&D 占比 <5% &amp; 2 > 1"))
    assert "<p>R&amp;D 占比 &lt;5% &amp;amp; 2 &gt; 1</p>" in entry.content


def test_the_original_file_is_linked_in_the_text_and_as_enclosure() -> None:
    entry = entry_of(make_item())
    assert entry.content.endswith(ORIGINAL)
    assert entry.enclosure is not None
    assert entry.enclosure.url == "https://bulletin.xiefa.example/bulletins/b001/original"
    assert (entry.enclosure.media_type, entry.enclosure.size) == ("application/pdf", 182_044)


def test_the_original_file_is_not_offered_while_it_holds_something_that_is_not_public() -> None:
    record = published(record_of(make_item("公开"), make_item("内部", visibility=Visibility.MAIL_ONLY)))
    (entry,) = entries(record)
    assert entry.enclosure is None
    assert "original" not in entry.content


def test_an_item_without_words_still_has_title_summary_and_content() -> None:
    entry = entry_of(make_item("", paragraphs=()))
    assert entry.title == "（无标题）"
    assert entry.summary == "（无标题）"
    assert entry.content == ORIGINAL


def test_titles_are_plain_text_in_one_line() -> None:
    assert entry_of(make_item(TITLE)).title == TITLE_AS_READ
    assert entry_of(make_item("换行\r\n标题")).title == "换行 标题"


def test_the_summary_is_a_short_plain_text() -> None:
    entry = entry_of(make_item("标题", "第一段。", "字" * 500))
    assert entry.summary.startswith("第一段。字")
    assert len(entry.summary) == 140
    assert entry.summary.endswith("…")


def test_paragraphs_run_together_in_the_summary_as_their_script_is_set() -> None:
    assert (
        entry_of(make_item("标题", "第一段。", "", "Second.", "Third.", "第四段。")).summary
        == "第一段。Second. Third.第四段。"
    )


def test_line_breaks_inside_a_paragraph_stay() -> None:
    assert "<p>一行<br>二行</p>" in entry_of(make_item("标题", "一行\r\n二行")).content


@pytest.mark.parametrize(
    ("attribution", "authors"),
    [
        (attributed_to("甲联盟", "乙联盟", "甲联盟"), ("甲联盟", "乙联盟")),
        (Attribution("（记者 某某）", "记者", (), ("某某",)), ("某某",)),
        (Attribution("（来源：新华社）", "来源", (), (), "新华社"), ("联盟协发网秘书处",)),
        (None, ("联盟协发网秘书处",)),
    ],
)
def test_the_author_is_the_contributor_else_the_reporter_else_the_publisher(
    attribution: Attribution | None, authors: tuple[str, ...]
) -> None:
    assert entry_of(make_item(attribution=attribution)).authors == authors


def test_dates_carry_the_zone_of_the_publication() -> None:
    entry = entry_of(make_item())
    assert entry.published.isoformat() == entry.updated.isoformat() == "2026-01-05T10:30:00+08:00"


def test_a_corrected_item_says_so_first() -> None:
    record = published(record_of(make_item("标题", "正文。")))
    item = replace(record.items[0], revision=2, updated=PUBLISHED + timedelta(days=2))
    (entry,) = entries(replace(record, items=(item,)))
    assert entry.content.startswith("<p><em>更正于2026-01-07。</em></p>\n<p>正文。</p>")
    assert (entry.updated - entry.published).days == 2


def test_only_public_items_that_were_published_and_not_withdrawn_have_entries() -> None:
    record = published(
        record_of(
            make_item("公开"),
            make_item("分送单位", visibility=Visibility.RECIPIENTS),
            make_item("只在邮件", visibility=Visibility.MAIL_ONLY),
            make_item("撤回"),
            make_item("没有发布"),
        )
    )
    items = list(record.items)
    items[3] = replace(items[3], withdrawn=PUBLISHED)
    items[4] = replace(items[4], published=None, tag_uri=None)
    assert [entry.title for entry in entries(replace(record, items=tuple(items)))] == ["公开"]
    assert entries(record_of(make_item())) == ()
    assert entries(replace(record, withdrawn=PUBLISHED)) == ()


def test_an_item_without_a_date_cannot_become_an_entry() -> None:
    record = record_of(make_item())
    with pytest.raises(ValueError, match="without a date"):
        entries_of(PUBLICATION, record, record.items)


def test_hostile_items_leave_no_markup_but_ours() -> None:
    for entry in entries(published(hostile_record())):
        assert set(re.findall(r"</?([a-z]+)", entry.content)) <= {"p", "br", "div", "a"}
        assert set(re.findall(r'<[a-z]+ ([a-z]+)="', entry.content)) <= {"href"}
        assert set(re.findall(r'href="([^"]*)"', entry.content)) == {
            "https://bulletin.xiefa.example/bulletins/b001/original"
        }


def test_twenty_thousand_characters_come_through() -> None:
    entry = entries(published(hostile_record()))[2]
    assert entry.title == "长" * 20_000
    assert "文" * 20_000 in entry.content
