import pytest

from distributor.model.lines import Align, Form, Line, Source, Style
from distributor.parse import parse
from tests.support.lines import MORE, NEWS, bulletin_text, source_of


def _items(text: str) -> list[tuple[str, int]]:
    return [(item.title, len(item.paragraphs)) for item in parse(source_of(text)).bulletin.items]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("政策动态", "政策动态"),
        ("一、政策动态", "政策动态"),
        ("【政策动态】", "政策动态"),
        ("★ 政策动态", "政策动态"),
        ("■政策动态", "政策动态"),
        ("◆ 政策动态 ◆", "政策动态"),
        ("—— 政策动态 ——", "政策动态"),
        ("第一部分　政策动态", "政策动态"),
        ("政 策 动 态", "政策动态"),
        ("一、政 策 动 态", "政策动态"),
    ],
)
def test_a_section_heading_loses_its_marker(printed: str, name: str) -> None:
    text = f"{printed}\n\n木竹联盟召开专家委员会会议\n{NEWS}\n\n光伏联盟举办产业发展论坛\n{MORE}\n"
    sections = parse(source_of(text)).bulletin.sections
    assert [(section.title, len(section.items)) for section in sections] == [(name, 2)]


@pytest.mark.parametrize("marker", ["1. {}", "{n}、{}", "（{c}）{}", "◆{}", "● {}", "※{}", "{c}、{}"])
def test_a_title_loses_its_marker(marker: str) -> None:
    titles = ("木竹联盟召开专家委员会会议", "光伏联盟举办产业发展论坛", "化纤联盟项目通过验收")
    printed = [marker.format(title, n=n, c="一二三"[n - 1]) for n, title in enumerate(titles, 1)]
    text = "".join(f"{line}\n{NEWS}\n{MORE}\n" for line in printed)
    assert _items(text) == [(title, 2) for title in titles]


@pytest.mark.parametrize(
    "title",
    [
        "“前沿科技论坛”",
        "《木竹产业发展报告（2025）》",
        "木竹联盟组织“千亿级系统架构与实现”（临沂）",
        "木竹产业如何走向规模化应用？",
        "产学研携手！木竹联盟与企业签约",
        "央行、科技部等四部门召开推进会，部署科技金融工作",
        "木竹联盟：以标准引领质量提升",
        "（图解）木竹产业五年规划",
        "2025年1—9月木竹行业运行情况",
        "技术沙龙 | 木竹加工前沿进展",
    ],
)
def test_titles_of_many_shapes_are_titles(title: str) -> None:
    assert _items(f"{title}\n\n{NEWS}\n\n光伏联盟举办产业发展论坛\n\n{MORE}\n")[0] == (title, 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("木竹联盟承办“科创中国”技术路演专场", "（北京）专场活动"),
        ("木竹联盟发布《木竹产业", "发展报告》"),
        ("木竹联盟举办的第十届产业发展论坛在京开幕，", "多位专家共话未来"),
        ("木竹联盟组织“Time-Sensitive Networking", "与木竹加工”技术分享活动"),
    ],
)
def test_a_title_on_two_lines_is_one_title(first: str, second: str) -> None:
    text = f"光伏联盟举办产业发展论坛\n\n{MORE}\n\n{first}\n{second}\n\n{NEWS}\n"
    assert _items(text)[1] == (first + second, 1)


def test_a_list_in_a_body_stays_in_the_body() -> None:
    listed = ["会议部署了以下任务：", "（1）建立技术需求库；", "（2）组织供需对接活动；", "（3）完善统计监测体系。"]
    text = f"木竹联盟召开会议\n{NEWS}\n" + "\n".join(listed) + f"\n光伏联盟举办产业发展论坛\n{MORE}\n"
    first, second = parse(source_of(text)).bulletin.items
    assert first.paragraphs == (NEWS, *listed)
    assert second.paragraphs == (MORE,)


