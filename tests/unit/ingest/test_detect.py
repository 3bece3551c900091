import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import FileRefused
from distributor.ingest.detect import Kind, detect
from tests.support.pdf_files import Words, pdf
from tests.support.word_files import archive, docx, paragraph

TEXT = "近日，联盟召开会议。\n".encode()
PDF = pdf([Words(100, 100, "近日")])
DOCX = docx(paragraph("近日"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def word_text(flags: int) -> bytes:
    """The start of a Word 97 text stream at the beginning of a sector, after the same mark elsewhere."""
    return b"\0\xec\xa5" + bytes(509) + b"\xec\xa5" + bytes(8) + flags.to_bytes(2, "little") + bytes(500)


DOC = OLE + word_text(0) + "WordDocument".encode("utf-16-le")
RTF = b"{\\rtf1\\ansi Bulletin}"


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(FileRefused) as refused:
        detect(data, name)
    assert refused.value.parameters["file"] == name
    return refused.value.code


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (TEXT, "简报.txt", Kind.TEXT),
        (TEXT, "简报.TXT", Kind.TEXT),
        (TEXT, "简报", Kind.TEXT),
        ("近日\r\n".encode("utf-16"), "a.txt", Kind.TEXT),
        (("近日，联盟召开会议。\r\n" * 3).encode("utf-16-le"), "a.txt", Kind.TEXT),
        (b"Bulletin in western letters\n" * 9, "a.txt", Kind.TEXT),
        (b"BM is how this bulletin begins", "a.txt", Kind.TEXT),
        (PDF, "a.pdf", Kind.PDF),
        (b"junk of a mail gateway\r\n" + PDF, "a.pdf", Kind.PDF),
        (PDF, "a", Kind.PDF),
        (DOCX, "a.docx", Kind.DOCX),
        (DOCX, "a.docm", Kind.DOCX),
        (DOCX[:-30], "cut-off.docx", Kind.DOCX),
        (DOC, "a.doc", Kind.DOC),
        (DOC, "a.wps", Kind.DOC),
        (RTF, "a.rtf", Kind.RTF),
        (RTF, "named as word.doc", Kind.RTF),
    ],
)
def test_kinds_are_told_by_their_bytes(data: bytes, name: str, kind: Kind) -> None:
    assert detect(data, name) is kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PDF, "a.docx"),
        (PDF, "a.txt"),
        (DOCX, "a.pdf"),
        (DOCX, "a.doc"),
        (TEXT, "a.pdf"),
        (TEXT, "a.docx"),
        (DOC, "a.docx"),
        (RTF, "a.docx"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "a.pdf"),
        (archive({"xl/workbook.xml": "<x/>"}), "a.docx"),
    ],
)
def test_bytes_that_contradict_the_name_are_refused(data: bytes, name: str) -> None:
    assert refusal(data, name) == "file-contradicts-name"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty-file"),
        (b"x" * (50 * 1024 * 1024 + 1), "a.txt", "file-too-large"),
        (bytes(range(32)) * 20, "a.txt", "binary-file"),
        (bytes(range(32)) * 20, "a", "binary-file"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted-document"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a", "encrypted-document"),
        (OLE + word_text(0x0100), "a.doc", "encrypted-document"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "a.html", "unsupported-file"),
        (b"\xef\xbb\xbf\n<html>", "a.htm", "unsupported-file"),
        (b"<?xml version='1.0'?><w:wordDocument/>", "a.xml", "unsupported-file"),
        (b"<html><body>saved as a web page</body></html>", "a.doc", "file-contradicts-name"),
        (OLE + "Workbook".encode("utf-16-le"), "a.xls", "unsupported-file"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "a.ppt", "unsupported-file"),
        (archive({"xl/workbook.xml": "<x/>"}), "a.xlsx", "unsupported-file"),
        (archive({"ppt/presentation.xml": "<x/>"}), "a.pptx", "unsupported-file"),
        (archive({"OFD.xml": "<x/>"}), "a.ofd", "unsupported-file"),
        (archive({"content.xml": "<x/>"}), "a.odt", "unsupported-file"),
        (archive({"photo.jpg": "x"}), "a.zip", "unsupported-file"),
        (archive({"photo.jpg": "x"})[:-20], "a.zip", "unsupported-file"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "a.jpg", "unsupported-file"),
        (b"MZ" + bytes(range(32)) * 20, "a.exe", "unsupported-file"),
        (b"Rar!\x1a\x07\0", "a.rar", "unsupported-file"),
    ],
)
def test_what_cannot_be_read_is_refused_by_what_it_is(data: bytes, name: str, code: str) -> None:
    assert refusal(data, name) == code


def test_a_contradiction_says_what_was_expected_and_found() -> None:
    with pytest.raises(FileRefused) as refused:
        detect(PDF, "简报.docx")
    assert refused.value.parameters == {"file": "简报.docx", "suffix": ".docx", "found": "pdf"}


def test_a_package_without_word_folder_may_still_be_a_document() -> None:
    assert detect(archive({"[Content_Types].xml": "<x/>", "doc/main.xml": "<x/>"}), "a.docx") is Kind.DOCX


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.pdf", "a.docx", "a.doc", "a", "a.xyz"]))
def test_any_bytes_have_a_kind_or_are_refused(data: bytes, name: str) -> None:
    named = name
    try:
        assert detect(data, name) in Kind
    except FileRefused as refused:
        named = str(refused.parameters["file"])
    assert named == name
