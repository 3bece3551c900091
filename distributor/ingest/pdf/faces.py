"""Fonts of a PDF: name, real size on the page, and whether they look bold."""

import ctypes
import math
import re
from collections.abc import Callable
from typing import Final

import pypdfium2.raw as pdfium

from distributor.ingest.pdf.glyphs import Face

_BOLD_WEIGHT: Final = 600
_BOLD_NAME: Final = re.compile("bold|heavy|black|demi|粗", re.IGNORECASE)
_FORCE_BOLD: Final = 1 << 18
_LONGEST_NAME: Final = 256
_SUBSET: Final = re.compile(r"^[A-Z]{6}\+")


class FaceReader:
    """Reads the faces of text objects; equal faces are one value."""

    def __init__(self) -> None:
        self._fonts: dict[int | None, tuple[str | None, bool | None]] = {}
        self._faces: dict[Face, Face] = {}

    def face(self, owner: pdfium.FPDF_PAGEOBJECT, size: float, matrix: pdfium.FS_MATRIX) -> Face:
        """The face of a text object.

        Args:
            owner: the text object.
            size: font size before scaling.
            matrix: text matrix, whose scale makes the real size.
        """
        mode = pdfium.FPDFTextObj_GetTextRenderMode(owner)
        font, bold = self._font(owner)
        scaled = round(size * math.hypot(matrix.c, matrix.d), 2)
        # Word draws bold for a font without a bold cut by stroking its outlines
        stroked = mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
        face = Face(font, scaled, True if stroked else bold, mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        return self._faces.setdefault(face, face)

    def _font(self, owner: pdfium.FPDF_PAGEOBJECT) -> tuple[str | None, bool | None]:
        # without an owner PDFium answers every question with nothing
        font = pdfium.FPDFTextObj_GetFont(owner)
        address = ctypes.cast(font, ctypes.c_void_p).value
        if address not in self._fonts:
            self._fonts[address] = _describe(font)
        return self._fonts[address]


def _describe(font: pdfium.FPDF_FONT) -> tuple[str | None, bool | None]:
    name = _name(pdfium.FPDFFont_GetBaseFontName, font) or _name(pdfium.FPDFFont_GetFamilyName, font)
    weight = pdfium.FPDFFont_GetWeight(font)
    if not name and weight <= 0:
        # a font drawn by the file itself, which has neither name nor weight
        return None, None
    bold = weight >= _BOLD_WEIGHT or bool(_BOLD_NAME.search(name))
    return _SUBSET.sub("", name) or None, bold or bool(pdfium.FPDFFont_GetFlags(font) & _FORCE_BOLD)


def _name(read: Callable[..., int], font: pdfium.FPDF_FONT) -> str:
    buffer = ctypes.create_string_buffer(_LONGEST_NAME)
    read(font, buffer, _LONGEST_NAME)
    try:
        return buffer.value.decode("utf-8")
    except UnicodeDecodeError:
        # Chinese programs write font names in GBK
        return buffer.value.decode("gb18030", "replace")
