"""Extraction tears lines at wide gaps and reads tables column by column; the rows are mended before they are read."""

import pytest

from distributor.parse import parse
from distributor.parse.accounting import unaccounted
from tests.support.lines import MORE, NEWS, bulletin_text, source_of

Groups = list[tuple[str, tuple[str, ...]]]


def _groups(foot: str) -> Groups:
    source = source_of(bulletin_text(foot=foot))
    parsed = parse(source)
    assert unaccounted(source, parsed) == {}
    assert len(parsed.bulletin.items) == 2
    return [(group.kind, group.entries) for group in parsed.bulletin.distribution]


@pytest.mark.parametrize(
    ("foot", "groups"),
    [
        ("报\n\n送：市政府办公室\n\n抄\n\n送：各成员单位\n", [("报送", ("市政府办公室",)), ("抄送", ("各成员单位",))]),
        (
            "报：\n送：\n\n市委统战部，区委办公室\n各成员单位\n",
            [("报", ("市委统战部", "区委办公室")), ("送", ("各成员单位",))],
        ),
        ("报\n送\n科技局、区管委会\n各成员单位\n", [("报", ("科技局", "区管委会")), ("送", ("各成员单位",))]),
        (
            "报：\n送：\n市委统战部，区委办公室\n区级各民主党派、工商联，区直各\n部门\n",
            [("报", ("市委统战部", "区委办公室")), ("送", ("区级各民主党派", "工商联", "区直各部门"))],
        ),
        ("报 科技局、区管委会\n送 各成员单位\n", [("报", ("科技局", "区管委会")), ("送", ("各成员单位",))]),
        ("报\t科技局、区管委会\n送\t各成员单位\n", [("报", ("科技局", "区管委会")), ("送", ("各成员单位",))]),
    ],
)
def test_labels_and_names_are_put_together(foot: str, groups: Groups) -> None:
    assert _groups(foot) == groups


def test_labels_whose_names_cannot_be_told_apart_keep_their_lines() -> None:
    foot = "报：\n送：\n市委统战部\n区委办公室\n区级各民主党派\n联盟秘书处　　2026年3月5日印发\n"
    assert _groups(foot)[0] == ("报", ())


def test_a_verb_apart_from_its_body_belongs_to_it() -> None:
    body = f"联盟动态\n木竹联盟召开会议\n{NEWS}\n县文化馆\n\n供稿\n\n光伏联盟举办论坛\n{MORE}\n"
    items = parse(source_of(bulletin_text(body=body))).bulletin.items
    found = items[0].attribution
    assert found is not None
    assert (found.raw, found.organizations) == ("县文化馆 供稿", ("县文化馆",))


def test_the_halves_of_a_heading_of_contents_are_no_items() -> None:
    head = "木竹简讯\n第3期\n木竹联盟秘书处\n主办\n目\n\n2026年3月5日\n\n录\n"
    table = "木竹联盟召开会议..........1\n光伏联盟举办论坛..........2\n"
    body = f"木竹联盟召开会议\n{NEWS}\n光伏联盟举办论坛\n{MORE}\n"
    bulletin = parse(source_of(bulletin_text(head=head + table, body=body))).bulletin
    assert [item.title for item in bulletin.items] == ["木竹联盟召开会议", "光伏联盟举办论坛"]
    assert (bulletin.masthead.publisher, bulletin.masthead.date) == ("木竹联盟秘书处", "2026-03-05")
