import pytest

from distributor.errors import FileRefused
from distributor.ingest import Limits, read
from distributor.model.lines import Form
from tests.support.pdf_files import Picture, Words, pdf
from tests.support.word_files import docx, paragraph


@pytest.mark.parametrize(
    ("data", "name", "form"),
    [
        ("近日\n".encode("gb18030"), "简报.txt", Form.TEXT),
        (pdf([Words(100, 100, "近日")]), "简报.pdf", Form.PDF),
        (docx(paragraph("近日")), "简报.docx", Form.DOCX),
    ],
)
def test_every_form_becomes_lines(data: bytes, name: str, form: Form) -> None:
    source = read(data, name)
    assert source.form is form
    assert [(line.number, line.text) for line in source.lines] == [(1, "近日")]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty-file"),
        (b" \n", "a.txt", "no-text"),
        (pdf([Picture()]), "a.pdf", "image-only-pdf"),
        (docx(paragraph("")), "a.docx", "no-text"),
        (docx(paragraph("近日")), "a.pdf", "file-contradicts-name"),
    ],
)
def test_every_refusal_names_the_file(data: bytes, name: str, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(data, name)
    assert (refused.value.code, refused.value.parameters["file"]) == (code, name)


def test_plain_text_needs_no_child_and_no_time() -> None:
    assert read("近日".encode(), "a.txt", Limits(seconds=0.0)).lines[0].text == "近日"


def test_text_longer_than_a_bulletin_is_read_in_a_child() -> None:
    text = ("近" * 40 + "\n").encode() * 9000
    assert len(read(text, "a.txt").lines) == 9000
    with pytest.raises(FileRefused) as refused:
        read(text, "a.txt", Limits(seconds=0.001))
    assert refused.value.code == "file-takes-too-long"
