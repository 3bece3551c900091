import base64
import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.compose import Prepared, check_message, needs_smtputf8, prepare
from distributor.errors import AddressRefused, Refused
from distributor.model.message import Slot, Variant, marker
from distributor.model.recipient import MailFormat
from tests.support.messages import content, make_frame, make_personal, make_variant, read_message
from tests.support.records import seedlike_record

PREPARED = prepare(make_variant(seedlike_record()), make_frame())
MESSAGE = PREPARED.build(make_personal())

HEADERS = {
    "Date": "Tue, 06 Jan 2026 08:30:00 +0800",
    "From": "联盟协发网秘书处 <bulletin@xiefa.example>",
    "To": "科学技术部办公厅 <bgt@most.example>",
    "Subject": "联盟协发网简报 第12期（总第345期）",
    "Message-ID": "<d4f5g6h7@xiefa.example>",
    "Reply-To": "联盟协发网秘书处 <secretariat@xiefa.example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Archive": "<https://bulletin.xiefa.example/>",
    "List-Help": "<mailto:secretariat@xiefa.example?subject=help>",
    "List-Owner": "<mailto:secretariat@xiefa.example>",
    "List-Post": "NO",
    "Auto-Submitted": "auto-generated",
    "Precedence": "bulk",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
    "Feedback-ID": "b001:report:digest:xiefa",
    "X-Idempotency-Key": "d4f5g6h7",
    "Content-Language": "zh-CN",
    "MIME-Version": "1.0",
}


def base64_blocks(message: bytes) -> list[list[bytes]]:
    return [
        block.rstrip(b"\r\n").split(b"\r\n")
        for block in re.findall(rb"base64\r\n\r\n(.*?)(?=\r\n--|\Z)", message, flags=re.DOTALL)
    ]


def test_a_message_carries_every_header_once() -> None:
    parsed = read_message(MESSAGE)
    assert {name: str(parsed[name]) for name in HEADERS} == HEADERS
    assert all(len(parsed.get_all(name, [])) == 1 for name in set(parsed.keys()))
    assert set(parsed.keys()) - set(HEADERS) == {"List-Id", "List-Unsubscribe", "Content-Type"}
    assert not parsed.defects


def test_list_unsubscribe_is_https_first_then_mailto_and_never_encoded() -> None:
    assert (
        b"\r\nList-Unsubscribe: <https://bulletin.xiefa.example/unsubscribe/WyJhIl0.tok-en_>,\r\n"
        b" <mailto:secretariat@xiefa.example?subject=unsubscribe%20WyJhIl0.tok-en_>\r\n"
    ) in MESSAGE


