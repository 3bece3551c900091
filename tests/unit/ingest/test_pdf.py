import re
import zlib

import pytest

from distributor.errors import FileRefused
from distributor.ingest.pdf import read_pdf
from distributor.model.finding import Finding
from distributor.model.lines import Form, Line, PageSize
from tests.support.pdf_files import Frame, Mark, Picture, Rule, Words, column, pdf

LEFT = ["左栏第一行文字排满全栏宽度", "左栏第二行文字排满全栏宽度", "左栏第三行文字排满全栏宽度", "左栏末行"]
RIGHT = ["右栏第一行文字排满全栏宽度", "右栏第二行文字排满全栏宽度", "右栏第三行文字排满全栏宽度", "右栏末行"]


def lines(*page: Mark, rotate: int = 0) -> list[Line]:
    return list(read_pdf(pdf(page, rotate=rotate)).lines)


def texts(*page: Mark) -> list[str]:
    return [line.text for line in lines(*page)]


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_pdf(data)
    return refused.value.code


def findings(data: bytes) -> list[Finding]:
    return list(read_pdf(data).findings)


def test_a_line_knows_its_page_place_and_look() -> None:
    source = read_pdf(pdf([Words(100, 120, "联盟动态", 20, bold=True)], [Words(50, 60, "近日，")]))
    assert (source.form, source.pages) == (Form.PDF, (PageSize(595, 842),) * 2)
    first, second = source.lines
    assert first.box is not None
    assert first.style is not None
    assert (first.number, first.text, first.page) == (1, "联盟动态", 1)
    assert (first.box.left, first.box.right) == (100, 180)
    assert first.box.top < 105
    assert 120 < first.box.bottom < 125
    assert (first.style.size, first.style.bold, first.style.font) == (20, True, "SimHei,Bold")
    assert (second.number, second.page) == (2, 2)


def test_characters_are_regrouped_by_baseline_whatever_their_order_in_the_file() -> None:
    assert texts(Words(110, 100, "日"), Words(100, 118, "第二行"), Words(100, 100, "近")) == ["近日", "第二行"]


def test_no_blank_is_put_between_chinese_characters() -> None:
    assert texts(Words(100, 100, "近"), Words(113, 100, "日"), Words(125, 100, "2023"), Words(149, 100, "年")) == [
        "近日2023年"
    ]


def test_western_words_are_parted_by_their_gap_or_their_own_blank() -> None:
    assert texts(Words(100, 100, "Open"), Words(123, 100, "Source Code")) == ["Open Source Code"]
    assert texts(Words(100, 100, "Open"), Words(121, 100, "Source")) == ["OpenSource"]


def test_blanks_of_the_file_at_the_end_and_between_stay() -> None:
    assert texts(Words(100, 100, "近日 联盟 ")) == ["近日 联盟 "]


def test_a_gap_between_publisher_and_date_becomes_several_blanks() -> None:
    [text] = texts(Words(100, 100, "联盟秘书处"), Words(400, 100, "2023年1月"))
    assert text.split() == ["联盟秘书处", "2023年1月"]
    assert len(text) > 30


def test_a_letter_spaced_line_keeps_one_blank_for_each_gap() -> None:
    assert texts(Words(100, 100, "政策动态", spacing=12)) == ["政 策 动 态"]
    assert texts(Words(100, 100, "政策动态", spacing=3)) == ["政策动态"]


def test_two_characters_far_apart_are_no_letter_spaced_line() -> None:
    [text] = texts(Words(100, 100, "简", 20), Words(160, 100, "报", 20))
    assert text.split() == ["简", "报"]


def test_superscripts_and_subscripts_stay_in_their_line() -> None:
    assert texts(Words(100, 100, "近日"), Words(120, 96, "[1]", 6), Words(130, 100, "CO"), Words(140, 102, "2", 6)) == [
        "近日[1]CO2"
    ]


def test_a_small_line_between_two_lines_stays_a_line() -> None:
    assert texts(Words(100, 100, "近日", 20), Words(300, 112, "注", 6), Words(100, 140, "召开", 20)) == [
        "近日",
        "注",
        "召开",
    ]


