"""Damaged files are read or refused; no reader hangs, crashes this process, or lets through what it must remove."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given

from distributor.errors import FileRefused
from distributor.ingest import read
from distributor.ingest.detect import Kind
from distributor.ingest.formats import read_kind
from distributor.ingest.sandbox import Limits, read_in_child
from distributor.model.lines import Source
from distributor.text import fold_radicals, unseen_in
from tests.support.damaged import Wound, damage, examples, wounds
from tests.support.pdf_files import Rule, Words, column, pdf
from tests.support.word_files import archive, docx, levels, listed, paragraph, part, run, table

TEXT = "联盟动态\r\n第1期\r\n\r\n一、政策⻓江\x0b法规\f近日，\u200bOpen Source 召开会议。\r\n报：科技部、财政部\r\n"
DOCX = docx(
    paragraph(run("联盟动态", '<w:b/><w:sz w:val="44"/>'))
    + listed("政策", 0)
    + listed("法规", 1)
    + paragraph('<w:del w:id="1"><w:r><w:delText>旧</w:delText></w:r></w:del>' + run("藏", "<w:vanish/>"))
    + table(("报：", "科技部"), ("送：", "各单位"))
    + '<w:sectPr><w:footerReference w:type="default" r:id="f"/></w:sectPr>',
    numbering=levels(("chineseCounting", "%1、"), ("decimal", "（%2）")),
    styles='<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>',
    parts={"word/footer1.xml": part("ftr", paragraph("- 1 -"))},
    relations={"f": ("footer", "footer1.xml")},
)
PDF = pdf(
    [
        Words(200, 60, "联盟动态", 20, bold=True),
        *column(80, 100, ["左栏第一行文字", "左栏第二行文字", "左栏第三行文字", "末行"]),
        *column(160, 100, ["右栏第一行文字", "右栏第二行文字", "右栏第三行文字", "末行"]),
        *(Rule(80, y, 400, y) for y in (300, 320, 340)),
        *(Rule(x, 300, x, 340) for x in (80, 150, 400)),
        Words(90, 315, "报："),
        Words(160, 315, "科技部"),
    ],
    catalog="/OpenAction << /S /JavaScript /JS (x) >>",
)
LIMITS = Limits(seconds=10)


def check(source: Source) -> None:
    """What every source keeps to, whatever it was read from."""
    assert [line.number for line in source.lines] == list(range(1, len(source.lines) + 1))
    for line in source.lines:
        assert not unseen_in(line.text)
        assert fold_radicals(line.text) == line.text
        assert not set(line.text) & set("\r\n\f")


def read_or_refuse(data: bytes, kind: Kind) -> None:
    try:
        check(read_kind(data, kind))
    except FileRefused:
        return


@examples(150, 5000)
@given(wounds)
def test_damaged_text(hurt: list[Wound]) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        read_or_refuse(damage(TEXT.encode(encoding), hurt), Kind.TEXT)


@examples(150, 5000)
@given(wounds)
def test_damaged_packages(hurt: list[Wound]) -> None:
    read_or_refuse(damage(DOCX, hurt), Kind.DOCX)


@pytest.mark.parametrize("name", ["word/document.xml", "word/numbering.xml", "word/styles.xml", "word/footer1.xml"])
@examples(60, 2000)
@given(hurt=wounds)
def test_damaged_parts_of_a_document(name: str, hurt: list[Wound]) -> None:
    with zipfile.ZipFile(BytesIO(DOCX)) as package:
        files = {entry: package.read(entry) for entry in package.namelist()}
    read_or_refuse(archive({**files, name: damage(files[name], hurt)}), Kind.DOCX)


@pytest.mark.slow
@examples(25, 800)
@given(wounds)
def test_damaged_pdf_files(hurt: list[Wound]) -> None:
    refused = None
    try:
        check(read_in_child(damage(PDF, hurt), Kind.PDF, LIMITS))
    except FileRefused as error:
        refused = error
    # a reason means that our own code broke on the file
    assert refused is None or "reason" not in refused.parameters


@examples(150, 3000)
@given(wounds)
def test_damaged_files_under_any_name(hurt: list[Wound]) -> None:
    data = damage(TEXT.encode(), hurt)
    try:
        check(read(data, "简报.txt", LIMITS))
    except FileRefused as refused:
        code, named = refused.code, refused.parameters["file"]
    else:
        code, named = "", "简报.txt"
    assert named == "简报.txt"
    assert code != "damaged-file"
