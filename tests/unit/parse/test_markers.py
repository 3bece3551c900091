import pytest

from distributor.parse.markers import drawn_marker, number_of, read_marker


@pytest.mark.parametrize(
    ("text", "kind", "number", "rest"),
    [
        ("一、政策动态", "一、", 1, "政策动态"),
        ("（十二）经验交流", "（一）", 12, "经验交流"),
        ("(3) 数据", "（1）", 3, "数据"),
        ("3）数据", "1)", 3, "数据"),
        ("10. 木竹联盟", "1.", 10, "木竹联盟"),
        ("2、光伏联盟", "1、", 2, "光伏联盟"),
        ("2.2024年度目录", "1.", 2, "2024年度目录"),
        ("03 光伏联盟", "01", 3, "光伏联盟"),
        ("贰·政策", "壹、", None, "政策"),
        ("栏目二：政策", "part", 2, "政策"),
        ("③数据", "①", 3, "数据"),
        ("第二部分 政策", "part", 2, "政策"),
        ("■■ 政策", "■", None, "政策"),
    ],
)
def test_markers_have_a_kind_and_a_number(text: str, kind: str, number: int | None, rest: str) -> None:
    marker = read_marker(text)
    assert marker is not None
    assert (marker.kind, marker.number, text[marker.length :]) == (kind, number, rest)


@pytest.mark.parametrize(
    ("text", "core"), [("【政策】", "政策"), ("【一、政策】", "政策"), ("—— 政策 ——", "政策"), ("◆ 政策 ◆", "政策")]
)
def test_ornaments_on_both_sides_are_one_marker(text: str, core: str) -> None:
    marker = read_marker(text)
    assert marker is not None
    assert text[marker.length : len(text) - marker.tail] == core


@pytest.mark.parametrize("text", ["1.4万人次", "一是加强", "2023年", "【注】以上", "01 月", "■", "联盟动态"])
def test_other_beginnings_are_no_markers(text: str) -> None:
    assert read_marker(text) is None


def test_a_drawn_marker_keeps_an_unknown_shape() -> None:
    found = drawn_marker("a>")
    assert found is not None
    assert found.kind == "a>"
    assert drawn_marker(" ") is None


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("十", 10), ("二十一", 21), ("三〇", 30), ("⑩", 10), ("", 0)])
def test_numbers_have_a_value(text: str, value: int) -> None:
    assert number_of(text) == value
