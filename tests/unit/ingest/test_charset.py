import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import FileRefused
from distributor.ingest.charset import common_share, decode, looks_wide
from distributor.model.finding import Level

SIMPLIFIED = "近日，高速精密轴承产业技术创新战略联盟在芜湖市召开理事会，23家单位参加会议。\r\n（轴承联盟供稿）\r\n"
TRADITIONAL = "近日，綠色製造產業技術創新聯盟在臺北召開理事會，討論了下一階段的工作計畫，並通過有關報告。"
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
    "gb18030": b"\x84\x31\x95\x33",
}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", *WIDE])
def test_chinese_text_without_mark_is_decoded_by_evidence(encoding: str) -> None:
    decoded = decode(SIMPLIFIED.encode(encoding))
    assert decoded.text == SIMPLIFIED
    assert decoded.findings == ()


@pytest.mark.parametrize("encoding", MARKS)
def test_a_byte_order_mark_decides_and_does_not_stay(encoding: str) -> None:
    decoded = decode(MARKS[encoding] + SIMPLIFIED.encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.findings) == (SIMPLIFIED, encoding, ())


@pytest.mark.parametrize("encoding", WIDE)
def test_western_text_in_wide_encodings_is_told_by_its_zero_bytes(encoding: str) -> None:
    assert decode("Open Source Hardware\nA 2022 Review\n".encode(encoding)).text.startswith("Open Source")


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_traditional_characters_are_not_mistaken(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding)).text == TRADITIONAL


@pytest.mark.parametrize("text", ["联盟动态", "报：科技部", "第12期"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_a_few_characters_are_enough(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


def test_ascii_is_utf8_and_never_utf16() -> None:
    assert decode(b"Distribution list of the alliance 2023").encoding == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_a_file_cut_off_inside_a_character_loses_that_character_only(encoding: str) -> None:
    text = SIMPLIFIED * 3 + "报"
    decoded = decode(text.encode(encoding)[:-1])
    assert decoded.text == text[:-1]
    assert [(f.level, f.code) for f in decoded.findings] == [(Level.WARNING, "truncated-text")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_damaged_byte_damages_no_more_than_its_surroundings(encoding: str) -> None:
    data = bytearray((SIMPLIFIED * 4).encode(encoding))
    data[len(data) // 2] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.encoding == encoding
    assert 1 <= decoded.text.count("\ufffd") <= 4
    assert decoded.text.startswith(SIMPLIFIED)


def test_an_encoding_that_had_to_be_guessed_is_named() -> None:
    text = "Уважаемые коллеги, альянс провёл общее собрание и утвердил план работы на следующий год.\n" * 4
    decoded = decode(text.encode("cp1251"))
    assert decoded.text == text
    assert [(f.level, f.code) for f in decoded.findings] == [(Level.INFO, "encoding-guessed")]


def test_bytes_of_no_encoding_are_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        decode(bytes(range(128, 256)) * 4)
    assert refused.value.code == "unknown-encoding"


def test_everyday_ideographs_make_up_running_text_and_not_misread_bytes() -> None:
    assert common_share(SIMPLIFIED) > 0.95
    assert common_share(TRADITIONAL) > 0.95
    assert common_share(SIMPLIFIED.encode().decode("gb18030", "replace")) < 0.5
    assert common_share("ABC") == 1.0


def test_wide_encodings_are_recognised_with_and_without_mark() -> None:
    assert looks_wide(SIMPLIFIED.encode("utf-16"))
    assert looks_wide(SIMPLIFIED.encode("utf-16-le"))
    assert not looks_wide(SIMPLIFIED.encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    codes = []
    try:
        assert isinstance(decode(data).text, str)
    except FileRefused as refused:
        codes.append(refused.code)
    assert codes in ([], ["unknown-encoding"])


@given(st.text(st.sampled_from("近日联盟召开会议，。（）《》“”0123AB \n报送发"), min_size=8), st.sampled_from(WIDE))
def test_ordinary_text_survives_any_wide_encoding_with_mark(text: str, encoding: str) -> None:
    assert decode(MARKS[encoding] + text.encode(encoding)).text == text
