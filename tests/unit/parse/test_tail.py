from dataclasses import replace

import pytest

from distributor.model.lines import Form, Line, Source
from distributor.parse import parse
from tests.support.lines import MORE, NEWS, bulletin_text, source_of


def _groups(foot: str, head: str = "") -> list[tuple[str, tuple[str, ...], str | None]]:
    parsed = parse(source_of(bulletin_text(head=head, foot=foot)))
    assert len(parsed.bulletin.items) == 2
    return [(group.kind, group.entries, group.suffix) for group in parsed.bulletin.distribution]


def test_a_name_broken_across_lines_is_one_name() -> None:
    foot = "报：科技部、发展改革委、财政部、教育部、工业和信息化部、人力资源和社会\n保障部、农业农村部相关司局及部门\n"
    ((kind, entries, suffix),) = _groups(foot)
    assert kind == "报"
    assert entries[-2:] == ("人力资源和社会保障部", "农业农村部")
    assert suffix == "相关司局及部门"


def test_the_last_lines_after_a_distribution_are_imprint() -> None:
    foot = "抄送：江海省科技厅，江海理工大学。\n联盟秘书处　　2026年3月5日印发\n（共印120份）\n"
    parsed = parse(source_of(bulletin_text(foot=foot)))
    assert [group.entries for group in parsed.bulletin.distribution] == [("江海省科技厅", "江海理工大学")]
    assert [noise.text for noise in parsed.noise if noise.reason == "imprint"] == [
        "联盟秘书处　　2026年3月5日印发",
        "（共印120份）",
    ]


def test_an_imprint_torn_apart_is_still_an_imprint() -> None:
    foot = "送：各成员单位\n联盟秘书处\n\n2026年3月5日印发\n主\n编：编辑部\n责任编辑：综合部\n"
    assert _groups(foot) == [("送", ("各成员单位",), None)]


def test_an_imprint_without_distribution_is_no_item() -> None:
    foot = "地址：江海市创新路80号　邮编：106451\n电话：010-55588311　传真：010-55592176\n"
    assert _groups(foot) == []


def test_contact_lines_after_an_attribution_are_imprint() -> None:
    assert _groups("电话：010-55588311\n") == []


def test_contact_lines_above_an_editor_are_imprint() -> None:
    text = f"木竹联盟召开会议\n{NEWS}\n电话：010-55588311\n编辑：综合部\n"
    assert len(parse(source_of(text)).bulletin.items[0].paragraphs) == 1


def test_contact_lines_at_the_end_of_a_notice_stay_in_it() -> None:
    text = f"关于举办论坛的通知\n{NEWS}\n联系人：综合部\n电话：010-55588311\n"
    assert parse(source_of(text)).bulletin.items[0].paragraphs[1:] == ("联系人：综合部", "电话：010-55588311")


def test_contact_details_below_the_fields_of_a_notice_stay_in_it() -> None:
    fields = ("会议地点：江海会议中心", "联系人：综合部　电话：55588311", "传真：55588312　邮编：310000")
    text = f"关于举办论坛的通知\n{NEWS}\n" + "\n".join(fields) + "\n报：科技部\n"
    assert parse(source_of(text)).bulletin.items[0].paragraphs[1:] == fields


def test_contact_details_of_the_editors_are_no_receiver() -> None:
    foot = "送：各学院\n编辑部地址：青川市大学路1号　邮编：310000\n投稿邮箱：xyh@qcu.example\n"
    assert _groups(foot) == [("送", ("各学院",), None)]


def test_a_body_that_issues_is_imprint() -> None:
    assert _groups("送：各成员单位\n联盟秘书处编印\n") == [("送", ("各成员单位",), None)]


