"""What a DKIM signature covers, in relaxed form: header fields and body (RFC 6376 §3.4)."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

# each of these gets one entry more than it has lines, so that nobody can add a second one (RFC 6376 §5.4.2)
_OVERSIGNED = ("From", "To", "Subject", "Date")
_SIGNED = (
    *_OVERSIGNED,
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Archive",
    "List-Help",
    "List-Owner",
    "List-Post",
    "Auto-Submitted",
    "Precedence",
    "X-Auto-Response-Suppress",
    "Feedback-ID",
)
_KEYS = tuple((name, name.lower().encode()) for name in _SIGNED)
_LINE_END = re.compile(rb"\r\n(?![ \t])")
_BLANKS = re.compile(rb"[ \t]+")


def signed_fields(head: bytes) -> tuple[str, bytes]:
    """Give what `h=` lists, and the fields that are hashed, in relaxed form (RFC 6376 §3.4.2).

    Args:
        head: all header fields, without the line end of the last one.
    """
    fields = [_field(line) for line in _LINE_END.split(head)]
    names, places = _order(tuple(key for key, _ in fields))
    return names, b"".join([fields[place][1] for place in places])


class SharedFields:
    """What signatures cover in the headers of messages that differ in a few lines only; the others are relaxed once.

    Args:
        head: all header fields of one such message, without the line end of the last one.
        own: names of the fields that differ, in lower case; each stands there once.
    """

    __slots__ = ("_pieces", "names")

    def __init__(self, head: bytes, own: Sequence[bytes]) -> None:
        fields = [_field(line) for line in _LINE_END.split(head)]
        self.names, places = _order(tuple(key for key, _ in fields))
        pieces: list[bytes | int] = []
        for key, line in (fields[place] for place in places):
            if key in own:
                pieces.append(own.index(key))
            elif pieces and isinstance(pieces[-1], bytes):
                pieces[-1] += line
            else:
                pieces.append(line)
        self._pieces = tuple(pieces)

    def with_own(self, lines: Sequence[bytes]) -> bytes:
        """Give the fields that are hashed, in relaxed form, as `signed_fields` does.

        Args:
            lines: the lines that differ, each with its CRLF, in the order of `own`.
        """
        return b"".join([piece if isinstance(piece, bytes) else _relaxed_line(lines[piece]) for piece in self._pieces])


# most lines are the same in every message of a run
@lru_cache(maxsize=256)
def _field(line: bytes) -> tuple[bytes, bytes]:
    relaxed = _relaxed_line(line)
    return relaxed.partition(b":")[0], relaxed


# and so is their order
@lru_cache(maxsize=16)
def _order(keys: tuple[bytes, ...]) -> tuple[str, tuple[int, ...]]:
    """The names of `h=`, and which lines are hashed: of equal names the lowest first, an absent one as nothing."""
    names: list[str] = []
    places: list[int] = []
    for name, key in _KEYS:
        present = [place for place, known in enumerate(keys) if known == key]
        names += [name] * (len(present) + (name in _OVERSIGNED))
        places += reversed(present)
    listed = ":\r\n ".join(":".join(names[at : at + 5]) for at in range(0, len(names), 5))
    return listed, tuple(places)


def _relaxed_line(line: bytes) -> bytes:
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + _relaxed_value(value) + b"\r\n"


def _relaxed_value(value: bytes) -> bytes:
    unfolded = value.replace(b"\r\n", b"").strip(b" \t")
    return _BLANKS.sub(b" ", unfolded) if b"  " in unfolded or b"\t" in unfolded else unfolded


def body_hash(pieces: Sequence[bytes]) -> bytes:
    """Give the hash of a body that is in relaxed form as it stands; nothing of it is copied.

    Args:
        pieces: the body, in pieces.
    """
    hashed = hashlib.sha256()
    for piece in pieces:
        hashed.update(piece)
    return hashed.digest()


def relaxed_body(body: bytes) -> bytes:
    """Give the body with blanks collapsed and without empty lines at its end (RFC 6376 §3.4.4)."""
    if _is_relaxed(body):
        return body
    body = re.sub(rb"[ \t]+(?=\r\n|\Z)", b"", body)
    body = _BLANKS.sub(b" ", body)
    kept = body.rstrip(b"\r\n")
    return kept + b"\r\n" if kept else b""


def _is_relaxed(body: bytes) -> bool:
    """Tell whether a body is in relaxed form: looking for single bytes is much faster than replacing."""
    if len(body) <= len(b"\r\n") or not body.endswith(b"\r\n") or body[-3] in b"\r\n":
        return False
    at = body.find(b" ")
    while at >= 0:
        if body[at + 1] in b" \r":
            return False
        at = body.find(b" ", at + 1)
    return body.find(b"\t") < 0
