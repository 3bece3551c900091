import re
from dataclasses import replace
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.compose import ATTACHMENT_LIMIT, attachment_of, check_message, digest_context, prepare
from distributor.compose.body import attachment_headers, file_name
from distributor.errors import Refused
from distributor.model.bulletin import Visibility
from distributor.model.canonical import digest_bytes
from distributor.model.message import Attachment, Variant
from distributor.model.recipient import OriginalFile, RecipientList
from distributor.model.record import BulletinRecord, Original
from tests.support.messages import (
    REPORT,
    SUBSCRIBERS,
    content,
    make_frame,
    make_personal,
    make_variant,
    read_message,
)
from tests.support.records import PUBLISHED, make_item, make_publication, make_record, record_of

ATTACHING = replace(REPORT, original=OriginalFile.ATTACH)
DATA = bytes(range(256)) * 40


def attachment(name: str = "联盟协发网简报（2023年第12期）.docx", media_type: str = "application/pdf") -> Attachment:
    return Attachment(name, media_type, len(DATA), digest_bytes(DATA))


def message(name: str = "简报.pdf", variant: Variant | None = None) -> bytes:
    chosen = replace(variant or make_variant(), attachment=attachment(name))
    return prepare(chosen, make_frame(), DATA).build(make_personal())


def original_of(size: int) -> Original:
    return Original("简报.pdf", "application/pdf", size, "0" * 64)


def view(record: BulletinRecord, recipient_list: RecipientList) -> tuple[bool, bool]:
    """Whether the digest links to the file, and whether it has it with it."""
    original = digest_context(make_publication(), record, recipient_list).original
    return (False, False) if original is None else (original.url is not None, original.is_attached)


def test_an_attached_file_arrives_as_it_was_beside_text_and_html() -> None:
    parsed = read_message(message())
    assert parsed.get_content_type() == "multipart/mixed"
    (file,) = parsed.iter_attachments()
    assert file.get_content() == DATA
    assert file.get_filename() == "简报.pdf"
    assert "科学技术部：" in content(parsed, "plain")
    assert "科学技术部：" in content(parsed, "html")
    check_message(message())


def test_a_text_mail_carries_it_too() -> None:
    text = replace(make_variant(), html=None)
    parsed = read_message(message(variant=text))
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "application/pdf"]


@given(st.text(min_size=1, max_size=200))
def test_any_name_is_written_in_both_ways_and_read_back(name: str) -> None:
    written = attachment_headers(attachment(name))
    assert all(len(line) <= 78 for line in written.split(b"\r\n"))
    part = read_message(written + b"\r\n")
    expected = file_name(name)
    assert part.get_filename() == expected
    quoted = re.search(r'name="(.*?)"\r\n', written.decode(), flags=re.DOTALL)
    assert quoted is not None
    assert str(make_header(decode_header(quoted[1].replace("\r\n", "")))) == expected


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"b;c.pdf', "a_b_c.pdf"),
        ("简报\r\nBcc: x@y.example.pdf", "简报 Bcc_ x@y.example.pdf"),
        ("甲\u202efdp.exe", "甲fdp.exe"),
        ("...", "bulletin"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_name_is_one_that_can_be_saved(name: str, safe: str) -> None:
    assert file_name(name) == safe


def test_a_plain_name_is_written_plainly() -> None:
    assert attachment_headers(attachment("12.pdf")) == (
        b'Content-Type: application/pdf;\r\n name="12.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment;\r\n filename="12.pdf"\r\n'
    )


def test_a_media_type_that_is_none_is_refused() -> None:
    with pytest.raises(Refused):
        attachment_headers(attachment(media_type='application/pdf"\r\nBcc: a@b.example'))


def test_other_bytes_than_those_that_were_signed_are_refused() -> None:
    variant = replace(make_variant(), attachment=attachment())
    for wrong in (None, DATA + b"x"):
        with pytest.raises(Refused, match="variant-damaged"):
            prepare(variant, make_frame(), wrong)


def test_a_variant_keeps_its_attachment_and_one_without_keeps_its_old_bytes() -> None:
    plain = make_variant()
    attached = replace(plain, attachment=attachment())
    assert Variant.from_bytes(attached.to_bytes()) == attached
    assert b"attachment" not in plain.to_bytes()
    assert plain.hash != attached.hash


def test_a_list_links_to_the_file_unless_it_says_otherwise() -> None:
    record = make_record(original=original_of(1000))
    assert view(record, REPORT) == (True, False)
    assert view(record, ATTACHING) == (True, True)
    assert view(record, replace(REPORT, original=OriginalFile.NONE)) == (False, False)
    assert attachment_of(record, REPORT) is None


def test_a_file_that_says_more_than_a_role_may_see_goes_to_nobody_of_it() -> None:
    record = record_of(make_item("甲"), make_item("乙", visibility=Visibility.RECIPIENTS))
    assert view(record, replace(SUBSCRIBERS, original=OriginalFile.ATTACH)) == (False, False)
    assert view(record, ATTACHING) == (False, True)
    assert view(record, REPORT) == (False, False)


def test_a_file_that_says_what_was_taken_back_goes_to_nobody() -> None:
    record = record_of(make_item("甲"), make_item("乙"))
    first, *rest = record.items
    taken_back = replace(record, items=(replace(first, withdrawn=PUBLISHED), *rest))
    assert view(taken_back, ATTACHING) == (False, False)


def test_a_corrected_file_without_what_was_taken_back_goes_along_again() -> None:
    record = record_of(make_item("甲"), make_item("乙", visibility=Visibility.RECIPIENTS))
    kept, hidden = record.items
    clean = replace(record, items=(kept, replace(hidden, withdrawn=PUBLISHED, dropped=True)))
    assert view(clean, ATTACHING) == (True, True)


def test_a_file_that_is_too_large_is_linked_instead() -> None:
    assert view(make_record(original=original_of(ATTACHMENT_LIMIT)), ATTACHING) == (True, True)
    assert view(make_record(original=original_of(ATTACHMENT_LIMIT + 1)), ATTACHING) == (True, False)


def test_the_mail_says_where_the_file_is() -> None:
    linked, attached = make_variant(), make_variant(recipient_list=ATTACHING)
    for rendered in (linked.text, linked.html or ""):
        assert "下载本期原文件：" in rendered
        assert "https://bulletin.xiefa.example/bulletins/b001/original" in rendered
    assert "附件为本期原文件：" in attached.text
