"""Ruled lines of a PDF page, horizontal and vertical, as they are drawn: strokes, thin bars, frames."""

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import pypdfium2.raw as pdfium

from distributor.ingest.pdf.glyphs import Stroke
from distributor.ingest.pdf.place import Placer, turn

_STRAIGHT: Final = 1.0
_SHORTEST: Final = 8.0
# drawings and charts are made of thousands of strokes, tables of some dozens
_MOST_OBJECTS: Final = 3000
_MOST_RULES: Final = 1200


def strokes_of(page: pdfium.FPDF_PAGE, placer: Placer, turned: int) -> list[Stroke]:
    """The horizontal and vertical lines of a page; none where it is a drawing rather than ruled text.

    Args:
        page: raw handle.
        placer: of the page.
        turned: quarter turns of its text.
    """
    found: list[Stroke] = []
    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MOST_OBJECTS:
        return []
    for index in range(max(count, 0)):
        owner = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(owner) == pdfium.FPDF_PAGEOBJ_PATH:
            found += _strokes(owner, placer, turned)
        if len(found) > _MOST_RULES:
            return []
    return found


def _strokes(path: pdfium.FPDF_PAGEOBJECT, placer: Placer, turned: int) -> Iterator[Stroke]:
    for outline in _outlines(path):
        placed = [turn(placer.point(*point), turned, placer.width, placer.height) for point in outline]
        for (x0, y0), (x1, y1) in pairwise(placed):
            across, down = abs(x1 - x0), abs(y1 - y0)
            if min(across, down) <= _STRAIGHT and max(across, down) >= _SHORTEST:
                yield Stroke(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _outlines(path: pdfium.FPDF_PAGEOBJECT) -> Iterator[list[tuple[float, float]]]:
    matrix, x, y = pdfium.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPageObj_GetMatrix(path, matrix)
    outline: list[tuple[float, float]] = []
    for index in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            yield outline
            outline = []
        outline.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            outline.append(outline[0])
    yield outline
