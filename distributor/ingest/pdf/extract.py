"""Characters of a page as PDFium gives them, turned so that the text runs from left to right."""

import ctypes
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

import pypdfium2.raw as pdfium

from distributor.ingest.pdf.faces import FaceReader
from distributor.ingest.pdf.glyphs import Face, Glyph, PageContent
from distributor.ingest.pdf.place import Placer, quarter, turn
from distributor.ingest.pdf.rules import strokes_of
from distributor.model.lines import PageSize

# PDFium writes a hyphen at the end of a line as U+0002
_LINE_END_HYPHEN: Final = 0x02
_NO_MEANING: Final = frozenset({0, 0xFFFD, 0xFFFE, 0xFFFF})
_HIGH: Final = range(0xD800, 0xDC00)
_LOW: Final = range(0xDC00, 0xE000)
_MEASURES: Final = 4
# a character this far beyond the edge of the page, in points, is never seen
_BLEED: Final = 2.0
_RECOGNISED_SHARE: Final = 0.9


class _Raw(NamedTuple):
    code: int
    x: float
    y: float
    corners: tuple[tuple[float, float], tuple[float, float]]
    face: Face
    turned: int | None
    stretch: int
    mapped: bool


def read_page(page: pdfium.FPDF_PAGE, faces: FaceReader) -> PageContent:
    """Read the characters of a loaded page.

    Args:
        page: raw handle of the page.
        faces: reader of fonts, shared by the pages of a document.
    """
    placer = Placer(page)
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        raws = list(_characters(text_page, faces, placer))
    finally:
        pdfium.FPDFText_ClosePage(text_page)
    directions = Counter(raw.turned for raw in raws if raw.turned is not None and chr(raw.code).strip())
    main = directions.most_common(1)[0][0] if directions else 0
    strokes = strokes_of(page, placer, main)
    content = PageContent(placer.turned_size(main), pictures=_shows_pictures(page), strokes=strokes)
    _sort_out(raws, main, placer, content)
    return content


def _sort_out(raws: list[_Raw], main: int, placer: Placer, content: PageContent) -> None:
    stretches: dict[int, str] = {}
    for order, raw in enumerate(raws):
        text = _text(raw)
        if raw.turned != main:
            stretches[raw.stretch] = stretches.get(raw.stretch, "") + text
            continue
        glyph = _glyph(raw, text, main, placer, order)
        if _outside(glyph, content.size):
            content.hidden += bool(text.strip())
            continue
        content.glyphs.append(glyph)
    _hide_invisible(content)
    content.slanted = [text for text in stretches.values() if text.strip()]


def _hide_invisible(content: PageContent) -> None:
    """Take invisible characters out, unless they are what was recognised on a scanned page."""
    invisible = sum(glyph.face.invisible for glyph in content.glyphs)
    if not invisible:
        return
    content.recognised = content.pictures and invisible >= len(content.glyphs) * _RECOGNISED_SHARE
    if not content.recognised:
        content.hidden += sum(glyph.face.invisible and bool(glyph.text.strip()) for glyph in content.glyphs)
        content.glyphs = [glyph for glyph in content.glyphs if not glyph.face.invisible]


def _glyph(raw: _Raw, text: str, main: int, placer: Placer, order: int) -> Glyph:
    left, baseline = turn((raw.x, raw.y), main, placer.width, placer.height)
    ends = [turn(corner, main, placer.width, placer.height)[0] for corner in raw.corners]
    return Glyph(text, left, max(*ends, left), baseline, raw.face, order)


def _outside(glyph: Glyph, size: PageSize) -> bool:
    beside = glyph.right < -_BLEED or glyph.left > size.width + _BLEED
    return beside or glyph.baseline < -_BLEED or glyph.baseline - glyph.face.size > size.height + _BLEED


def _text(raw: _Raw) -> str:
    if raw.code == _LINE_END_HYPHEN:
        return "-"
    if not raw.mapped or raw.code in _NO_MEANING:
        return "\ufffd"
    return chr(raw.code)


def _characters(text_page: pdfium.FPDF_TEXTPAGE, faces: FaceReader, placer: Placer) -> Iterator[_Raw]:
    x, y, loose, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    known, stretch, high = None, 0, 0
    face, turned = Face(None, 0.0), None
    for index in range(max(pdfium.FPDFText_CountChars(text_page), 0)):
        if pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code in _HIGH:
            high = code
            continue
        if code in _LOW and high:
            code, high = 0x10000 + (high - _HIGH.start) * 0x400 + code - _LOW.start, 0
        owner = pdfium.FPDFText_GetTextObject(text_page, index)
        address = ctypes.cast(owner, ctypes.c_void_p).value
        if address != known:
            known, stretch = address, stretch + 1
            pdfium.FPDFText_GetMatrix(text_page, index, matrix)
            turned = quarter(placer.direction(matrix.a, matrix.b))
            face = faces.face(owner, pdfium.FPDFText_GetFontSize(text_page, index), matrix)
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        pdfium.FPDFText_GetLooseCharBox(text_page, index, loose)
        corners = (placer.point(loose.left, loose.bottom), placer.point(loose.right, loose.top))
        mapped = pdfium.FPDFText_HasUnicodeMapError(text_page, index) != 1
        yield _Raw(code, *placer.point(x.value, y.value), corners, face, turned, stretch, mapped)


def _shows_pictures(page: pdfium.FPDF_PAGE) -> bool:
    count = max(pdfium.FPDFPage_CountObjects(page), 0)
    kinds = (pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, i)) for i in range(count))
    shown = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_PATH}
    return any(kind in shown for kind in kinds)
