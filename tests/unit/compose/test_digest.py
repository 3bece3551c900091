from dataclasses import replace

import pytest

from distributor.compose import Fullness, digest_context
from distributor.compose.digest import reduced
from distributor.errors import Conflict
from distributor.model.bulletin import Masthead, Visibility
from distributor.model.message import Slot, marker, split_at_slots
from distributor.model.recipient import RecipientList
from distributor.model.record import BulletinRecord
from tests.support.messages import REPORT, SEND, SUBSCRIBERS
from tests.support.records import (
    PUBLISHED,
    attributed_to,
    make_item,
    make_publication,
    make_record,
    record_of,
    seedlike_record,
)

PUBLICATION = make_publication()
THREE = record_of(
    make_item("公开条目"),
    make_item("名单内条目", visibility=Visibility.RECIPIENTS),
    make_item("仅邮件条目", visibility=Visibility.MAIL_ONLY),
)


def titles(record: BulletinRecord, recipient_list: RecipientList) -> list[str]:
    context = digest_context(PUBLICATION, record, recipient_list)
    return [item.title for section in context.sections for item in section.items]


def test_items_keep_the_order_and_headings_of_the_bulletin() -> None:
    record = seedlike_record()
    context = digest_context(PUBLICATION, record, REPORT)
    assert [len(section.items) for section in context.sections] == [7, 2, 22]
    assert [section.title for section in context.sections] == [title for title, _ in record.sections]
    assert titles(record, REPORT) == [item.content.title for item in record.items]
    assert context.count == 31


def test_bodies_see_all_items_and_subscribers_what_everybody_sees() -> None:
    assert titles(THREE, REPORT) == titles(THREE, SEND) == ["公开条目", "名单内条目", "仅邮件条目"]
    assert titles(THREE, SUBSCRIBERS) == ["公开条目"]


def test_only_an_item_that_everybody_may_see_has_a_link() -> None:
    (section,) = digest_context(PUBLICATION, THREE, REPORT).sections
    assert [item.url for item in section.items] == ["https://bulletin.xiefa.example/items/b001k000", None, None]


def test_a_bulletin_without_public_items_has_no_page_to_read_in_the_browser() -> None:
    record = record_of(make_item(visibility=Visibility.MAIL_ONLY))
    assert digest_context(PUBLICATION, record, REPORT).bulletin_url is None
    assert digest_context(PUBLICATION, THREE, REPORT).bulletin_url == "https://bulletin.xiefa.example/bulletins/b001"


def test_withdrawn_items_are_left_out_and_their_empty_section_with_them() -> None:
    record = seedlike_record()
    items = tuple(replace(item, withdrawn=PUBLISHED) if item.position in {7, 8} else item for item in record.items)
    context = digest_context(PUBLICATION, replace(record, items=items), REPORT)
    assert [len(section.items) for section in context.sections] == [7, 22]


def test_an_empty_issue_is_never_made() -> None:
    record = record_of(make_item(visibility=Visibility.RECIPIENTS))
    with pytest.raises(Conflict) as conflict:
        digest_context(PUBLICATION, record, SUBSCRIBERS)
    assert conflict.value.code == "digest-empty"
    assert conflict.value.parameters == {"bulletin": "b001", "list": "subscribers"}


def test_the_publication_stands_in_for_a_missing_masthead() -> None:
    context = digest_context(PUBLICATION, make_record(masthead=Masthead()), REPORT)
    assert (context.title, context.issue, context.date) == ("联盟协发网简报", None, None)
    assert context.publisher == "联盟协发网秘书处"


def test_the_footer_is_given_as_printed() -> None:
    context = digest_context(PUBLICATION, make_record(), REPORT)
    assert [group.label for group in context.distribution] == ["报", "送"]
    assert context.distribution[0].names.endswith("全国工商联、国家开发银行相关司局及部门")
    assert context.distribution[1].names == "各试点产业技术创新战略联盟、联盟协发网成员单位、有关地方科技厅（局）"


def test_a_list_may_ask_for_its_own_subject_line() -> None:
    asked = replace(REPORT, subject="【报送】{title}{issue} {date} 共{count}条 {nobody}")
    context = digest_context(PUBLICATION, make_record(), asked)
    assert context.subject == "【报送】联盟协发网简报第12期（总第345期） 2026-01-05 共1条 {nobody}"
    assert digest_context(PUBLICATION, make_record(), REPORT).subject is None


def test_no_text_of_a_bulletin_can_hold_a_slot() -> None:
    hostile = marker(Slot.UNSUBSCRIBE_URL)
    record = record_of(
        make_item(f"题{hostile}", f"文{hostile}\n下一行", attribution=attributed_to(f"单位{hostile}")),
        masthead=Masthead(f"名{hostile}", f"期{hostile}", "2026-01-05", f"编{hostile}"),
        preamble=(f"按{hostile}",),
        section=f"栏{hostile}",
    )
    context = digest_context(PUBLICATION, record, REPORT)
    (section,) = context.sections
    (item,) = section.items
    spoken = [context.title, context.issue or "", context.publisher, *context.preamble, section.title or "", item.title]
    for words in [*spoken, *item.paragraphs, item.attribution or ""]:
        assert split_at_slots(words) == (words,)
    assert "\n" not in item.paragraphs[0]


def test_the_preheader_names_the_first_items_and_stays_short() -> None:
    preheader = digest_context(PUBLICATION, seedlike_record(), REPORT).preheader
    assert preheader.startswith("习近平总书记主持召开深入推进长三角一体化发展座谈会；")
    assert len(preheader) <= 90


def test_a_summary_is_cut_and_says_that_there_is_more() -> None:
    record = record_of(
        make_item("长", "推进科技创新，" * 40), make_item("短", "一句话。"), make_item("两段", "一。", "二。")
    )
    context = reduced(digest_context(PUBLICATION, record, REPORT), Fullness.SUMMARIES)
    long, short, double = context.sections[0].items
    assert long.is_cut
    assert len(long.paragraphs[0]) <= 120
    assert long.paragraphs[0].endswith("推进科技创新……")
    assert (short.is_cut, short.paragraphs) == (False, ("一句话。",))
    assert (double.is_cut, double.paragraphs) == (True, ("一。",))
    assert context.fullness is Fullness.SUMMARIES


def test_an_item_without_body_needs_no_summary() -> None:
    record = record_of(replace(make_item("题"), paragraphs=()))
    (section,) = reduced(digest_context(PUBLICATION, record, REPORT), Fullness.SUMMARIES).sections
    assert section.items[0].is_cut is False


def test_titles_stand_alone_but_an_item_without_a_page_stays_whole() -> None:
    context = digest_context(PUBLICATION, THREE, REPORT)
    public, restricted, mail_only = reduced(context, Fullness.TITLES).sections[0].items
    assert (public.paragraphs, public.attribution, public.is_cut) == ((), None, True)
    assert restricted.paragraphs
    assert mail_only.paragraphs
    assert reduced(context, Fullness.FULL) is context