def test_run_in_labels_of_a_notice_stay_in_its_body() -> None:
    notice = ["时间：2026年3月5日至6日", "地点：江海市会议中心", "联系人：综合部，电话010-55584973。"]
    text = f"关于举办木竹产业论坛的通知\n{NEWS}\n" + "\n".join(notice) + f"\n光伏联盟举办产业发展论坛\n{MORE}\n"
    assert _items(text) == [("关于举办木竹产业论坛的通知", 4), ("光伏联盟举办产业发展论坛", 1)]


def test_items_without_text_are_items_when_they_are_marked() -> None:
    text = "一、简讯\n1. 木竹联盟召开理事会\n2. 光伏联盟换届\n3. 化纤联盟发布年报\n二、动态\n1. 封测联盟开会\n" + NEWS
    assert [title for title, _ in _items(text)] == [
        "木竹联盟召开理事会",
        "光伏联盟换届",
        "化纤联盟发布年报",
        "封测联盟开会",
    ]


def test_an_editors_note_is_the_preamble() -> None:
    parsed = parse(source_of(bulletin_text(head=f"编者按：{MORE}\n\n")))
    assert parsed.bulletin.preamble == (f"编者按：{MORE}",)
    assert len(parsed.bulletin.items) == 2


def test_an_attribution_over_two_lines_is_one_attribution() -> None:
    text = f"木竹联盟召开会议\n{NEWS}\n（木竹产业技术创新战略联盟秘书处和联盟试点\n工作组摘述。信息来源：新华社）\n"
    (item,) = parse(source_of(text)).bulletin.items
    assert item.attribution is not None
    assert item.attribution.organizations == ("木竹产业技术创新战略联盟秘书处", "联盟试点工作组")


@pytest.mark.parametrize("raw", ["（来源：江海日报）", "（木竹联盟秘书处供稿）", "来源：江海日报"])
def test_an_attribution_at_the_end_of_the_last_line_is_taken_out(raw: str) -> None:
    (item,) = parse(source_of(f"木竹联盟召开会议\n{NEWS}\n{MORE}{raw}\n")).bulletin.items
    assert item.attribution is not None
    assert item.attribution.raw == raw
    assert item.paragraphs == (NEWS, MORE)


@pytest.mark.parametrize("tail", ["（详细名单见附件）", "（注：以上为初步统计。）"])
def test_other_brackets_at_the_end_stay_in_the_text(tail: str) -> None:
    (item,) = parse(source_of(f"木竹联盟召开会议\n{NEWS}\n{MORE}{tail}\n")).bulletin.items
    assert item.attribution is None
    assert item.paragraphs == (NEWS, MORE + tail)


def test_a_second_attribution_stays_as_text() -> None:
    text = f"木竹联盟召开会议\n{NEWS}\n（木竹联盟秘书处供稿）\n（来源：江海日报）\n光伏联盟举办产业发展论坛\n{MORE}\n"
    first = parse(source_of(text)).bulletin.items[0]
    assert first.attribution is not None
    assert first.attribution.kind == "供稿"
    assert first.paragraphs == (NEWS, "（来源：江海日报）")


def test_styles_of_a_document_tell_headings() -> None:
    rows = [
        ("联盟动态", Style(size=16, bold=True, outline=1)),
        ("木竹联盟召开会议", Style(size=12, bold=True, name="Heading 2")),
        (NEWS, Style(size=12, bold=False)),
        ("光伏联盟举办产业发展论坛", Style(size=12, bold=True, name="标题")),
        (MORE, Style(size=12, bold=False)),
    ]
    lines = tuple(Line(n, text, style=style, paragraph=n) for n, (text, style) in enumerate(rows, 1))
    (section,) = parse(Source(Form.DOCX, lines)).bulletin.sections
    assert (section.title, [item.title for item in section.items]) == (
        "联盟动态",
        ["木竹联盟召开会议", "光伏联盟举办产业发展论坛"],
    )


