import pytest

from distributor.ingest.damage import damage_findings, is_mojibake
from distributor.model.lines import Line

SENTENCE = "近日，轴承产业技术创新战略联盟召开理事会，共有二十三家单位参加。"


@pytest.mark.parametrize("text", [SENTENCE, "报：科技部", "ABC", "", "café naïve", "黼黻文章", "《饕餮》", "罍簋卣爵"])
def test_honest_text_is_no_mojibake(text: str) -> None:
    assert not is_mojibake(text)


def test_traditional_text_is_no_mojibake() -> None:
    assert not is_mojibake("近日，綠色製造產業技術創新聯盟在臺北召開理事會，討論了下一階段的工作計畫。")


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "cp1252", "latin-1"])
def test_utf8_read_in_another_encoding_is_mojibake(encoding: str) -> None:
    assert is_mojibake(SENTENCE.encode().decode(encoding, "replace"))


@pytest.mark.parametrize("text", ["近日，锟斤拷锟斤拷联盟", "烫烫烫烫", "屯屯屯"])
def test_what_broken_programs_leave_behind_is_mojibake(text: str) -> None:
    assert is_mojibake(text)


def test_damage_is_reported_once_with_its_first_line() -> None:
    texts = ["好", "坏\ufffd了", "又\ufffd坏", "锟斤拷"]
    findings = damage_findings(Line(number, text) for number, text in enumerate(texts, start=1))
    assert [(f.code, f.line, f.parameters["lines"]) for f in findings] == [
        ("damaged-text", 2, "2"),
        ("mojibake", 4, "1"),
    ]


def test_sound_lines_give_no_finding() -> None:
    assert damage_findings([Line(1, SENTENCE)]) == ()
