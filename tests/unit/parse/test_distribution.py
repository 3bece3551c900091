import pytest

from distributor.parse.distribution import is_bare_label, read_group, read_groups, starts_group


@pytest.mark.parametrize(
    ("text", "kind", "entries", "suffix"),
    [
        (
            "报：科技部、财政部、国家开发银行相关司局及部门",
            "报",
            ("科技部", "财政部", "国家开发银行"),
            "相关司局及部门",
        ),
        ("送：各联盟、有关地方科技厅（局）", "送", ("各联盟", "有关地方科技厅（局）"), None),
        ("抄　送:江海省科技厅，江海理工大学。", "抄送", ("江海省科技厅", "江海理工大学"), None),
        ("报 送：自然资源部、水利部有关司局", "报送", ("自然资源部", "水利部"), "有关司局"),
        (
            "分送：沿海各省、自治区、直辖市海洋主管部门、各成员单位",
            "分送",
            ("沿海各省、自治区、直辖市海洋主管部门", "各成员单位"),
            None,
        ),
        (
            "发：各省、自治区、直辖市及计划单列市科技厅（委、局）",
            "发",
            ("各省、自治区、直辖市及计划单列市科技厅（委、局）",),
            None,
        ),
        ("发：各市、县", "发", ("各市、县",), None),
        ("报：科技部等有关部门", "报", ("科技部",), "等有关部门"),
        ("送：各成员单位、有关单位", "送", ("各成员单位", "有关单位"), None),
        ("送：有关单位", "送", ("有关单位",), None),
        ("送：各区县、市直有关部门", "送", ("各区县", "市直有关部门"), None),
        ("报：市委、市政府、市政协领导同志", "报", ("市委", "市政府", "市政协"), "领导同志"),
        ("送：区领导，各科室", "送", ("区领导", "各科室"), None),
        ("送：甲联盟；乙联盟；", "送", ("甲联盟", "乙联盟"), None),
    ],
)
def test_a_group_has_entries_and_a_qualifier(
    text: str, kind: str, entries: tuple[str, ...], suffix: str | None
) -> None:
    (group,) = read_groups(text)
    assert (group.kind, group.entries, group.suffix) == (kind, entries, suffix)


def test_two_groups_on_one_line_are_two_groups() -> None:
    first, second = read_groups("报：科技部、财政部　　送：各成员单位")
    assert (first.kind, first.entries) == ("报", ("科技部", "财政部"))
    assert (second.kind, second.entries) == ("送", ("各成员单位",))


def test_what_is_taken_off_is_kept_aside() -> None:
    (group,) = read_groups("抄 送：甲联盟、乙联盟。")
    assert group.removed == "：、。"


def test_a_label_in_a_cell_of_its_own_needs_no_colon() -> None:
    assert is_bare_label("抄　送")
    assert read_group("抄送：", "甲联盟、乙联盟").entries == ("甲联盟", "乙联盟")


def test_a_line_of_a_notice_is_no_label() -> None:
    assert not starts_group("报送：10月28日前")
    assert not starts_group("报送材料：《技术需求表》")
    assert not read_groups("他报：科技部")
