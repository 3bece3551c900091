import random
import re
from email import message_from_bytes, policy
from email.header import Header, decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.compose.headers import (
    ListId,
    Literal,
    Mailbox,
    Text,
    Uris,
    addr_spec,
    check_head,
    check_message,
    clean,
    cut,
    encoded_words,
    header,
    link,
)
from distributor.errors import AddressRefused, Refused
from distributor.text import unseen_in

_ALPHABETS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经",
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789",
    "，。、；：“”‘’（）《》—…·　",
    ",.;:\"'()<>[]@\\_=?-+*/ ",
    "😀🚀🇨🇳👩🔬✅",
    "𠀀𠮷𡈽𪚥𫠜",
    "éüñßøЖдλω",
)
_ENCODED_WORD = re.compile(rb"=\?[^?]+\?[bqBQ]\?[^?]*\?=")


def _decoded(line: bytes) -> str:
    return str(message_from_bytes(line + b"\r\n", policy=policy.default)["Subject"])


def _decoded_by_rfc_2047_alone(line: bytes) -> str:
    unfolded = line.decode("ascii").removeprefix("Subject: ").removesuffix("\r\n").replace("\r\n", "")
    return str(make_header(decode_header(unfolded)))


def _assert_well_formed(line: bytes) -> None:
    assert line.isascii()
    assert line.endswith(b"\r\n")
    for printed in line.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(printed) <= 76
        assert printed.strip() != b""
        assert b"\r" not in printed
        assert b"\n" not in printed
    assert all(len(word) <= 75 for word in _ENCODED_WORD.findall(line))


def _random_subjects() -> list[str]:
    chance = random.Random(20260105)  # noqa: S311  the same subjects each time
    return [
        "".join(
            chance.choice(chance.choice(_ALPHABETS[: chance.randint(1, len(_ALPHABETS))]))
            for _ in range(chance.randint(1, 120))
        )
        for _ in range(4000)
    ]


def test_four_thousand_random_subjects_come_back_as_they_were() -> None:
    for subject in _random_subjects():
        line = header("Subject", Text(subject))
        _assert_well_formed(line)
        assert _decoded(line) == clean(subject), subject
        assert _decoded_by_rfc_2047_alone(line) == clean(subject), subject


@given(st.text(min_size=1, max_size=180))
def test_any_text_makes_a_subject_that_comes_back_clean(subject: str) -> None:
    line = header("Subject", Text(subject))
    _assert_well_formed(line)
    assert _decoded_by_rfc_2047_alone(line) == clean(subject)


@given(st.text())
def test_cleaning_leaves_nothing_unseen_and_no_second_cleaning_to_do(words: str) -> None:
    cleaned = clean(words)
    assert not unseen_in(cleaned)
    assert "=?" not in cleaned
    assert clean(cleaned) == cleaned
    assert "\n" not in cleaned
    assert "\t" not in cleaned


def test_a_plain_english_subject_is_not_encoded() -> None:
    assert header("Subject", Text("Bulletin No. 12")) == b"Subject: Bulletin No. 12\r\n"


def test_an_encoded_word_in_a_title_stays_a_harmless_text() -> None:
    payload = "=?utf-8?q?=0D=0ABcc:=20all@victim.example?="
    line = header("Subject", Text(payload))
    parsed = message_from_bytes(line + b"\r\n", policy=policy.default)
    assert list(parsed.keys()) == ["Subject"]
    again = message_from_bytes(parsed.as_bytes(), policy=policy.default)
    assert list(again.keys()) == ["Subject"]
    assert again["Subject"].startswith("=？utf-8?q?")


