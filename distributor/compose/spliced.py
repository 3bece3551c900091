"""Base64 of what all readers get, made once, with personal values spliced in for each (RFC 2045 §6.8)."""

import re
from binascii import b2a_base64
from collections.abc import Mapping

from distributor.model.message import Slot, split_at_slots

# 57 bytes make one full line of 76 characters
_BYTES_PER_LINE = 57


class _Static:
    """Bytes all readers get, encoded once for each column at which they can begin (at most 57)."""

    __slots__ = ("_encoded", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._encoded: dict[int, tuple[bytes, bytes]] = {}

    def after(self, taken: int) -> tuple[bytes, bytes]:
        """Give the full lines that begin after the bytes already taken, and the bytes left for the next line."""
        if taken not in self._encoded:
            end = taken + (len(self.data) - taken) // _BYTES_PER_LINE * _BYTES_PER_LINE
            self._encoded[taken] = lines(self.data[taken:end]), self.data[end:]
        return self._encoded[taken]


class SplicedPart:
    """One part of the body: what all readers get with slots between.

    Args:
        rendered: text with slot markers.
    """

    __slots__ = ("_pieces",)

    def __init__(self, rendered: str) -> None:
        network = re.sub(r"\r\n?|\n", "\r\n", rendered)
        self._pieces = tuple(
            piece if isinstance(piece, Slot) else _Static(piece.encode()) for piece in split_at_slots(network)
        )

    def write(self, values: Mapping[Slot, bytes], out: list[bytes]) -> None:
        """Append the base64 of the part to what is written so far, in lines of 76 characters."""
        line = b""
        for piece in self._pieces:
            if isinstance(piece, Slot):
                line += values[piece]
                full = len(line) // _BYTES_PER_LINE * _BYTES_PER_LINE
                out.append(lines(line[:full]))
                line = line[full:]
                continue
            missing = -len(line) % _BYTES_PER_LINE
            if len(piece.data) < missing:
                line += piece.data
                continue
            whole, left = piece.after(missing)
            out += (lines(line + piece.data[:missing]), whole)
            line = left
        if line:
            out.append(b2a_base64(line, newline=False) + b"\r\n")


def lines(data: bytes) -> bytes:
    """Write bytes as lines of 76 characters; only the last one may be shorter."""
    if len(data) <= _BYTES_PER_LINE:
        return b2a_base64(data, newline=False) + b"\r\n" if data else b""
    starts = range(0, len(data), _BYTES_PER_LINE)
    return b"".join([b2a_base64(data[at : at + _BYTES_PER_LINE], newline=False) + b"\r\n" for at in starts])
