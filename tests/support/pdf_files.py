"""Small PDF files made by hand: each mark stands exactly where a test puts it."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.support.box_font import box_font, width

A4 = (595.0, 842.0)
DRAWN_FONT = (
    "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 65 "
    "/LastChar 65 /Widths [500] /Encoding << /Differences [65 /A] >> /CharProcs << /A 11 0 R >> /ToUnicode 12 0 R >>"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Text set from (x, y); y is the baseline, counted from the upper edge.

    A character is 1 em wide, an ASCII character half an em. `matrix` turns the text, `spacing` is added after each
    character, `mode` is the text rendering mode. `drawn` sets it in a font the file draws itself (Type 3), which has
    the letter A only.
    """

    x: float
    y: float
    text: str
    size: float = 10.0
    bold: bool = False
    drawn: bool = False
    mode: int = 0
    spacing: float = 0.0
    matrix: tuple[float, float, float, float] = (1, 0, 0, 1)
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, y counted from the upper edge."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A stroked rectangle, y counted from the upper edge."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey picture that fills the page."""


Mark = Words | Rule | Frame | Picture


def pdf(
    *pages: Sequence[Mark],
    size: tuple[float, float] = A4,
    rotate: int = 0,
    catalog: str = "",
    unicode_map: bool = True,
    objects: Iterable[str] = (),
) -> bytes:
    """Make a PDF of pages of marks.

    Args:
        pages: one sequence of marks for each page.
        size: of all pages, before rotation.
        rotate: clockwise, in degrees.
        catalog: further entries of the document catalogue; `{0}`, `{1}` … are replaced by references to `objects`.
        unicode_map: whether the fonts say what their characters mean.
        objects: further objects.
    """
    used = sorted({c for page in pages for mark in page if isinstance(mark, Words) for c in mark.text})
    to_unicode = "/ToUnicode 6 0 R " if unicode_map else ""
    grey = "/Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8"
    body = [
        "",
        "",
        _font("ABCDEF+SimSun", to_unicode, 7),
        _font("ABCDEF+SimHei,Bold", to_unicode, 8),
        _stream(b"\xc0" * 16, grey),
        _stream(_unicode_map(used)),
        _descendant("ABCDEF+SimSun", used),
        _descendant("ABCDEF+SimHei,Bold", used),
        _stream(box_font(used)),
        DRAWN_FONT,
        _stream(b"500 0 50 0 450 800 d1 50 0 400 800 re f"),
        _stream(_unicode_map(["A"]).replace(b"<0001>", b"<41>").replace(b"<0000> <FFFF>", b"<00> <FF>")),
    ]
    kids = []
    for page in pages:
        content = len(body) + 1
        body.append(_stream(_content(page, size[1], used)))
        kids.append(f"{len(body) + 1} 0 R")
        body.append(_page(size, rotate, content))
    extra = list(objects)
    references = [f"{len(body) + 1 + index} 0 R" for index in range(len(extra))]
    body += extra
    for index, reference in enumerate(references):
        catalog = catalog.replace(f"{{{index}}}", reference)
    body[0] = f"<< /Type /Catalog /Pages 2 0 R {catalog} >>"
    body[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _file([part.encode("latin-1") if isinstance(part, str) else part for part in body])


def column(x: float, top: float, lines: Iterable[str], *, step: float = 18.0, size: float = 10.0) -> list[Words]:
    """Lines of text one below the other."""
    return [Words(x, top + index * step, line, size) for index, line in enumerate(lines)]


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _page(size: tuple[float, float], rotate: int, content: int) -> str:
    resources = "/Font << /F1 3 0 R /F2 4 0 R /F3 10 0 R >> /XObject << /Im 5 0 R >>"
    box = f"[0 0 {size[0]} {size[1]}]"
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Rotate {rotate} "
        f"/Resources << {resources} >> /Contents {content} 0 R >>"
    )


def _font(name: str, to_unicode: str, descendant: int) -> str:
    return (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H {to_unicode}"
        f"/DescendantFonts [{descendant} 0 R] >>"
    )


def _descendant(name: str, used: list[str]) -> str:
    widths = " ".join(str(width(c)) for c in used)
    return (
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /DW 1000 /W [1 [{widths}]] /CIDToGIDMap /Identity "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor << /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [0 -120 1000 880] "
        "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 /FontFile2 9 0 R >> >>"
    )


def _unicode_map(used: list[str]) -> bytes:
    pairs = "\n".join(f"<{code:04X}> <{c.encode('utf-16-be').hex()}>" for code, c in enumerate(used, start=1))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Made def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(used)} beginbfchar\n{pairs}\nendbfchar\nendcmap end end"
    ).encode("ascii")


def _content(page: Sequence[Mark], height: float, used: list[str]) -> bytes:
    return "\n".join(_mark(mark, height, used) for mark in page).encode("latin-1")


def _mark(mark: Mark, height: float, used: list[str]) -> str:
    match mark:
        case Words():
            a, b, c, d = mark.matrix
            font = "F3" if mark.drawn else "F2" if mark.bold else "F1"
            codes = "".join(f"{ord(c):02X}" if mark.drawn else f"{used.index(c) + 1:04X}" for c in mark.text)
            return (
                f"BT /{font} {mark.size} Tf {mark.mode} Tr {mark.spacing} Tc {mark.rise} Ts "
                f"{a} {b} {c} {d} {mark.x} {height - mark.y} Tm <{codes}> Tj ET"
            )
        case Rule():
            return f"0.5 w {mark.x0} {height - mark.y0} m {mark.x1} {height - mark.y1} l S"
        case Frame():
            across, down = mark.right - mark.left, mark.bottom - mark.top
            return f"0.5 w {mark.left} {height - mark.bottom} {across} {down} re S"
        case Picture():
            return f"q 500 0 0 {height - 100} 50 50 cm /Im Do Q"


def _stream(data: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(data)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (entries.encode(), len(packed), packed)