@pytest.mark.parametrize(
    "breaking", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00", "\x1b[31m"]
)
def test_no_character_of_a_title_begins_a_new_header(breaking: str) -> None:
    line = header("Subject", Text(f"简报{breaking}Bcc: all@victim.example"))
    assert line.count(b"\r\n") == len(line.split(b"\r\n")) - 1
    assert list(message_from_bytes(line + b"\r\n").keys()) == ["Subject"]
    assert all(part.startswith((b"Subject:", b" ")) for part in line.removesuffix(b"\r\n").split(b"\r\n"))


def test_bidirectional_overrides_are_taken_out() -> None:
    assert _decoded(header("Subject", Text("简报\u202etxt.exe\u2066"))) == "简报txt.exe"


def test_a_title_of_three_thousand_characters_is_cut_at_a_mark() -> None:
    subject = _decoded(header("Subject", Text("推进科技创新，" * 430)))
    assert len(subject) <= 180
    assert subject.endswith("创新…")


def test_words_without_a_mark_are_cut_where_they_must() -> None:
    assert cut("字" * 50, 10) == "字" * 9 + "…"
    assert cut("字" * 10, 10) == "字" * 10
    assert cut("一二三四五六七，九十", 9, "……") == "一二三四五六七……"


def test_a_name_in_chinese_is_an_encoded_phrase() -> None:
    line = header("To", Mailbox("bgt@most.example", "科学技术部办公厅"))
    assert line == b"To: =?utf-8?b?56eR5a2m5oqA5pyv6YOo5Yqe5YWs5Y6F?= <bgt@most.example>\r\n"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (None, b"To: a@most.example\r\n"),
        ("", b"To: a@most.example\r\n"),
        ("Secretariat Office", b"To: Secretariat Office <a@most.example>\r\n"),
        ('Office, "First"', b'To: "Office, \\"First\\"" <a@most.example>\r\n'),
        ("back\\slash", b'To: "back\\\\slash" <a@most.example>\r\n'),
    ],
)
def test_a_western_name_is_written_as_atoms_or_quoted(name: str | None, written: bytes) -> None:
    assert header("To", Mailbox("a@most.example", name)) == written


@given(
    st.sampled_from(["To", "From", "Reply-To"]),
    st.text(min_size=1, max_size=90),
    st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9]{1,20}\.example", fullmatch=True),
)
@example("Reply-To", "联盟协发网秘书处", "secretariat@xiefa.example")
def test_any_display_name_leaves_one_mailbox_with_that_name(field: str, name: str, address: str) -> None:
    line = header(field, Mailbox(address, name))
    parsed = message_from_bytes(line + b"\r\n", policy=policy.default)
    assert list(parsed.keys()) == [field]
    decoded = str(make_header(decode_header(re.sub(rb"\r\n", b"", line).decode().removeprefix(f"{field}: "))))
    assert decoded.endswith((address, f"<{address}>"))
    lines = line.removesuffix(b"\r\n").split(b"\r\n")
    # RFC 2047 §2 where there is an encoded-word; without one only the wish of RFC 5322 §2.1.1
    assert all(len(printed) <= (76 if b"=?" in printed else 120) for printed in lines)


def test_a_chinese_name_with_quotes_and_commas_comes_back_whole() -> None:
    line = header("To", Mailbox("a@most.example", '科技部，“办公厅”, "综合处" <内部>'))
    phrase, _, address = line.decode().removeprefix("To: ").rpartition(" ")
    assert str(make_header(decode_header(phrase.replace("\r\n", "")))) == '科技部，“办公厅”, "综合处" <内部>'
    assert address == "<a@most.example>\r\n"


def test_an_idn_domain_is_written_as_a_label() -> None:
    assert addr_spec("bgt@科技部.example") == "bgt@xn--2qux23cykq.example"
    assert addr_spec("bgt@XN--dqrp3uqzb.example") == "bgt@XN--dqrp3uqzb.example"


def test_a_local_part_outside_ascii_stays_as_it_is_for_smtputf8() -> None:
    assert header("To", Mailbox("科技@most.example")) == "To: 科技@most.example\r\n".encode()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@most.example",
        "a@",
        "a b@most.example",
        "a@most.example\r\nBcc: b@victim.example",
        "a\r\n@most.example",
        "<a@most.example>",
        "a,b@most.example",
        '"a"@most.example',
        "a@b@most.example",
        "a@most_.example",
        "a@-一-.example",
        "a@[127.0.0.1]",
        "=?utf-8?q?a?=@most.example",
        f"{'a' * 65}@most.example",
        "a\u202e@most.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused) as refusal:
        header("To", Mailbox(address))
    assert refusal.value.code == "mailbox-unusable"


