import pytest

from distributor.parse.attribution import read_attribution
from distributor.parse.names import bodies_and_persons, is_person, medium_name, split_bodies

ALLIANCE = "木竹产业技术创新战略联盟秘书处"


@pytest.mark.parametrize(
    ("text", "kind", "bodies", "source"),
    [
        (f"（{ALLIANCE}供稿）", "供稿", (ALLIANCE,), None),
        (f"（{ALLIANCE}供稿）。", "供稿", (ALLIANCE,), None),
        (f"({ALLIANCE}供稿)", "供稿", (ALLIANCE,), None),
        (
            "（协发网秘书处和联盟试点工作组摘述。信息来源：新华社）",
            "摘述",
            ("协发网秘书处", "联盟试点工作组"),
            "新华社",
        ),
        ("（粮油和饲料加工装备产业联盟供稿）", "供稿", ("粮油和饲料加工装备产业联盟",), None),
        ("（植物工厂与设施园艺产业联盟供稿）", "供稿", ("植物工厂与设施园艺产业联盟",), None),
        ("（建筑光伏一体化（BIPV）联盟秘书处供稿）", "供稿", ("建筑光伏一体化（BIPV）联盟秘书处",), None),
        ("（江海理工大学、东方研究院供稿）", "供稿", ("江海理工大学", "东方研究院"), None),
        ("（江海理工大学和东方研究院联合供稿）", "供稿", ("江海理工大学", "东方研究院"), None),
        ("（由江海理工大学提供）", "提供", ("江海理工大学",), None),
        ("（物流车联盟秘书处）", "署名", ("物流车联盟秘书处",), None),
        ("（江海日报）", "署名", (), "江海日报"),
        ("来源：东方工业网", "来源", (), "东方工业网"),
        ("（来源：《江海科学报》2023年10月8日第3版）", "来源", (), "江海科学报"),
        ("（来源：江海网 2023-12-05）", "来源", (), "江海网"),
        ("摘自《江海日报》", "摘自", (), "江海日报"),
        ("——摘自《江海日报》", "摘自", (), "江海日报"),
        ("（摘编自新华网）", "摘编自", (), "新华网"),
        ("（江海理工大学宣传部 摘编自《江海日报》）", "摘编", ("江海理工大学宣传部",), "江海日报"),
        ("（据新华社）", "据", (), "新华社"),
        ("（联盟秘书处根据公开资料整理）", "根据", ("联盟秘书处",), "公开资料"),
        ("（综合《江海日报》、新华社报道）", "综合", (), "江海日报、新华社"),
        ("供稿：江海理工大学", "供稿", ("江海理工大学",), None),
        ("江海理工大学科研处供稿", "供稿", ("江海理工大学科研处",), None),
        ("（作者单位：江海理工大学）", "作者", ("江海理工大学",), None),
        ("（作者系江海理工大学学生工作部）", "作者", ("江海理工大学学生工作部",), None),
        ("（本刊记者）", "记者", (), None),
        ("【来源】江海统计网", "来源", (), "江海统计网"),
        ("[供稿] 江海理工大学", "供稿", ("江海理工大学",), None),
        ("（石桥镇）", "署名", ("石桥镇",), None),
        ("（东湖街道）", "署名", ("东湖街道",), None),
        ("（实验小学）", "署名", ("实验小学",), None),
        ("（数据来源：江海统计网）", "数据来源", (), "江海统计网"),
        ("（转载自2026年5月8日《江海农民报》第3版）", "转载自", (), "江海农民报"),
        ("文化产业股　供稿", "供稿", ("文化产业股",), None),
    ],
)
def test_attributions_name_bodies_and_sources(
    text: str, kind: str, bodies: tuple[str, ...], source: str | None
) -> None:
    found = read_attribution(text)
    assert found is not None
    assert (found.raw, found.kind, found.organizations, found.source) == (text, kind, bodies, source)


@pytest.mark.parametrize(
    ("text", "kind", "persons"),
    [
        ("（记者 某某）", "记者", ("某某",)),
        ("（本报记者 某某 报道）", "记者", ("某某",)),
        ("（记者某某 通讯员某某某）", "记者", ("某某", "某某某")),
        ("（新华社记者某某报道）", "记者", ("某某",)),
        ("作者：某某", "作者", ("某某",)),
        ("作者：某某（江海理工大学）", "作者", ("某某",)),
        ("（作者：某某，江海理工大学）", "作者", ("某某",)),
        ("（文/某某 图/某某某）", "文", ("某某", "某某某")),
        ("（江海理工大学科研处 某某）", "署名", ("某某",)),
        ("（某某和某某某供稿）", "供稿", ("某某", "某某某")),
    ],
)
def test_attributions_name_persons(text: str, kind: str, persons: tuple[str, ...]) -> None:
    found = read_attribution(text)
    assert found is not None
    assert (found.kind, found.persons) == (kind, persons)


@pytest.mark.parametrize(
    "text",
    [
        "（协）会共同主办的学术会议在烟台市举行",
        "（注：以上数据为初步统计。）",
        "（以下简称“中心”）",
        "（详细名单见附件）",
        "（共印260份）",
        "（北京）",
        "（2023—2026年）",
        "（征求意见稿）",
        "（一）总体要求（二）主要目标",
        "（会议在江海市委党校举行）",
        "记者从联盟获悉",
        "作者认为，要加强管理",
        "作者：，",
        "（记者：。某某）",
        "木竹联盟召开会议",
        "（近日，有关单位，综合《江海日报》",
        "（会议听取了汇报。各单位供稿）",
        "（有关方面的意见 某某）",
        f"（{'很' * 130}供稿）",
    ],
)
def test_other_brackets_are_no_attribution(text: str) -> None:
    assert read_attribution(text) is None


def test_names_are_split_only_between_whole_names() -> None:
    assert split_bodies("煤层气勘探和开发利用产业联盟秘书处") == ("煤层气勘探和开发利用产业联盟秘书处",)
    assert split_bodies("江海大学，东方公司；木竹联盟") == ("江海大学", "东方公司", "木竹联盟")
    assert split_bodies("、江海大学") == ("、江海大学",)


def test_a_person_is_told_from_a_body_by_its_ending() -> None:
    assert bodies_and_persons("秘书处 某某") == (("秘书处",), ("某某",))
    assert bodies_and_persons("某某（东方街）") == (("某某（东方街）",), ())
    assert not is_person("秘书处")


def test_the_name_of_a_medium_is_bare() -> None:
    assert medium_name("《江海日报》") == "江海日报"
    assert medium_name("江海网，记者某某") == "江海网"
    assert medium_name("，") == "，"
