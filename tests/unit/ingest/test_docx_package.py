import struct
import zipfile
from io import BytesIO

import pytest

from distributor.errors import FileRefused
from distributor.ingest.docx import read_docx
from distributor.ingest.docx.package import check_directory, open_package, parse_xml
from tests.support.word_files import archive, docx, paragraph, run

GOOD = docx(paragraph("近日"))


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_docx(data)
    return refused.value.code


def declared(size: int, packed: int, *, flags: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("word/document.xml")
    entry.file_size, entry.compress_size, entry.flag_bits = size, packed, flags
    return entry


def refused_directory(*entries: zipfile.ZipInfo) -> str:
    with pytest.raises(FileRefused) as refused:
        check_directory(list(entries))
    return refused.value.code


@pytest.mark.parametrize(
    "entries",
    [
        [declared(300 * 1024 * 1024, 300 * 1024 * 1024)],
        [declared(50 * 1024 * 1024, 1)] * 5,
        [declared(20 * 1024 * 1024, 20 * 1024)],
        [declared(20 * 1024 * 1024, 0)],
        [declared(1, 1)] * 5000,
    ],
)
def test_a_bomb_is_told_by_what_its_directory_declares(entries: list[zipfile.ZipInfo]) -> None:
    assert refused_directory(*entries) == "document-bomb"


def test_an_encrypted_part_is_refused() -> None:
    assert refused_directory(declared(10, 10, flags=1)) == "encrypted-document"


def test_an_ordinary_directory_passes() -> None:
    check_directory([declared(5 * 1024 * 1024, 4096), declared(30 * 1024 * 1024, 20 * 1024 * 1024)])


def test_a_real_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refusal(docx(paragraph("近日"), parts={"word/document.xml": b" " * (61 * 1024 * 1024)})) == "document-bomb"


def test_a_part_larger_than_declared_is_damaged() -> None:
    data = bytearray(docx(paragraph("近日" * 5000)))
    name = b"word/document.xml"
    entry = data.rindex(name) - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 24 : entry + 28] = struct.pack("<I", 100)
    assert refusal(bytes(data)) == "damaged-document"


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE w:document>",
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        "<!doctype x>",
    ],
)
def test_declarations_are_refused(prolog: str) -> None:
    assert refusal(docx(paragraph("近日"), prolog=prolog)) == "document-declares-entities"


def test_a_declaration_in_utf16_is_refused_too() -> None:
    with pytest.raises(FileRefused) as refused:
        parse_xml('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"))
    assert refused.value.code == "document-declares-entities"


@pytest.mark.parametrize(
    "data",
    [
        GOOD[:-30],
        GOOD[: len(GOOD) // 2],
        b"PK\x03\x04",
        archive({"word/document.xml": "no markup"}),
        archive({"word/document.xml": "<x/>"}),
        archive({"[Content_Types].xml": "<x/>"}),
        docx(paragraph("近日") + "<w:p>"),
        docx(paragraph("近日"), parts={"word/styles.xml": "<w:styles>"}),
        docx("<w:p>" * 400 + "</w:p>" * 400),
    ],
)
def test_damaged_documents_are_refused(data: bytes) -> None:
    assert refusal(data) == "damaged-document"


def test_a_damaged_stream_is_refused() -> None:
    data = bytearray(GOOD)
    at = data.index(b"word/document.xml") + len(b"word/document.xml")
    data[at + 2 : at + 40] = bytes(38)
    assert refusal(bytes(data)) == "damaged-document"


def test_an_unknown_compression_is_refused() -> None:
    data = bytearray(GOOD)
    for signature, offset in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        start = 0
        while (start := data.find(signature, start)) >= 0:
            data[start + offset] = 77
            start += 4
    assert refusal(bytes(data)) == "damaged-document"


def test_a_package_without_relations_has_its_text_at_the_usual_place() -> None:
    with zipfile.ZipFile(BytesIO(GOOD)) as package:
        text = package.read("word/document.xml")
    assert read_docx(archive({"word/document.xml": text})).lines[0].text == "近日"


def test_relations_that_lead_nowhere_or_outside_are_ignored() -> None:
    relations = {"pic": ("image", "NULL"), "h": ("header", "nowhere.xml")}
    body = paragraph("近日") + '<w:sectPr><w:headerReference r:id="h"/></w:sectPr>'
    assert [line.text for line in read_docx(docx(body, relations=relations)).lines] == ["近日"]
    package = open_package(GOOD)
    assert package.document == "word/document.xml"
    assert package.related(package.document, "footnotes") is None
    assert package.part("word/absent.xml") is None


def test_external_targets_are_no_parts() -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="a" Type="x/hyperlink" Target="https://kjt-gd.example" TargetMode="External"/>'
        "</Relationships>"
    )
    package = open_package(docx(paragraph(run("近日")), parts={"word/_rels/document.xml.rels": rels}))
    assert package.relations("word/document.xml") == {}
