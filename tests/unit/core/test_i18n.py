"""Sentences in Chinese and English."""

import pytest

from distributor.errors import NotFound
from distributor.i18n import error_sentence, finding_sentence, negotiate, translate
from distributor.model.finding import Finding, Level


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("en", "en"), ("en-GB", "en"), ("en_US", "en"), ("zh-CN", "zh_CN"), ("fr", "zh_CN"), (None, "zh_CN")],
)
def test_chinese_is_spoken_unless_english_is_wanted(wanted: str | None, given: str) -> None:
    assert negotiate(wanted) == given


def test_an_error_becomes_one_sentence_in_either_language() -> None:
    error = NotFound("run-unknown", id="r7")
    assert error_sentence(error) == "没有编号为 r7 的分发，用 distributor runs 查看全部。"
    assert error_sentence(error, "en") == "There is no run r7; list them with: distributor runs"


def test_an_unknown_message_shows_its_code_and_values() -> None:
    assert error_sentence(NotFound("never-heard-of", file="a.txt")) == "error.never-heard-of (file: a.txt)"
    assert finding_sentence(Finding(Level.INFO, "never-heard-of")) == "finding.never-heard-of"


def test_a_value_that_is_not_given_leaves_its_name() -> None:
    assert translate("error.run-unknown", "en") == "There is no run {id}; list them with: distributor runs"


def test_values_are_not_taken_for_places() -> None:
    assert "{id}" in translate("error.run-unknown", "en", id="{id}")