def test_a_distribution_at_the_head_is_read() -> None:
    head = "联盟简报\n第3期\n联盟秘书处　2026年3月1日\n"
    head += "报：科技部、财政部、教育部、水利部、农业农村部、\n国家开发银行\n送：各成员单位\n"
    assert _groups("", head) == [
        ("报", ("科技部", "财政部", "教育部", "水利部", "农业农村部", "国家开发银行"), None),
        ("送", ("各成员单位",), None),
    ]


def test_a_distribution_in_a_table_is_read() -> None:
    texts = ["木竹联盟召开会议", NEWS, "光伏联盟开会", MORE]
    lines = [Line(number, text, paragraph=number) for number, text in enumerate(texts, 1)]
    cells = [("报", 0, 0), ("科技部、财政部", 0, 1), ("送：", 1, 0), ("各成员单位", 1, 1), ("各联盟", 1, 2)]
    lines += [Line(9 + n, text, paragraph=9 + n, cell=(0, row, column)) for n, (text, row, column) in enumerate(cells)]
    groups = parse(Source(Form.DOCX, tuple(lines))).bulletin.distribution
    assert [(group.kind, group.entries) for group in groups] == [
        ("报", ("科技部", "财政部")),
        ("送", ("各成员单位", "各联盟")),
    ]


def test_a_table_at_the_head_is_read() -> None:
    texts = [
        "联盟简报",
        "报：",
        "科技部",
        "财政部",
        "木竹联盟召开会议",
        NEWS,
        "光伏联盟开会",
        MORE,
        "化纤联盟开会",
        MORE,
        "协会开会",
        MORE,
    ]
    lines = [Line(number, text, paragraph=number) for number, text in enumerate(texts, 1)]
    lines[1:4] = [replace(line, cell=(0, 0, column)) for column, line in enumerate(lines[1:4])]
    bulletin = parse(Source(Form.DOCX, tuple(lines))).bulletin
    assert [group.entries for group in bulletin.distribution] == [("科技部", "财政部")]
    assert len(bulletin.items) == 4


def test_a_distribution_that_ends_with_a_full_stop_is_read() -> None:
    foot = "报：科技部、发展改革委、财政部、教育部、工业和信息化部、自然资源部、\n农业农村部、国家开发银行。\n"
    ((_, entries, _),) = _groups(foot)
    assert entries[-1] == "国家开发银行"


def test_prose_at_the_end_is_no_distribution() -> None:
    text = f"木竹联盟召开会议\n{NEWS}\n他向联盟汇\n报：“课题已经完成。”大家表示祝贺，会议圆满结束。\n"
    assert parse(source_of(text)).bulletin.distribution == ()


def test_a_long_line_without_end_mark_below_the_text_is_no_tail() -> None:
    tail = "这一行很长而且没有结尾的标点所以它既不是版记也不是报送范围里的任何一行内容因此留在正文里面"
    parsed = parse(source_of(f"木竹联盟召开会议\n{NEWS}\n{tail}\n"))
    assert parsed.bulletin.distribution == ()
    assert not parsed.noise


@pytest.mark.parametrize("foot", ["联盟秘书处编印\n", "联盟秘书处\n2026年3月5日印发\n", "主\n编：综合部\n"])
def test_an_imprint_can_stand_alone(foot: str) -> None:
    parsed = parse(source_of(bulletin_text(foot=foot)))
    assert {noise.reason for noise in parsed.noise} == {"imprint"}
    assert len(parsed.bulletin.items) == 2


def test_names_below_one_another_are_names_of_their_own() -> None:
    foot = "报：科技部办公厅\n财政部办公厅\n江海省科技厅\n送：各成员单位\n"
    assert _groups(foot)[0] == ("报", ("科技部办公厅", "财政部办公厅", "江海省科技厅"), None)


def test_a_body_between_names_and_imprint_is_the_issuer() -> None:
    foot = "报：省委办公厅\n送：各县（市、区）志办\n江海省地方志办公室\n（共印300份）\n"
    assert _groups(foot)[1] == ("送", ("各县（市、区）志办",), None)
