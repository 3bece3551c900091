import pytest

from distributor.parse.chars import (
    ends_sentence,
    is_letter_spaced,
    join,
    open_brackets,
    printed_width,
    unspaced,
    unstretched,
    width,
)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("深入推进", "长三角", "深入推进长三角"),
        ("每吨33", "kW·h降至", "每吨33 kW·h降至"),
        ("Open Source", "Hardware", "Open Source Hardware"),
        ("Model-", "Based", "Model-Based"),
        ("available at https://www.", "lm-demo.example/notice", "available at https://www.lm-demo.example/notice"),
        ('entitled "', "Model", 'entitled "Model'),
        ("the (", "LCA)", "the (LCA)"),
        ("", "x", "x"),
        ("report", ", available", "report, available"),
        ("见www.lm-demo.example", "Review", "见www.lm-demo.example Review"),
    ],
)
def test_lines_join_with_a_space_only_between_western_words(first: str, second: str, joined: str) -> None:
    assert join(first, second) == joined


def test_a_letter_spaced_line_is_repaired() -> None:
    assert unspaced("近 日 ， 存 储 产 业") == "近日，存储产业"
    assert is_letter_spaced("简　报")


def test_a_meaningful_gap_stays() -> None:
    assert unspaced("联盟完成换届  新任理事长当选") == "联盟完成换届  新任理事长当选"
    assert unstretched("《试验方法 第1部分》发布") == "《试验方法 第1部分》发布"


def test_a_partly_stretched_line_is_repaired() -> None:
    assert unstretched("样机连续运 行 109 小 时，主 要指 标达到") == "样机连续运行 109 小时，主要指标达到"


def test_widths_count_columns() -> None:
    assert width("a中\u0301") == 3
    assert printed_width("约3个") == printed_width("约 3 个") == 6.0


def test_brackets_that_wait_are_named() -> None:
    assert open_brackets("《虚") == "》"
    assert open_brackets("“（中）”") == ""
    assert open_brackets("“（中”") == ""


@pytest.mark.parametrize("text", ["完成。", "说。”", "available at www.lm-demo.example/7.", "（附件）。", "吗？"])
def test_sentences_end(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["完成", "共9.", "《规范》", "”", ""])
def test_other_lines_do_not_end_a_sentence(text: str) -> None:
    assert not ends_sentence(text)