def test_uris_are_folded_at_the_comma_between_them_and_never_encoded() -> None:
    long = "https://bulletin.xiefa.example/unsubscribe/" + "t" * 300
    line = header("List-Unsubscribe", Uris((long, "mailto:stop@xiefa.example?subject=unsubscribe")))
    assert line == f"List-Unsubscribe: <{long}>,\r\n <mailto:stop@xiefa.example?subject=unsubscribe>\r\n".encode()


@pytest.mark.parametrize(
    "uri",
    ["http://x.example/", "javascript:alert(1)", "https://x.example/a b", "https://x.example/,b", "https://例.cn/", ""],
)
def test_a_uri_that_is_not_https_or_mailto_is_refused(uri: str) -> None:
    with pytest.raises(Refused):
        header("List-Help", Uris((uri,)))
    with pytest.raises(Refused):
        link(uri)


def test_a_uri_too_long_for_a_line_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        header("List-Help", Uris(("https://x.example/" + "a" * 1000,)))
    assert refusal.value.code == "message-unsafe"


def test_a_list_id_has_its_name_in_front() -> None:
    assert header("List-Id", ListId("报送", "report.xiefa.example")) == (
        b"List-Id: =?utf-8?b?5oql6YCB?=\r\n <report.xiefa.example>\r\n"
    )
    assert header("List-Id", ListId("", "report.xiefa.example")) == b"List-Id: <report.xiefa.example>\r\n"
    assert header("List-Id", ListId("report " * 20, "a.b")).endswith(b"?=\r\n <a.b>\r\n")
    with pytest.raises(Refused):
        header("List-Id", ListId("报送", "报送.xiefa.example"))


@pytest.mark.parametrize("value", ["a\r\nBcc: b", "a\nb", "简报", "a\x00"])
def test_a_literal_outside_printable_ascii_is_refused(value: str) -> None:
    with pytest.raises(Refused):
        header("Precedence", Literal(value))


@pytest.mark.parametrize("name", ["", "Sub ject", "Subject:", "X\r\nBcc", "主题"])
def test_a_field_name_is_letters_digits_and_hyphens(name: str) -> None:
    with pytest.raises(Refused):
        header(name, Literal("x"))


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: a\n\r\n",
        b"Subject: a\rb\r\n",
        b"Subject: a",
        b"Subject: a\r\n\r\nB: c\r\n",
        b"Subject: \xe7\xae\x80\r\n",
        b"Subject: a\x00\r\n",
        b"Subject: " + b"a" * 990 + b"\r\n",
    ],
)
def test_an_unsafe_head_is_refused(head: bytes) -> None:
    with pytest.raises(Refused):
        check_head(head)


def test_several_dkim_signatures_may_stand_in_one_head() -> None:
    check_message(b"DKIM-Signature: a\r\nDKIM-Signature: b\r\nSubject: a\r\n b: c\r\n\r\n")


def test_any_other_header_stands_there_once() -> None:
    with pytest.raises(Refused):
        check_message(b"Subject: a\r\nsubject: b\r\n\r\n")


@pytest.mark.parametrize(
    "body", [b"", b"\r\n\r\nbare\nfeed\r\n", b"\r\n\r\n\xff\r\n", b"\r\n\r\n" + b"a" * 999 + b"\r\n"]
)
def test_an_unsafe_body_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        check_message(b"Subject: a" + body)


def test_a_head_may_hold_utf8_only_where_it_is_allowed() -> None:
    message = "To: 科技@most.example\r\n\r\nx\r\n".encode()
    check_message(message, allow_utf8=True)
    with pytest.raises(Refused):
        check_message(message)


@given(st.text(alphabet="".join(_ALPHABETS), min_size=1, max_size=30), st.sampled_from(["To", "From", "Content-Type"]))
def test_short_words_are_written_as_the_standard_library_writes_them(words: str, name: str) -> None:
    usual = Header(words, "utf-8", header_name=name, maxlinelen=75).encode(linesep="\r\n")
    assert encoded_words(name, words) == usual


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("".join(_ALPHABETS)), max_size=20))
def test_what_is_usual_is_cleaned_like_everything_else(words: str) -> None:
    # a mark that is not usual, at an end where it is cut off, sends all of it the long way
    assert clean(words) == clean(words + " \u200b")
