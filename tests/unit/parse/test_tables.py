"""Tables inside articles stay text: no row of them is a heading, no figure of them a page number."""

import pytest

from distributor.model.lines import Form, Line, Source
from distributor.parse import parse
from distributor.parse.accounting import unaccounted
from tests.support.lines import MORE, NEWS, bulletin_text, source_of

HEAD = f"联盟动态\n木竹联盟公布抽查结果\n{NEWS}\n"
FOOT = f"光伏联盟举办产业发展论坛\n{MORE}\n"


def _paragraphs(source: Source) -> tuple[str, ...]:
    parsed = parse(source)
    assert unaccounted(source, parsed) == {}
    assert [item.title for item in parsed.bulletin.items] == ["木竹联盟公布抽查结果", "光伏联盟举办产业发展论坛"]
    return parsed.bulletin.items[0].paragraphs[1:]


@pytest.mark.parametrize("gap", ["\t", "      ", " "])
def test_rows_of_columns_are_paragraphs(gap: str) -> None:
    rows = [
        gap.join(cells) for cells in (("批次", "合格数", "同比"), ("上半年", "12", "上升"), ("下半年", "9", "下降"))
    ]
    text = bulletin_text(body=HEAD + "\n".join(rows) + "\n" + FOOT)
    assert _paragraphs(source_of(text)) == tuple(rows)


def _document(*rows: tuple[str, ...], lines: int = 1) -> Source:
    """A document with a table between two items; each cell has so many lines."""
    source: list[Line] = []

    def add(text: str, cell: tuple[int, int, int] | None = None) -> None:
        source.append(Line(len(source) + 1, text, paragraph=len(source), cell=cell))

    for text in HEAD.splitlines():
        add(text)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            for _ in range(lines):
                add(cell, (0, down, across))
    for text in (FOOT + "报：科技部\n").splitlines():
        add(text)
    return Source(Form.DOCX, tuple(source))


def test_the_cells_of_a_row_are_one_paragraph() -> None:
    source = _document(("批次", "合格数"), ("上半年", "12"), ("下半年", "9"))
    assert _paragraphs(source) == ("批次\t合格数", "上半年\t12", "下半年\t9")


def test_cells_of_two_lines_are_joined_within() -> None:
    assert _paragraphs(_document(("批次", "合格数"), lines=2)) == ("批次批次\t合格数合格数",)


def test_columns_of_text_are_not_mixed() -> None:
    rows = ("第一栏的文字。", "第二栏的文字。")
    assert _paragraphs(_document(rows, lines=5)) == ("第一栏的文字。",) * 5 + ("第二栏的文字。",) * 5
