import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.ingest.docx import read_docx
from distributor.ingest.docx.numerals import counted, digitwise, legal, render_number
from tests.support.word_files import docx, levels, listed, paragraph


def markers(body: str, numbering: str, styles: str = "") -> list[str | None]:
    return [line.marker for line in read_docx(docx(body, numbering=numbering, styles=styles)).lines]


@pytest.mark.parametrize(
    ("number_format", "numbers"),
    [
        ("decimal", {1: "1", 12: "12"}),
        ("decimalZero", {1: "01", 12: "12"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "21"}),
        ("decimalEnclosedCircleChinese", {2: "②"}),
        ("decimalEnclosedParen", {3: "⑶"}),
        ("decimalEnclosedFullstop", {3: "⒊"}),
        ("ideographEnclosedCircle", {1: "㊀", 10: "㊉"}),
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 101: "一〇一"}),
        ("chineseCountingThousand", {10: "十", 12: "十二", 100: "一百", 105: "一百零五", 110: "一百一十"}),
        ("chineseLegalSimplified", {12: "壹拾贰"}),
        ("ideographDigital", {10: "一〇", 2023: "二〇二三"}),
        ("japaneseCounting", {12: "十二"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {12: "亥", 13: "13"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA"}),
        ("lowerLetter", {3: "c", 781: "781"}),
        ("upperRoman", {4: "IV", 1999: "MCMXCIX"}),
        ("lowerRoman", {9: "ix", 0: "0"}),
        ("unheardOf", {7: "7"}),
    ],
)
def test_number_formats(number_format: str, numbers: dict[int, str]) -> None:
    assert {number: render_number(number, number_format) for number in numbers} == numbers


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"),
        (1005, "一千零五"),
        (1050, "一千零五十"),
        (10_000, "一万"),
        (10_005, "一万零五"),
        (120_300, "十二万零三百"),
    ],
)
def test_counting_puts_in_zeros(number: int, text: str) -> None:
    assert counted(number).replace("一十二万", "十二万") == text


@given(st.integers(0, 99_999))
def test_counting_is_one_to_one(number: int) -> None:
    values = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"十": 10, "百": 100, "千": 1000}
    total = part = digit = 0
    for letter in counted(number):
        if letter == "万":
            total, part, digit = (part + digit) * 10_000, 0, 0
        elif values[letter] >= 10:
            part, digit = part + max(digit, 1) * values[letter], 0
        else:
            digit = values[letter]
    assert total + part + digit == number
    assert len(digitwise(number)) == len(str(number))
    assert legal(number)


def test_a_list_draws_its_numbers() -> None:
    numbering = levels(("chineseCountingThousand", "%1、"), ("decimal", "%2."), ("decimal", "%2.%3"))
    body = listed("政策") + listed("甲", 1) + listed("乙", 1) + listed("细", 2) + listed("动态") + listed("丙", 1)
    assert markers(body, numbering) == ["一、", "1.", "2.", "2.1", "二、", "1."]


def test_a_level_without_its_parents_starts_them() -> None:
    assert markers(listed("甲", 1), levels(("decimal", "%1"), ("decimal", "%1.%2"))) == ["1.1"]


def test_bullets_of_symbol_fonts_become_plain_bullets() -> None:
    assert markers(listed("甲") + listed("乙", 1), levels(("bullet", "\uf06c"), ("bullet", "◆"))) == ["●", "◆"]


def test_levels_without_a_number_draw_nothing_of_it() -> None:
    numbering = levels(("none", ""), ("none", "附"), ("decimal", "%1-%3"))
    assert markers(listed("甲") + listed("乙", 1) + listed("丙", 2), numbering) == [None, "附", "-1"]


def test_the_text_of_an_item_stays_without_its_marker() -> None:
    source = read_docx(docx(listed("甲"), numbering=levels(("decimal", "（%1）"))))
    assert [(line.marker, line.text) for line in source.lines] == [("（1）", "甲")]


