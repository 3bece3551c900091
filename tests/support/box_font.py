"""The smallest TrueType font: every glyph is a box, wide for Chinese, half as wide for ASCII."""

import struct
from collections.abc import Sequence

UNITS = 1000


def box_font(characters: Sequence[str]) -> bytes:
    """Make a font whose glyph n + 1 stands for character n; glyph 0 is blank."""
    boxes = [b"", *(_box(width(c)) for c in characters)]
    offsets = [0]
    for box in boxes:
        offsets.append(offsets[-1] + len(box))
    widths = [UNITS, *(width(c) for c in characters)]
    tables = {
        b"glyf": b"".join(boxes),
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, UNITS, 0, 0, 0, -120, UNITS, 880, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, 880, -120, 0, UNITS, 0, 0, UNITS, 1, 0, 0, 0, 0, 0, 0, 0, len(boxes)
        ),
        b"hmtx": b"".join(struct.pack(">Hh", wide, 50) for wide in widths),
        b"loca": struct.pack(f">{len(offsets)}I", *offsets),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, len(boxes), 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    return _font_file(tables)


def width(character: str) -> int:
    """Advance of a character in thousandths of an em."""
    return UNITS // 2 if character.isascii() else UNITS


def _box(wide: int) -> bytes:
    left, right, bottom, top = 50, wide - 50, -100, 800
    outline = struct.pack(">hhhhh", 1, left, bottom, right, top) + struct.pack(">HH", 3, 0) + bytes([1] * 4)
    across = struct.pack(">hhhh", left, right - left, 0, left - right)
    down = struct.pack(">hhhh", bottom, 0, top - bottom, 0)
    data = outline + across + down
    return data + bytes(-len(data) % 4)


def _font_file(tables: dict[bytes, bytes]) -> bytes:
    header = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 32)
    offset = len(header) + 16 * len(tables)
    directory, body = b"", b""
    for tag, data in sorted(tables.items()):
        directory += struct.pack(">4sIII", tag, 0, offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return header + directory + body
