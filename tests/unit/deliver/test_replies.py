import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver import decode_reply, enhanced_status, redecode


def test_a_reply_in_gbk_is_read() -> None:
    assert decode_reply("550 用户不存在".encode("gbk")) == "550 用户不存在"


def test_a_reply_in_utf_8_is_read() -> None:
    assert decode_reply("收件人空间不足".encode()) == "收件人空间不足"


def test_what_aiosmtplib_could_not_decode_is_decoded_again() -> None:
    handed_over = "邮件被拒收".encode("gbk").decode("utf-8", "surrogateescape")
    assert redecode(handed_over) == "邮件被拒收"


def test_what_is_neither_keeps_its_readable_part() -> None:
    assert decode_reply(b"no such user \xff\xff") == "no such user \ufffd\ufffd"


def test_lines_become_one_line_without_control_characters() -> None:
    assert decode_reply(b"first\r\n\x1b[31msecond\x00\tthird") == "first [31msecond third"


def test_a_story_is_cut() -> None:
    assert len(decode_reply(b"x" * 5000)) == 600


@given(st.binary(max_size=300))
def test_every_reply_fits_a_log_a_database_and_json(raw: bytes) -> None:
    text = decode_reply(raw)
    assert text.encode("utf-8").decode("utf-8") == text
    assert json.loads(json.dumps(text, ensure_ascii=False)) == text
    assert text.isprintable()


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80))
def test_every_text_in_utf_8_comes_back(text: str) -> None:
    assert decode_reply(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 no such user", "5.1.1"),
        ("<x@y.example>: 4.7.28 slow down", "4.7.28"),
        ("host 10.5.1.1 said nothing", None),
        ("2.0.0 taken", "2.0.0"),
        ("version 5.1.1.7", None),
        ("", None),
    ],
)
def test_the_enhanced_status_is_found(text: str, status: str | None) -> None:
    assert enhanced_status(text) == status