def test_only_the_first_line_of_a_paragraph_has_the_marker() -> None:
    body = listed("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>")
    assert markers(body, levels(("decimal", "%1."))) == ["1.", None]


def test_a_legal_level_shows_arabic_digits() -> None:
    numbering = levels(("chineseCounting", "%1、"), ("decimal", "%1.%2")).replace(
        '<w:lvlText w:val="%1.%2"/>', '<w:isLgl/><w:lvlText w:val="%1.%2"/>'
    )
    assert markers(listed("甲") + listed("乙", 1), numbering) == ["一、", "1.1"]


def test_a_level_that_never_restarts_counts_on() -> None:
    numbering = levels(("decimal", "%1、"), ("decimal", "%2.")).replace(
        '<w:lvlText w:val="%2."/>', '<w:lvlText w:val="%2."/><w:lvlRestart w:val="0"/>'
    )
    assert markers(listed("一") + listed("甲", 1) + listed("二") + listed("乙", 1), numbering) == [
        "1、",
        "1.",
        "2、",
        "2.",
    ]


def test_lists_of_one_definition_count_on_unless_their_start_is_overridden() -> None:
    numbering = levels(("decimal", "%1.")) + (
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    body = listed("甲") + listed("乙", identity=2) + listed("丙", identity=3) + listed("丁", identity=3)
    assert markers(body, numbering) == ["1.", "2.", "5.", "6."]


def test_an_override_may_bring_its_own_level() -> None:
    numbering = levels(("decimal", "%1.")) + (
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%1)"/></w:lvl>'
        '<w:lvl w:ilvl="44"/></w:lvlOverride>'
        '<w:lvlOverride w:ilvl="x"><w:startOverride w:val="9"/></w:lvlOverride></w:num>'
        '<w:num w:numId="none"/><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="44"/></w:abstractNum>'
    )
    assert markers(listed("甲", identity=2), numbering) == ["A)"]


def test_a_list_style_leads_to_its_definition() -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:styleLink w:val="L"/><w:lvl w:ilvl="0">'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1)"/></w:lvl></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    )
    assert markers(listed("甲"), numbering) == ["1)"]


def test_a_paragraph_style_brings_its_list_and_level() -> None:
    numbering = levels(("decimal", "%1、"), ("decimal", "（%2）")).replace(
        '<w:lvlText w:val="（%2）"/>', '<w:pStyle w:val="T"/><w:lvlText w:val="（%2）"/>'
    )
    styles = (
        '<w:style w:type="paragraph" w:styleId="T"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="U"><w:basedOn w:val="T"/></w:style>'
    )
    body = paragraph("甲", '<w:pStyle w:val="T"/>') + paragraph("乙", '<w:pStyle w:val="U"/>')
    assert markers(body, numbering, styles) == ["（1）", "（2）"]


def test_a_style_without_a_list_in_its_chain_is_in_no_list() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="T"><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
    assert markers(paragraph("甲", '<w:pStyle w:val="T"/>'), levels(("decimal", "%1.")), styles) == [None]


def test_list_zero_takes_a_paragraph_out_of_its_list() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="T"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = paragraph("甲", '<w:pStyle w:val="T"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    assert markers(body, levels(("decimal", "%1.")), styles) == [None]


@pytest.mark.parametrize(("level", "identity"), [(12, 1), (-1, 1), (0, 77), ("x", 1)])
def test_lists_that_do_not_exist_draw_nothing(level: int | str, identity: int) -> None:
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>'
    expected = ["1."] if level == "x" else [None]
    assert markers(paragraph("甲", properties), levels(("decimal", "%1."))) == expected


def test_a_format_hidden_in_an_alternative_is_found() -> None:
    numbering = levels(("decimal", "%1.")).replace(
        '<w:numFmt w:val="decimal"/>',
        '<mc:AlternateContent><mc:Choice><w:numFmt w:val="upperRoman"/></mc:Choice></mc:AlternateContent>',
    )
    assert markers(listed("甲"), numbering) == ["I."]
