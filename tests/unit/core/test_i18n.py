"""Sentences in Chinese and English."""

import errno
import socket
import tomllib

import pytest

from distributor.errors import Misconfigured, NotFound
from distributor.i18n import error_sentence, finding_sentence, negotiate, translate
from distributor.model.finding import Finding, Level


def broken_text(data: bytes) -> UnicodeDecodeError:
    with pytest.raises(UnicodeDecodeError) as caught:
        data.decode()
    return caught.value


def broken_toml(text: str) -> tomllib.TOMLDecodeError:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    return caught.value


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


@pytest.mark.parametrize(
    ("trouble", "chinese", "english"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "没有权限", "permission denied"),
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘已满", "no space left on the disk"),
        (socket.gaierror(-2, "Name or service not known"), "主机名无法解析", "the host name is unknown"),
        (OSError(errno.EXDEV, "Invalid cross-device link"), "Invalid cross-device link", "Invalid cross-device link"),
        (OSError("unplugged"), "unplugged", "unplugged"),
        (broken_text(b"\xff\xfe"), "不是 UTF-8 编码", "it is not UTF-8"),
        (broken_toml("a = 1\nb c\n"), "第 2 行第 3 列附近写法有误", "the syntax is wrong near line 2, column 3"),
        (broken_toml("a ="), "文件末尾不完整", "it ends too early"),
    ],
)
def test_what_the_system_says_is_said_in_the_language_of_the_reader(
    trouble: Exception, chinese: str, english: str
) -> None:
    error = Misconfigured("config-unreadable", file="a.toml", problem=trouble)
    assert f"（{chinese}）" in error_sentence(error)
    assert f"({english})" in error_sentence(error, "en")


def test_what_our_own_conversation_found_is_said_in_words() -> None:
    found = {"relay": "smtp.example:25", "problem": "connection-refused"}
    finding = Finding(Level.BLOCKING, "doctor-relay-unreachable", parameters=found)
    assert "connection-refused" not in finding_sentence(finding)
    assert finding_sentence(Finding(Level.BLOCKING, finding.code, parameters={**found, "problem": "535 no"}), "en")