def test_text_drawn_twice_to_look_bold_is_read_once() -> None:
    assert texts(Words(100, 100, "政策动态"), Words(100.3, 100, "政策动态")) == ["政策动态"]
    once = [Words(100 + 10 * index, 100, letter) for index, letter in enumerate("政策动态政策法规")]
    again = [Words(word.x + 0.5, word.y, word.text) for word in once]
    assert texts(*once, *again) == ["政策动态政策法规"]
    assert texts(Words(100, 100, "人人参与")) == ["人人参与"]


def test_outlined_text_is_bold() -> None:
    [line] = lines(Words(100, 100, "政策动态", mode=2))
    assert line.style is not None
    assert line.style.bold


def test_a_font_drawn_by_the_file_says_nothing_of_its_weight() -> None:
    [line] = lines(Words(100, 100, "AAA", drawn=True))
    assert line.style is not None
    assert (line.text, line.style.bold, line.style.font) == ("AAA", None, None)
    [mixed] = lines(Words(100, 100, "AAA", drawn=True), Words(115, 100, "BB", bold=True))
    assert mixed.style is not None
    assert mixed.style.bold


def test_font_names_in_gbk_are_read() -> None:
    data = pdf([Words(100, 100, "近日")]).replace(b"/ABCDEF+SimSun", b"/#CB#CE#CC#E5A")
    [line] = read_pdf(data).lines
    assert line.style is not None
    assert line.style.font == "宋体A"


def test_a_character_without_meaning_is_shown_as_unreadable_and_reported() -> None:
    data = pdf([Words(100, 100, "近日联盟召开会议\ufffd")])
    assert [line.text for line in read_pdf(data).lines] == ["近日联盟召开会议\ufffd"]
    assert [(f.code, f.line) for f in findings(data)] == [("damaged-text", 1)]


def test_radicals_and_ligatures_are_folded() -> None:
    assert texts(Words(100, 100, "⻓江⼤学"), Words(100, 120, "o\ufb03ce")) == ["长江大学", "office"]


def test_bullets_of_symbol_fonts_become_plain_bullets() -> None:
    assert texts(Words(100, 100, "\uf06c近日")) == ["●近日"]


