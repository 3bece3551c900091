"""What a DKIM signature covers, in relaxed form: header fields and body (RFC 6376 §3.4)."""

import hashlib
import re
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


def signed_fields(head: bytes) -> tuple[str, bytes]:
    """Give what `h=` lists, and the fields that are hashed, in relaxed form (RFC 6376 §3.4.2).

    Args:
        head: all header fields, without the line end of the last one.
    """
    fields = [_field(line) for line in _LINE_END.split(head)]
    names, places = _order(tuple(key for key, _ in fields))
    return names, b"".join([fields[place][1] for place in places])


# most lines are the same in every message of a run
@lru_cache(maxsize=256)
def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    key = name.strip().lower()
    return key, key + b":" + _relaxed_value(value) + b"\r\n"


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


def _relaxed_value(value: bytes) -> bytes:
    return re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")


def body_hash(message: bytes, begin: int) -> bytes:
    """Give the hash of a body; one in base64 is in relaxed form as it stands, and is not copied.

    Args:
        message: the whole message.
        begin: where its body begins.
    """
    if _is_relaxed(message, begin):
        return hashlib.sha256(memoryview(message)[begin:]).digest()
    return hashlib.sha256(_relaxed_body(message[begin:])).digest()


def _relaxed_body(body: bytes) -> bytes:
    """The body with blanks collapsed and without empty lines at its end (RFC 6376 §3.4.4)."""
    body = re.sub(rb"[ \t]+(?=\r\n|\Z)", b"", body)
    body = re.sub(rb"[ \t]+", b" ", body)
    kept = body.rstrip(b"\r\n")
    return kept + b"\r\n" if kept else b""


def _is_relaxed(message: bytes, begin: int) -> bool:
    """Tell whether a body is in relaxed form: looking for single bytes is much faster than replacing."""
    if len(message) - begin <= len(b"\r\n") or not message.endswith(b"\r\n") or message[-3] in b"\r\n":
        return False
    at = message.find(b" ", begin)
    while at >= 0:
        if message[at + 1] in b" \r":
            return False
        at = message.find(b" ", at + 1)
    return message.find(b"\t", begin) < 0