def test_a_number_that_the_file_draws_is_a_marker() -> None:
    rows = [
        ("木竹联盟召开会议", "1."),
        (NEWS, None),
        ("光伏联盟举办论坛", "2."),
        (MORE, None),
        ("附：参会名单；", "•"),
        (MORE, "•"),
    ]
    lines = tuple(Line(n, text, marker=marker, paragraph=n) for n, (text, marker) in enumerate(rows, 1))
    first, second = parse(Source(Form.DOCX, lines)).bulletin.items
    assert (first.title, second.title) == ("木竹联盟召开会议", "光伏联盟举办论坛")
    assert second.paragraphs == (MORE, "•附：参会名单；", f"•{MORE}")


def test_a_marker_without_words_is_kept() -> None:
    lines = (
        Line(1, "木竹联盟召开会议", marker="题", paragraph=1),
        Line(2, NEWS, paragraph=2),
        Line(3, "", marker="*", paragraph=3),
    )
    assert parse(Source(Form.DOCX, lines)).bulletin.items


def test_a_manual_break_does_not_end_a_title_of_a_document() -> None:
    style = Style(bold=True, align=Align.CENTER)
    texts = [
        ("木竹联盟召开专家委员会", 1, style),
        ("第二次会议", 1, style),
        (NEWS, 2, None),
        ("（1）一是标准；", 3, None),
        ("（2）二是数据。", 3, None),
    ]
    lines = tuple(Line(n, text, style=look, paragraph=paragraph) for n, (text, paragraph, look) in enumerate(texts, 1))
    (item,) = parse(Source(Form.DOCX, lines)).bulletin.items
    assert item.title == "木竹联盟召开专家委员会第二次会议"
    assert item.paragraphs == (NEWS, "（1）一是标准；", "（2）二是数据。")


def test_a_word_of_western_text_joins_with_a_space() -> None:
    summary = 'The alliance also released an English summary\nentitled "Wood: A 2024 Review".'
    text = f"木竹联盟发布报告\n{NEWS}\n{summary}\n光伏联盟开会\n{MORE}\n"
    first = parse(source_of(text)).bulletin.items[0]
    assert first.paragraphs[-1] == 'The alliance also released an English summary entitled "Wood: A 2024 Review".'


def test_the_parts_of_an_article_are_no_items() -> None:
    parts = "".join(
        f"{number}、{name}\n{MORE}\n" for number, name in zip("一二三", ("基本情况", "问题", "建议"), strict=True)
    )
    text = f"关于木竹产业用工情况的调查与建议\n{NEWS}\n{parts}（木竹联盟秘书处供稿）\n报：科技部\n"
    (item,) = parse(source_of(text)).bulletin.items
    assert item.paragraphs == (NEWS, "一、基本情况", MORE, "二、问题", MORE, "三、建议", MORE)
    assert item.attribution is not None


def test_the_parts_of_the_parts_of_an_article_are_no_items() -> None:
    parts = f"一、建议\n（一）培训\n{MORE}\n（二）服务\n{MORE}\n二、附录\n{NEWS}\n"
    assert _items(f"关于木竹产业用工情况的调查与建议\n{NEWS}\n{parts}") == [("关于木竹产业用工情况的调查与建议", 8)]


def test_items_numbered_below_an_editors_note_are_items() -> None:
    text = f"编者按：本期刊发两篇文章，供参考。\n一、木竹联盟召开会议\n{NEWS}\n二、光伏联盟举办论坛\n{MORE}\n"
    assert _items(text) == [("木竹联盟召开会议", 1), ("光伏联盟举办论坛", 1)]


def test_an_attribution_that_the_file_breaks_off_stays_text() -> None:
    text = f"木竹联盟召开专家委员会会议\n{NEWS}\n（木竹产业技术创新战略联盟秘书处\n"
    (item,) = parse(source_of(text)).bulletin.items
    assert item.attribution is None