def test_characters_beyond_the_first_plane_are_whole() -> None:
    assert texts(Words(100, 100, "𠮷林近日")) == ["𠮷林近日"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_rotated_page_is_read_in_the_direction_of_its_text(rotate: int) -> None:
    source = read_pdf(pdf([Words(100, 100, "第一行"), Words(100, 120, "第二行")], rotate=rotate))
    assert [line.text for line in source.lines] == ["第一行", "第二行"]
    assert source.pages == (PageSize(595, 842),)


@pytest.mark.parametrize("matrix", [(0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)])
def test_text_turned_by_quarters_is_turned_back(matrix: tuple[float, float, float, float]) -> None:
    # the second line stands below the first as the text is read
    x, y = 300 - 30 * matrix[2], 300 + 30 * matrix[3]
    page = [Words(300, 300, "first", matrix=matrix), Words(x, y, "second", matrix=matrix)]
    assert texts(*page) == ["first", "second"]


def test_a_slanted_watermark_stands_at_the_end_of_its_page() -> None:
    mark = Words(200, 500, "DRAFT", 60, matrix=(0.7, 0.7, -0.7, 0.7))
    read = lines(mark, Words(100, 100, "近日"))
    assert [(line.text, line.boxed) for line in read] == [("近日", False), ("DRAFT", True)]


def test_scaled_text_has_its_real_size() -> None:
    [line] = lines(Words(100, 100, "近日", 1, matrix=(16, 0, 0, 16)))
    assert line.style is not None
    assert line.style.size == 16


def test_two_columns_are_read_one_after_the_other() -> None:
    page = [Words(180, 60, "联盟动态", 20), *column(80, 100, LEFT), *column(230, 100, RIGHT), Words(210, 800, "- 1 -")]
    assert texts(*page) == ["联盟动态", *LEFT, *RIGHT, "- 1 -"]


def test_columns_with_baselines_of_their_own_are_columns() -> None:
    assert texts(*column(80, 100, LEFT), *column(230, 107, RIGHT)) == LEFT + RIGHT


def test_a_line_across_both_columns_parts_them_into_bands() -> None:
    wide = "这是横跨两栏的标题一行文字需要足够的长度才能越过中缝"
    page = [
        *column(80, 100, LEFT),
        *column(230, 100, RIGHT),
        Words(80, 180, wide),
        *column(80, 200, LEFT),
        *column(230, 200, RIGHT),
    ]
    assert texts(*page) == [*LEFT, *RIGHT, wide, *LEFT, *RIGHT]


def test_short_lines_below_columns_are_no_columns() -> None:
    wide = "这是横跨两栏的标题一行文字需要足够的长度才能越过中缝"
    short = ["报：科技部", "送：各单位", "发：各单位"]
    page = [*column(80, 100, LEFT), *column(230, 100, RIGHT), Words(80, 180, wide), *column(80, 200, short)]
    assert texts(*page) == [*LEFT, *RIGHT, wide, *short]


def test_lines_on_the_left_above_lines_on_the_right_are_no_columns() -> None:
    assert texts(*column(80, 100, LEFT), *column(230, 300, RIGHT)) == LEFT + RIGHT
    assert texts(*column(230, 100, RIGHT), *column(80, 300, LEFT)) == RIGHT + LEFT


def test_more_rows_than_fit_on_a_page_are_read_as_they_stand() -> None:
    rows = [str(number) for number in range(410)]
    assert texts(*column(80, 10, rows, step=2, size=1)) == rows


def test_three_columns_are_read_one_after_the_other() -> None:
    text = [f"{letter}栏第{row}行文字排满全栏" for letter in "甲乙丙" for row in "一二三四五"]
    page = [
        mark for index in range(3) for mark in column(60 + index * 160, 100, text[index * 5 : index * 5 + 5], step=20)
    ]
    assert texts(*page) == text


def test_a_date_line_above_columns_is_read_before_them() -> None:
    head = [Words(80, 80, "联盟秘书处"), Words(315, 80, "2023年1月")]
    read = texts(*head, *column(80, 100, LEFT), *column(230, 100, RIGHT))
    assert read[0].split() == ["联盟秘书处", "2023年1月"]
    assert read[1:] == LEFT + RIGHT


def test_a_footer_written_last_below_columns_is_read_after_them() -> None:
    foot = [Words(80, 200, "报：科技部"), Words(80, 218, "送：各单位")]
    assert texts(*column(80, 100, LEFT), *column(230, 100, RIGHT), *foot) == [*LEFT, *RIGHT, "报：科技部", "送：各单位"]


def test_a_list_with_short_entries_on_both_sides_is_no_pair_of_columns() -> None:
    rows = [("科技部", "财政部"), ("商务部", "教育部"), ("水利部", "文化部"), ("司法部", "民政部")]
    page = [
        word
        for index, (a, b) in enumerate(rows)
        for word in (Words(80, 100 + 18 * index, a), Words(320, 100 + 18 * index, b))
    ]
    assert [text.split() for text in texts(*page)] == [list(row) for row in rows]


def test_cells_written_row_by_row_are_no_columns() -> None:
    page = [w for i in range(4) for w in (Words(80, 100 + 18 * i, LEFT[i]), Words(320, 100 + 18 * i, RIGHT[i]))]
    assert [text.split() for text in texts(*page)] == [[a, b] for a, b in zip(LEFT, RIGHT, strict=True)]


def grid(*, xs: list[float], ys: list[float]) -> list[Mark]:
    level = [Rule(xs[0], y, xs[-1], y) for y in ys]
    return [*level, *(Rule(x, ys[0], x, ys[-1]) for x in xs)]


def test_a_ruled_table_is_read_cell_by_cell() -> None:
    words = [
        Words(100, 50, "联盟动态"),
        Words(90, 130, "报："),
        Words(160, 115, "科技部、财政部、"),
        Words(160, 130, "农业农村部、商务部、"),
        Words(160, 145, "国家能源局"),
        Words(90, 172, "送："),
        Words(160, 172, "各单位"),
        Words(90, 200, "联盟秘书处印发"),
    ]
    read = lines(*words, *grid(xs=[80, 150, 400], ys=[100, 155, 182]))
    assert [(line.text, line.cell) for line in read] == [
        ("联盟动态", None),
        ("报：", (0, 0, 0)),
        ("科技部、财政部、", (0, 0, 1)),
        ("农业农村部、商务部、", (0, 0, 1)),
        ("国家能源局", (0, 0, 1)),
        ("送：", (0, 1, 0)),
        ("各单位", (0, 1, 1)),
        ("联盟秘书处印发", None),
    ]


def test_tables_are_numbered_through_the_document_and_may_end_a_page() -> None:
    page = [Words(90, 90, "头"), Words(90, 120, "甲"), Words(160, 120, "乙"), *grid(xs=[80, 150, 400], ys=[100, 130])]
    assert [line.cell for line in read_pdf(pdf(page, page)).lines] == [
        None,
        (0, 0, 0),
        (0, 0, 1),
        None,
        (1, 0, 0),
        (1, 0, 1),
    ]


def test_frames_side_by_side_are_one_table() -> None:
    page = [Frame(80, 100, 150, 130), Frame(150.4, 100, 400, 130), Words(90, 120, "甲"), Words(160, 120, "乙")]
    assert [line.cell for line in lines(*page)] == [(0, 0, 0), (0, 0, 1)]


def test_two_tables_apart_are_two() -> None:
    upper, lower = grid(xs=[80, 150, 400], ys=[100, 130]), grid(xs=[80, 150, 400], ys=[200, 230])
    words = [Words(90, 120, "甲"), Words(160, 120, "乙"), Words(90, 220, "丙"), Words(160, 220, "丁")]
    assert [line.cell and line.cell[0] for line in lines(*upper, *lower, *words)] == [0, 0, 1, 1]


def test_a_frame_around_text_or_page_is_no_table() -> None:
    assert [line.cell for line in lines(Frame(80, 80, 500, 200), Words(100, 100, "近日"))] == [None]
    page = [Frame(20, 20, 575, 822), Words(100, 100, "近日"), *grid(xs=[80, 150], ys=[400, 420]), Words(90, 415, "甲")]
    assert [line.cell for line in lines(*page)] == [None, None]


def test_rules_without_cells_change_nothing() -> None:
    page = [Rule(80, 90, 500, 90), Rule(80, 110, 500, 110), Words(100, 100, "近日"), Rule(0, 0, 30, 50)]
    assert [line.cell for line in lines(*page)] == [None]


def test_a_drawing_of_very_many_strokes_is_no_table() -> None:
    strokes: list[Mark] = [Rule(80, 100 + i * 0.1, 500, 100 + i * 0.1) for i in range(1300)]
    assert [line.cell for line in lines(*strokes, *grid(xs=[80, 150, 400], ys=[100, 130]), Words(90, 120, "甲"))] == [
        None
    ]
    many: list[Mark] = [Rule(80, 100, 500, 100)] * 3100
    assert [line.cell for line in lines(*many, Words(90, 120, "甲"))] == [None]


def test_more_cells_than_a_bulletin_has_are_read_as_lines() -> None:
    side = [50.0 + 20 * i for i in range(25)]
    words = [Words(x + 4, y + 14, "甲") for x in side[:-1] for y in side[:-1]]
    assert all(line.cell is None for line in lines(*grid(xs=side, ys=side), *words))


def test_invisible_text_stays_out_of_a_page_with_visible_text() -> None:
    data = pdf([Words(100, 100, "近日"), Words(100, 120, "藏藏", mode=3)])
    assert [line.text for line in read_pdf(data).lines] == ["近日"]
    assert [(f.code, f.parameters) for f in findings(data)] == [("hidden-text", {"count": "2"})]


def test_text_beyond_the_edge_of_the_page_stays_out() -> None:
    data = pdf([Words(100, 100, "近日"), Words(900, 100, "藏"), Words(100, -40, "藏"), Words(100, 900, "藏")])
    assert [line.text for line in read_pdf(data).lines] == ["近日"]
    assert [(f.code, f.parameters) for f in findings(data)] == [("hidden-text", {"count": "3"})]


def test_text_recognised_on_a_scan_is_read_and_reported() -> None:
    data = pdf([Picture(), Words(100, 100, "近日，联盟召开会议", mode=3)])
    assert [line.text for line in read_pdf(data).lines] == ["近日，联盟召开会议"]
    assert [(f.code, f.parameters) for f in findings(data)] == [("recognised-text", {"pages": "1"})]


def test_pages_of_pictures_are_refused() -> None:
    assert refusal(pdf([Picture()], [Picture()])) == "image-only-pdf"


def test_blank_pages_are_refused() -> None:
    assert refusal(pdf([])) == "no-text"


def test_fonts_that_do_not_say_what_they_mean_are_refused() -> None:
    assert refusal(pdf([Words(100, 100, "近日")], unicode_map=False)) == "pdf-without-unicode"


def test_a_page_that_cannot_be_loaded_is_reported_and_the_others_are_read() -> None:
    data = pdf([Words(100, 100, "近日")], [Words(100, 100, "失")], [Words(100, 100, "召开")])
    first, second, third = re.findall(rb"/Kids \[(\d+ 0 R) (\d+ 0 R) (\d+ 0 R)\]", data)[0]
    broken = data.replace(b" ".join([first, second, third]), b" ".join([first, b"99 0 R", third]))
    assert [(line.text, line.page) for line in read_pdf(broken).lines] == [("近日", 1), ("召开", 3)]
    assert [(f.code, f.parameters) for f in findings(broken)] == [("unreadable-pages", {"pages": "2"})]


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.4\n%%EOF", pdf([Words(1, 1, "x")])[:200]])
def test_damaged_files_are_refused(data: bytes) -> None:
    assert refusal(data) == "damaged-pdf"


def test_a_pdf_with_a_password_is_refused() -> None:
    encrypt = "/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <{0}> /U <{0}> >> /ID [<00> <00>]"
    data = pdf([Words(100, 100, "近日")]).replace(b"/Root 1 0 R", b"/Root 1 0 R " + encrypt.format("00" * 32).encode())
    assert refusal(data) == "encrypted-pdf"


@pytest.mark.parametrize(
    "catalog",
    [
        "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "/OpenAction << /S /J#61vaScript /J#53 (x) >>",
        "/AA << /WC << /S /Launch /F (a.exe) >> >>",
        "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>",
    ],
)
def test_scripts_are_reported(catalog: str) -> None:
    assert [f.code for f in findings(pdf([Words(100, 100, "近日")], catalog=catalog))] == ["scripts-in-pdf"]


def test_embedded_files_are_reported() -> None:
    stream = "<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream"
    catalog = "/Names << /EmbeddedFiles << /Names [(a.txt) << /Type /Filespec /F (a.txt) /EF << /F {0} >> >>] >> >>"
    data = pdf([Words(100, 100, "近日")], catalog=catalog, objects=[stream])
    assert [(f.code, f.parameters) for f in findings(data)] == [("embedded-files", {"count": "1"})]


def test_scripts_packed_in_object_streams_are_found() -> None:
    packed = zlib.compress(b"9 0 << /S /JavaScript /JS (x) >>").decode("latin-1")
    stream = (
        f"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {len(packed)} >>\nstream\n{packed}\nendstream"
    )
    broken = "<< /Type /ObjStm /Length 3 >>\nstream\nxyz\nendstream"
    assert [f.code for f in findings(pdf([Words(100, 100, "近日")], objects=[stream, broken]))] == ["scripts-in-pdf"]


def test_the_word_javascript_inside_page_text_is_no_script() -> None:
    assert findings(pdf([Words(100, 100, "/JavaScript /JS ")])) == []
