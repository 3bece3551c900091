"""Table files: every usual form of CSV and XLSX is read, and what is broken or hostile is refused with its place."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import FileRefused
from distributor.ingest.rows import SheetRow, read_rows
from distributor.ingest.rows.limits import MOST_BYTES, MOST_COLUMNS, MOST_ROWS
from tests.support.sentences import is_said
from tests.support.tables import csv_bytes, part_of, with_part, xlsx_bytes

ROWS = [["单位", "邮箱"], ["科学技术部", "bulletin@most.example"], ["财政部", "bulletin@mof.example"]]
SHEET = "xl/worksheets/sheet1.xml"


def cells(data: bytes) -> list[list[str]]:
    return [list(row.cells) for row in read_rows(data, "table")]


def refusal(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        list(read_rows(data, "表.csv"))
    assert refused.value.parameters["file"] == "表.csv"
    assert is_said(refused.value)
    return refused.value


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_is_read_with_any_separator_in_any_encoding(separator: str, encoding: str) -> None:
    assert cells(csv_bytes(ROWS, separator=separator, encoding=encoding)) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_one(end: str) -> None:
    data = end.join(",".join(row) for row in ROWS).encode()
    assert cells(data) == ROWS


def test_a_quoted_cell_may_hold_separators_quotes_and_line_ends() -> None:
    rows = [["单位", "邮箱"], ['甲，"乙",丙', "a@x.example;\nb@x.example"], ["丁", "c"]]
    assert [(row.line, list(row.cells)) for row in read_rows(csv_bytes(rows), "t")] == [
        (1, rows[0]),
        (2, rows[1]),
        (4, rows[2]),
    ]


def test_excel_may_name_the_separator() -> None:
    rows = list(read_rows("sep=;\r\n甲,乙;丙\r\n丁;戊\r\n".encode(), "t"))
    assert rows == [SheetRow(2, ("甲,乙", "丙")), SheetRow(3, ("丁", "戊"))]


def test_a_comma_inside_names_does_not_make_a_column() -> None:
    data = "单位;邮箱\n甲, 乙和丙;a@x.example\n丁, 戊;b@x.example\n".encode()
    assert cells(data)[1] == ["甲, 乙和丙", "a@x.example"]


def test_one_column_is_a_table_too() -> None:
    assert cells("单位\n科学技术部\n财政部\n".encode()) == [["单位"], ["科学技术部"], ["财政部"]]


def test_empty_rows_are_passed_over_and_lines_still_count() -> None:
    rows = list(read_rows("\n单位,邮箱\n,\n  , \n甲,b\n".encode(), "t"))
    assert [(row.line, row.cells) for row in rows] == [(2, ("单位", "邮箱")), (5, ("甲", "b"))]


def test_blanks_around_a_cell_are_no_part_of_it() -> None:
    assert cells("单位 , 邮箱\n 甲　,b\n".encode())[0] == ["单位", "邮箱"]


def test_an_open_quote_is_refused_with_its_line() -> None:
    error = refusal('单位,邮箱\n甲,"b\n丙,d\n'.encode())
    assert (error.code, error.parameters["line"]) == ("table-quote-open", 2)


@pytest.mark.parametrize("size", [40_000, 5_000_000])
def test_a_monstrous_cell_is_refused_with_its_line(size: int) -> None:
    for data in (csv_bytes([*ROWS, ["长" * size, "x"]]), csv_bytes([*ROWS, [f'"{"长" * size}', "x"]])):
        error = refusal(data)
        assert (error.code, error.parameters["line"]) == ("table-cell-too-long", 4)


def test_a_monstrous_cell_of_a_sheet_is_refused_with_its_row() -> None:
    cell = "<row r='7'><c r='B7' t='inlineStr'><is><t>" + "长" * 1_000_000 + "</t></is></c></row></sheetData>"
    made = xlsx_bytes(ROWS)
    sheet = part_of(made, SHEET).replace(b"</sheetData>", cell.encode())
    error = refusal(with_part(made, SHEET, sheet))
    assert (error.code, error.parameters["line"], error.parameters["column"]) == ("table-cell-too-long", 7, 2)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"\x00\x01\x02\x03" * 100, "table-binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "table-old-excel"),
        (b"PK\x03\x04 not a zip", "table-damaged"),
        (b"x" * (MOST_BYTES + 1), "table-too-large"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


@pytest.mark.slow
def test_too_many_rows_are_refused() -> None:
    assert refusal(b"a\n" * (MOST_ROWS + 1)).code == "table-too-many-rows"


def test_a_workbook_is_read_as_text() -> None:
    rows = [
        ["单位", "邮箱", "电话", "日期", "比例", "真", "时"],
        ["甲", None, 13800138000, dt.date(2026, 1, 31), 0.5, True, dt.datetime(2026, 1, 31, 8, 30)],  # noqa: DTZ001  sheets know no zone
        ["乙", " b ", 7.0, dt.datetime(2026, 1, 31), "", False, None],  # noqa: DTZ001  as above
    ]
    assert cells(xlsx_bytes(rows)) == [
        rows[0],
        ["甲", "", "13800138000", "2026-01-31", "0.5", "True", "2026-01-31 08:30:00"],
        ["乙", "b", "7", "2026-01-31", "", "False"],
    ]


def test_the_first_sheet_that_holds_anything_is_read() -> None:
    assert cells(xlsx_bytes([], [[None], []], ROWS, [["other"]])) == ROWS


def test_a_workbook_of_empty_sheets_has_no_rows() -> None:
    assert cells(xlsx_bytes([])) == []


def test_rows_of_a_sheet_keep_their_numbers() -> None:
    rows = list(read_rows(xlsx_bytes([["单位"], [None], ["甲"]]), "t"))
    assert [row.line for row in rows] == [1, 3]


def test_a_sheet_that_lies_about_its_size_is_read() -> None:
    made = xlsx_bytes(ROWS)
    sheet = part_of(made, SHEET).replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    assert cells(with_part(made, SHEET, sheet)) == ROWS


def test_a_row_far_below_is_too_many_rows_or_none_and_takes_no_time() -> None:
    made = xlsx_bytes(ROWS)
    far = b"<row r='4000000000'><c r='A4000000000' t='inlineStr'><is><t>x</t></is></c></row></sheetData>"
    sheet = part_of(made, SHEET).replace(b"</sheetData>", far)
    assert cells(with_part(made, SHEET, sheet)) == ROWS


def test_columns_beyond_the_hundredth_are_left_out() -> None:
    wide = [[str(number) for number in range(MOST_COLUMNS + 20)]]
    assert len(cells(xlsx_bytes(wide))[0]) == MOST_COLUMNS
    assert len(cells(csv_bytes(wide))[0]) == MOST_COLUMNS


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, b"<a>" + b" " * 20_000_000)
    return made.getvalue()


def _many_parts() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(5_000):
            archive.writestr(f"xl/{number}.bin", b"")
    return made.getvalue()


def _with_sheet(start: bytes) -> bytes:
    made = xlsx_bytes(ROWS)
    return with_part(made, SHEET, start + part_of(made, SHEET))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_bomb(), "table-bomb"),
        (_many_parts(), "table-bomb"),
        (_with_sheet(b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'), "table-damaged"),
        (_with_sheet(b"<!--" + b"x" * 70_000 + b"-->"), "table-damaged"),
        (with_part(xlsx_bytes(ROWS), SHEET, b"<broken"), "table-damaged"),
        (with_part(xlsx_bytes(ROWS), "xl/workbook.xml", b"<x/>"), "table-damaged"),
        (xlsx_bytes(ROWS)[:-200], "table-damaged"),
    ],
    ids=["bomb", "parts", "entities", "long prolog", "broken sheet", "no workbook", "cut off"],
)
def test_a_hostile_or_broken_workbook_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_a_word_document_is_no_table() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", b"<a/>")
    assert refusal(made.getvalue()).code == "table-damaged"


def test_a_workbook_with_a_password_is_refused() -> None:
    data = bytearray(xlsx_bytes(ROWS))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(signature, start + 4)
    assert refusal(bytes(data)).code == "table-encrypted"


@given(
    st.lists(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=2, max_size=4), min_size=1)
)
def test_whatever_csv_writes_is_read_again(rows: list[list[str]]) -> None:
    width = min(map(len, rows))
    table = [row[:width] for row in rows]
    heading = [["单位", "邮箱", "姓名", "角色"][:width]]
    assert cells(csv_bytes([*heading, *table])) == [*heading, *table]


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    try:
        assert all(row.cells for row in read_rows(data, "t"))
    except FileRefused as refused:
        assert refused.code.startswith(("table-", "empty-file", "unknown-encoding"))  # noqa: PT017  either is right
