import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.model.recipient import Group
from distributor.recipients.directory import Directory
from distributor.recipients.names import entry_keys, is_collective, loose_key, name_key
from distributor.text import match_key
from tests.support.books import REPORTED, body, book, shipped_book


@pytest.fixture(scope="module")
def shipped() -> Directory:
    return Directory(shipped_book())


SAME = {
    "most": ("科技部", "科学技术部", "中华人民共和国科学技术部", "科 技 部", "科技部相关司局及部门"),
    "ndrc": ("发展改革委", "国家发展改革委", "国家发改委", "发改委", "发展改革委等有关部门"),
    "sasac": ("国资委", "国务院国资委", "国务院国有资产监督管理委员会", "国有资产监督管理委员会"),
    "cas": ("中科院", "中国科学院"),
    "cae": ("工程院", "中国工程院"),
    "pbc": ("人民银行", "中国人民银行", "央行"),
    "acfic": ("全国工商联", "中华全国工商业联合会"),
    "mohrss": ("人力资源和社会保障部", "人社部", "人力资源和社会⏎保障部".replace("⏎", "\n")),
    "sta": ("税务总局", "国家税务总局", "税务总局。"),
    "nsfc": ("自然科学基金委", "国家自然科学基金委", "国家自然科学基金委员会"),
    "nhc": ("国家卫生健康委", "卫生健康委", "国家卫健委"),
    "cast": ("中国科协", "中国科学技术协会", "中国科技协会"),
    "livestock-breeding": ("畜禽良种产业技术创新战略联盟", "禽畜良种产业技术创新战略联盟", "畜禽良种联盟"),
    "clinical-trials": ("临床试验产业技术创新联盟", "临床试验产业技术创新战略联盟", "临床试验联盟"),
    "chip-packaging": ("集成电路封测产业链技术创新战略联盟", "封测产业技术创新战略联盟", "封测联盟"),
    "emission-reduction": ("烟气污染治理产业技术创新战略联盟", "重点行业减污降碳产业技术创新战略联盟"),
    "wapi": ("WAPI产业技术创新战略联盟", "ｗａｐｉ产业联盟", "wapi联盟"),
    "bim": ("建筑信息模型BIM产业技术创新战略联盟", "建筑信息模型(BIM)产业技术创新战略联盟"),
    "beijing-kj": ("北京市科委", "中关村管委会", "北京市科学技术委员会、中关村科技园区管理委员会"),
    "hebei-kj": ("河北省科学技术厅", "河北省科技厅", "河北科技厅"),
    "xinjiang-kj": ("新疆维吾尔自治区科技厅", "新疆科技厅"),
    "bingtuan-kj": ("新疆生产建设兵团科学技术局", "新疆生产建设兵团科技局"),
    "pilot-alliances": ("各试点产业技术创新战略联盟", "各试点联盟", "各试点产业技术创新联盟", "试点联盟"),
    "network-members": ("联盟协发网成员单位", "联盟协发网各成员单位", "各联盟协发网成员单位"),
    "local-departments": (
        "有关地方科技厅（局）", "有关地方科技厅(局)", "有关地方科技厅(局)、委", "有关地方科技厅（委、局）",
        "有关地方科技厅、局", "有关地方科学技术厅（局）", "相关地方科技厅(局)", "有关 地方科技厅〔局〕",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("target", "written"), [(key, name) for key, names in SAME.items() for name in names])
def test_a_body_is_known_however_the_footer_writes_it(shipped: Directory, target: str, written: str) -> None:
    found = shipped.find(written)
    assert found is not None
    assert found.id == target


@pytest.mark.parametrize(
    "written",
    [
        "能源局", "办公厅", "国务院", "统计局", "科技厅", "省科技厅", "科委", "联盟", "各联盟", "成员单位",
        "各地方科技厅（局）", "科技部办公厅", "国家能源局科技司", "广东省科学院", "各省科技厅", "有关单位", "委", "",
        "中关村医疗器械产业技术创新联盟", "各科技部", "存储",
    ],
)  # fmt: skip
def test_a_name_that_only_resembles_a_body_is_not_taken_for_it(shipped: Directory, written: str) -> None:
    assert shipped.find(written) is None


def test_a_loose_form_that_two_bodies_share_means_neither() -> None:
    two = Directory(book([body("a", "存储产业技术创新战略联盟"), body("b", "存储产业技术创新联盟")]))
    assert two.find("存储联盟") is None
    exact = two.find("存储产业技术创新联盟")
    assert exact is not None
    assert exact.id == "b"


def test_a_collective_entry_never_means_a_single_body_by_its_loose_form() -> None:
    directory = Directory(book([body("a", "试点联盟")], groups=[Group("g", "各地联盟")]))
    assert directory.find("各试点联盟") is None
    found = directory.find("地联盟")
    assert found is not None
    assert found.id == "g"


def test_punctuation_alone_is_nobody() -> None:
    directory = Directory(book([body("a", "某单位", "。")]))
    assert directory.find("；") is None
    assert directory.find("") is None


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12))
def test_plain_ideographs_are_their_own_key(text: str) -> None:
    assert name_key(text) == text == match_key(text)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_the_strict_key_of_a_key_is_itself_and_loosening_twice_changes_nothing_more(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert next(iter(entry_keys(text))) == key


PARTS = st.sampled_from(
    ["科学技术", "委员会", "各", "相关", "厅", "（局）", "、委", "产业技术创新战略联盟", "国家", "部", "有关单位"]
)


@settings(deadline=None)
@given(st.lists(PARTS, max_size=6).map("".join))
def test_width_and_blanks_never_change_what_an_entry_may_stand_for(text: str) -> None:
    spaced = "　".join(text.replace("（", "(").replace("）", ")"))
    assert [loose_key(key) for key in entry_keys(spaced)] == [loose_key(key) for key in entry_keys(text)]


@settings(deadline=None)
@given(st.sampled_from(REPORTED.split("、")), st.sampled_from(["相关司局及部门", "有关司局", "等有关部门", "有关单位"]))
def test_a_qualifier_makes_no_difference(name: str, qualifier: str) -> None:
    assert name_key(name) in list(entry_keys(name + qualifier))


def test_a_text_of_megabytes_is_keyed_at_once() -> None:
    for part in ("有关司局及", "各", "厅（", "国家", "委员会"):
        text = part * 200_000
        for key in entry_keys(text):
            assert loose_key(key) == key
        assert is_collective(text) == bool(re.search("有关|各", part))
