"""Printed issues, as whoever opens the PDF reads them."""

from functools import cache

import pypdfium2
import pytest

from distributor.publish.typesetter import Typesetter


@cache
def typesetter() -> Typesetter:
    """The typesetter of this machine; a test is skipped by name where there is no Chinese font."""
    found = Typesetter()
    if not found.fonts:
        pytest.skip("no Chinese font on this machine")
    return found


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without any blank: where lines break is no matter of words."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return ["".join(document[at].get_textpage().get_text_bounded().split()) for at in range(len(document))]
    finally:
        document.close()


def size_of(pdf: bytes) -> tuple[int, int]:
    """Width and height of the first page in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        width, height = document[0].get_size()
    finally:
        document.close()
    return round(width), round(height)


def tight(text: str) -> str:
    """A text as `pages_of` gives it."""
    return "".join(text.split())
