import re
from dataclasses import replace

import pytest

from distributor.compose import SIZE_LIMIT, Fullness
from distributor.model.bulletin import Masthead, Visibility
from distributor.model.message import Slot, split_at_slots
from distributor.model.recipient import MailFormat, RecipientList, Role
from tests.support.messages import REPORT, SEND, SUBSCRIBERS, links, make_variant, seed_record
from tests.support.records import make_item, make_record, record_of, seedlike_record

ISSUE = RecipientList("issue", "下发名单", ("发",), Role.ISSUE)


def slots(text: str) -> list[Slot]:
    return [piece for piece in split_at_slots(text) if isinstance(piece, Slot)]


def visible(html: str) -> str:
    body = re.sub(r"<!--.*?-->|<style.*?</style>|<head.*?</head>", "", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", "", body)


def test_the_reference_bulletin_fits_in_full_text() -> None:
    variant = make_variant(seed_record())
    assert variant.html is not None
    assert len(variant.html.encode()) < SIZE_LIMIT
    record = seed_record()
    for item in record.items:
        for words in (item.content.title, *item.content.paragraphs):
            assert words in variant.text
            assert words in visible(variant.html).replace("&amp;", "&")


def test_text_and_html_carry_every_link_in_the_same_order() -> None:
    for fullness in Fullness:
        variant = make_variant(seedlike_record(), fullness=fullness)
        assert variant.html is not None
        body = variant.html.partition("<body")[2]
        assert links(variant.text) == links(body)
        assert len([link for link in links(body) if "/items/" in link]) == 31


def test_every_link_is_https_or_mailto_or_a_slot() -> None:
    html = make_variant(seedlike_record()).html or ""
    targets = re.findall(r'(?:href|src|action|background)="([^"]*)"', html)
    assert targets
    assert all(target.startswith(("https://", "mailto:", "\ufdd0")) for target in targets)
    assert not re.search(r"<(img|script|iframe|svg|form|input|link)\b|url\(|@import|@font-face|data:image", html)


def test_the_unsubscribe_link_stands_near_the_top_and_at_the_end() -> None:
    variant = make_variant(seed_record())
    assert variant.html is not None
    assert slots(variant.html) == slots(variant.text)
    assert slots(variant.html) == [Slot.UNSUBSCRIBE_URL, Slot.GREETING, Slot.PREFERENCES_URL, Slot.UNSUBSCRIBE_URL]
    body = variant.html.partition("<body")[2]
    assert body.index("unsubscribe_url") < body.index("<h1")


@pytest.mark.parametrize(
    ("recipient_list", "cover", "stop"),
    [
        (REPORT, "现将《联盟协发网简报》第12期（总第345期）呈报如下，请审阅。", "申请停发"),
        (SEND, "现将《联盟协发网简报》第12期（总第345期）送上，供参考。", "申请停发"),
        (ISSUE, "现将《联盟协发网简报》第12期（总第345期）发给你们，请阅。", "申请停发"),
        (SUBSCRIBERS, "《联盟协发网简报》第12期（总第345期）已经发布，本期共31条。", "退订"),
    ],
)
def test_each_role_is_addressed_in_its_own_way(recipient_list: RecipientList, cover: str, stop: str) -> None:
    variant = make_variant(seedlike_record(), recipient_list)
    for rendered in (variant.text, visible(variant.html or "")):
        assert cover in rendered
        assert rendered.count(stop) == 2
        assert {"申请停发", "退订"} - {stop} == {other for other in ("申请停发", "退订") if other not in rendered}


def test_the_words_around_the_bulletin_can_be_english() -> None:
    variant = make_variant(seedlike_record(), SUBSCRIBERS, language="en")
    html = variant.html or ""
    assert '<html lang="en"' in html
    assert 'lang="zh-CN"' in html
    for rendered in (variant.text, html):
        assert "Read in the browser" in rendered
        assert "Unsubscribe" in rendered
        assert "mail.digest" not in rendered
    assert "5 January 2026" in variant.text


def test_a_text_reader_gets_no_html() -> None:
    variant = make_variant(mail_format=MailFormat.TEXT)
    assert variant.html is None
    assert "报：科技部、发展改革委" in variant.text


@pytest.mark.parametrize(
    ("masthead", "subject"),
    [
        (Masthead("协发简报", "第12期", "2026-01-05"), "协发简报 第12期"),
        (Masthead("协发简报", None, "2026-01-05"), "协发简报 2026年1月5日"),
        (Masthead("协发简报", None, None), "协发简报"),
        (Masthead("协发\u202e简报", "第\r\n12期", None), "协发简报 第 12期"),
    ],
)
def test_the_subject_is_name_and_number(masthead: Masthead, subject: str) -> None:
    variant = make_variant(make_record(masthead=masthead))
    assert variant.subject == subject
    assert "None" not in variant.text
    assert "None" not in visible(variant.html or "")


def test_a_list_with_a_subject_pattern_gets_it() -> None:
    asked = RecipientList("r", "报送名单", ("报",), Role.REPORT, subject="【内参】{title}")
    assert make_variant(recipient_list=asked).subject == "【内参】联盟协发网简报"


def test_a_long_bulletin_becomes_summaries_and_a_very_long_one_titles() -> None:
    summaries = make_variant(record_of(*[make_item(f"题{n}", "推进科技创新。" * 300) for n in range(30)]))
    assert summaries.text.count("阅读全文：https://") == 30
    titles = make_variant(record_of(*[make_item(f"题{n}", "推进科技创新。" * 30) for n in range(150)]))
    assert "阅读全文：" not in titles.text
    assert "推进科技创新" not in titles.text
    for variant in (summaries, titles):
        assert len((variant.html or "").encode()) <= SIZE_LIMIT


def test_a_bulletin_whose_titles_alone_are_too_many_is_still_rendered() -> None:
    variant = make_variant(record_of(*[make_item(f"第{n}条" * 20) for n in range(500)]))
    assert variant.text.count("/items/") == 500


def test_hostile_text_is_only_text() -> None:
    item = make_item("A&B <script>alert(1)</script> \"'", "<img src=x onerror=alert(1)> {{ greeting }} {% raw %}")
    variant = make_variant(record_of(item))
    html = variant.html or ""
    assert "<script" not in html
    assert "<img" not in html
    assert "A&amp;B &lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<img src=x onerror=alert(1)> {{ greeting }} {% raw %}" in variant.text
    assert slots(html).count(Slot.GREETING) == 1


def test_styles_are_inlined_and_what_remains_is_small() -> None:
    html = make_variant(seedlike_record()).html or ""
    styles = "".join(re.findall(r"<style.*?</style>", html, flags=re.DOTALL))
    assert len(styles.encode()) <= 16 * 1024
    assert "prefers-color-scheme:dark" in styles
    assert "max-width:640px" in styles
    assert "@media" not in html.replace(styles, "").partition("<body")[2]
    assert len(re.findall(r"PingFang SC", html)) < len(re.findall(r"<td", html))
    assert 'role="presentation"' in html
    assert all('role="presentation"' in table for table in re.findall(r"<table[^>]*>", html))
    assert "float:" not in html
    assert "position:" not in html


def test_padding_stands_on_cells_alone_because_some_readers_ignore_it_elsewhere() -> None:
    html = make_variant(seedlike_record()).html or ""
    padded = re.findall(r'<(\w+)[^>]*style="[^"]*padding-?\w*:(?!0[;"])', html)
    assert set(padded) == {"td"}


def test_the_preheader_and_the_conditionals_for_outlook_are_there() -> None:
    html = make_variant(seedlike_record()).html or ""
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 3
    assert 'width="640"' in html
    assert re.search(r'<div class="preheader" style="display:none', html)


def test_a_bulletin_without_headings_pages_footer_and_date_is_rendered() -> None:
    record = record_of(
        make_item("仅邮件", visibility=Visibility.MAIL_ONLY),
        section=None,
        distribution=(),
        preamble=("编者按：请各单位关注。",),
        masthead=Masthead("一份名称很长很长很长很长的工作简报", None, None, None),
    )
    variant = make_variant(record)
    html = variant.html or ""
    assert "在浏览器中阅读" not in variant.text + visible(html)
    assert "编者按：请各单位关注。" in variant.text
    assert "编者按：请各单位关注。" in html
    assert "<h3" not in html
    assert "/items/" not in html


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert make_variant(seedlike_record()).to_bytes() == make_variant(seedlike_record()).to_bytes()


def test_text_lines_end_without_blanks_and_at_most_one_is_empty() -> None:
    for fullness in Fullness:
        text = make_variant(seedlike_record(), fullness=fullness).text
        assert "\n\n\n" not in text
        assert not re.search(r"[ \t]\n", text)
        assert text.endswith("\n")
        assert not text.startswith("\n")


@pytest.mark.parametrize("fullness", Fullness)
@pytest.mark.parametrize("items", [1, 2, 5])
def test_text_and_html_hold_the_same_links_in_one_order_where_items_are_cut(fullness: Fullness, items: int) -> None:
    record = record_of(*[make_item(f"第{number}条", "很长的一段。" * 60) for number in range(items)])
    variant = make_variant(record, SUBSCRIBERS, fullness=fullness)
    in_html = re.findall(r'href="(https://[^"]+|\ufdd0[^"]+)"', variant.html or "")
    in_text = re.findall(r"https://\S+|\ufdd0[a-z]+_url\ufdd1", variant.text)
    assert in_html == in_text


@pytest.mark.parametrize("fullness", Fullness)
@pytest.mark.parametrize(("language", "mark"), [("zh_CN", "【更正】"), ("en", "[Corrected] ")])
def test_a_corrected_item_is_marked_and_no_other(language: str, mark: str, fullness: Fullness) -> None:
    first, second = record_of(make_item("改过的条目"), make_item("没改的条目")).items
    record = make_record(items=(replace(first, revision=2), second))
    variant = make_variant(record, language=language, fullness=fullness)
    for words in (variant.text, visible(variant.html or "")):
        assert words.count(mark) == 1
        assert f"{mark}改过的条目" in words