def test_parts_are_text_then_html_in_utf8() -> None:
    parsed = read_message(MESSAGE)
    assert parsed.get_content_type() == "multipart/alternative"
    parts = list(parsed.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert all(part["Content-Transfer-Encoding"] == "base64" for part in parts)
    assert all(part.get_content_charset() == "utf-8" for part in parts)
    assert not any(part.defects for part in parts)


def test_the_bytes_are_ascii_lines_ended_by_crlf() -> None:
    check_message(MESSAGE)
    assert MESSAGE.isascii()
    assert MESSAGE.count(b"\n") == MESSAGE.count(b"\r") == MESSAGE.count(b"\r\n")
    assert max(map(len, MESSAGE.split(b"\r\n"))) <= 120


def test_every_base64_line_has_76_characters_but_the_last() -> None:
    blocks = base64_blocks(MESSAGE)
    assert len(blocks) == 2
    for lines in blocks:
        assert {len(line) for line in lines[:-1]} == {76}
        assert 0 < len(lines[-1]) <= 76


@settings(max_examples=60, deadline=None)
@given(
    greeting=st.text(st.characters(min_codepoint=33, max_codepoint=0x9FFF), max_size=80),
    token=st.from_regex(r"[A-Za-z0-9._-]{0,160}", fullmatch=True),
)
def test_values_of_any_length_are_spliced_exactly(greeting: str, token: str) -> None:
    variant = make_variant(seedlike_record())
    personal = make_personal(greeting=greeting, unsubscribe_url=f"https://u.example/{token}")
    message = PREPARED.build(personal)
    parsed = read_message(message)
    from distributor.compose.headers import clean

    shown = {Slot.GREETING: clean(greeting), Slot.UNSUBSCRIBE_URL: personal.unsubscribe_url}
    shown[Slot.PREFERENCES_URL] = personal.preferences_url
    text, page = variant.text, variant.html or ""
    for slot, value in shown.items():
        text = text.replace(marker(slot), value)
        page = page.replace(marker(slot), html.escape(value))
    assert content(parsed, "plain") == text
    assert content(parsed, "html") == page
    for lines in base64_blocks(message):
        assert {len(line) for line in lines[:-1]} <= {76}


def test_text_is_stored_with_network_line_ends() -> None:
    message = prepare(Variant("s", None, "一\n二\r\n三\n"), make_frame()).build(make_personal())
    ((line,),) = base64_blocks(message)
    assert base64.b64decode(line).decode() == "一\r\n二\r\n三\r\n"


def test_a_greeting_is_escaped_in_html_and_plain_in_text() -> None:
    parsed = read_message(PREPARED.build(make_personal(greeting="<b>A&B</b>")))
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;：" in content(parsed, "html")
    assert "\n<b>A&B</b>：\n" in content(parsed, "plain")


def test_a_greeting_is_one_clean_line_of_sensible_length() -> None:
    parsed = read_message(PREPARED.build(make_personal(greeting="科技部\r\n\r\n假冒\u202e" + "长" * 300)))
    (line,) = [line for line in content(parsed, "plain").split("\n") if line.startswith("科技部")]
    assert line.startswith("科技部 假冒长")
    assert len(line) <= 121


def test_a_text_variant_is_one_plain_part() -> None:
    variant = make_variant(seedlike_record(), mail_format=MailFormat.TEXT)
    message = prepare(variant, make_frame()).build(make_personal())
    check_message(message)
    parsed = read_message(message)
    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_content().replace("\r\n", "\n").count("科学技术部：") == 1


def test_a_variant_shorter_than_a_line_is_spliced_too() -> None:
    variant = Variant("s", None, f"{marker(Slot.GREETING)}短{marker(Slot.UNSUBSCRIBE_URL)}")
    parsed = read_message(prepare(variant, make_frame()).build(make_personal(greeting="甲")))
    assert parsed.get_content().strip() == "甲短https://bulletin.xiefa.example/unsubscribe/WyJhIl0.tok-en_"


def test_an_empty_variant_has_an_empty_part() -> None:
    assert read_message(prepare(Variant("s", None, ""), make_frame()).build(make_personal())).get_content() == ""


def test_the_date_is_given_in_beijing_time_wherever_the_clock_runs() -> None:
    message = PREPARED.build(make_personal(sent=datetime(2026, 1, 6, 0, 30, tzinfo=UTC)))
    assert b"\r\nDate: Tue, 06 Jan 2026 08:30:00 +0800\r\n" in b"\r\n" + message


def test_the_same_values_give_the_same_bytes() -> None:
    again = Prepared(make_variant(seedlike_record()), make_frame())
    assert again.build(make_personal()) == MESSAGE


def test_the_idempotency_header_can_have_another_name() -> None:
    prepared = prepare(make_variant(), make_frame(idempotency_header="X-Relay-Key"))
    assert read_message(prepared.build(make_personal()))["X-Relay-Key"] == "d4f5g6h7"


def test_an_idempotency_header_that_stands_there_already_is_refused_before_the_run() -> None:
    with pytest.raises(Refused) as refusal:
        prepare(make_variant(), make_frame(idempotency_header="Subject"))
    assert refusal.value.code == "message-unsafe"


@pytest.mark.parametrize(
    "wrong",
    [
        {"unsubscribe_url": "http://x.example/"},
        {"unsubscribe_url": "https://x.example/\r\nBcc: a@b.example"},
        {"preferences_url": "javascript:alert(1)"},
        {"unsubscribe_mailto": "mailto:a@b.example,mailto:c@d.example"},
        {"message_id": "d4f5g6h7@xiefa.example"},
        {"message_id": "<a@b>\r\nBcc: c"},
        {"idempotency_key": "a\r\nBcc: c"},
    ],
)
def test_a_personal_value_that_may_not_stand_in_a_message_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        PREPARED.build(make_personal(**wrong))


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(AddressRefused):
        PREPARED.build(make_personal(address="a@b.example\r\nBcc: c@d.example"))


def test_smtputf8_is_needed_for_a_local_part_alone() -> None:
    assert needs_smtputf8("科技@most.example")
    assert not needs_smtputf8("bgt@科技部.example")
    message = PREPARED.build(make_personal(address="科技@most.example"))
    check_message(message, allow_utf8=True)
    head = message.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert [line for line in head if not line.isascii()] == [line for line in head if "科技@".encode() in line]


def test_a_frame_with_an_unsafe_value_is_refused() -> None:
    with pytest.raises(Refused):
        prepare(make_variant(), make_frame(archive_url="http://plain.example/"))
    with pytest.raises(Refused):
        prepare(make_variant(), replace(make_frame(), feedback=("简报",)))
