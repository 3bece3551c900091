"""Header lines: the one function that makes every value of every header, and the check of the finished bytes."""

import re
from base64 import b64encode
from dataclasses import dataclass
from email.header import Header
from functools import lru_cache

import idna

from distributor.errors import AddressRefused, Refused
from distributor.text import remove_unseen

# RFC 5322 §2.1.1: no line over 998, wished for 78; RFC 2047 §2: a line with an encoded-word has at most 76
_WIDTH = 75
_LITERAL = re.compile(r"[\x20-\x7e]*")
_TEXT = re.compile(r"[!-~]+( [!-~]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_URI = re.compile(r"(https://|mailto:)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+;=%]+")
# nothing in it is unseen: printable ASCII, ideographs, their punctuation
_USUAL = re.compile(r"[\x20-\x7e\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]*")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HEAD = re.compile(rb"(?:[\t\x20-\x7e\x80-\xff]{1,998}\r\n)+")
_BODY = re.compile(rb"(?:[\t\x20-\x7e]{0,998}\r\n)*")
_NOT_IN_LOCAL = re.compile(r'[\s<>()\[\]\\,;:"@]')
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LIST_ID = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people (Subject); over-long ones are cut.

    Args:
        words: any text.
        limit: most characters that remain.
    """

    words: str
    limit: int = 180


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with its display name (From, To, Reply-To)."""

    address: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Uris:
    """https and mailto URIs in angle brackets (List-…); folded only at the commas between them (RFC 2369)."""

    uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListId:
    """Name and identifier of a list (RFC 2919)."""

    name: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value the program makes itself, in printable ASCII; written as it is, never folded."""

    value: str


Value = Text | Mailbox | Uris | ListId | Literal


def header(name: str, value: Value) -> bytes:
    """Make one header line, the only way a header comes into a message.

    Control, invisible and bidirectional characters are taken out of words, line breaks become blanks, and `=?` is
    broken up, so that no decoder finds an encoded-word inside (RFC 2047) and no line can be slipped in.

    Args:
        name: field name.
        value: what it says; the class tells how it is written.

    Returns:
        The line with its CRLF, folded.

    Raises:
        AddressRefused: `mailbox-unusable` for a mailbox that is none.
        Refused: `header-unsafe` for a URI, identifier or literal that may not stand in a header.
    """
    _check_name(name)
    line = f"{name}: {_written(name, value)}\r\n".encode()
    check_head(line, allow_utf8=isinstance(value, Mailbox))
    return line


def link(uri: str) -> str:
    """Give an https or mailto URI back if it may stand in a header and behind a link.

    Raises:
        Refused: `header-unsafe` for any other scheme, a blank, a quote or a character outside ASCII.
    """
    return _checked("link", _URI, uri)


def clean(words: str) -> str:
    """Make words safe for a header: one line, nothing unseen, single blanks, no beginning of an encoded-word."""
    seen = words if _USUAL.fullmatch(words) else _seen(words)
    single = re.sub(" +", " ", seen) if "  " in seen else seen
    # the full-width mark looks the same and means nothing to a decoder
    return single.strip().replace("=?", "=？")


def _seen(words: str) -> str:
    spaced = re.sub(r"[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+", " ", words)
    return remove_unseen(spaced)[0]


@lru_cache(maxsize=64)
def _check_name(name: str) -> None:
    if not _FIELD_NAME.fullmatch(name):
        raise Refused("header-unsafe", header=ascii(name))


def cut(words: str, limit: int, ellipsis: str = "…") -> str:
    """Cut words to a number of characters, at a mark or blank near the end if there is one, and say so.

    Args:
        words: any text.
        limit: most characters that remain, the ellipsis among them.
        ellipsis: what says that words were cut.
    """
    if len(words) <= limit:
        return words
    kept = words[: limit - len(ellipsis)]
    stop = max(kept.rfind(mark) for mark in "，；、。：, ;")
    return (kept[:stop] if stop > limit * 2 // 3 else kept).rstrip() + ellipsis


def check_head(head: bytes, *, allow_utf8: bool = False) -> None:
    """Check header lines as they will be sent: RFC 5322 lines, ASCII alone.

    Args:
        head: lines with CRLF, without the empty line.
        allow_utf8: whether a mailbox outside ASCII may stand there (SMTPUTF8).

    Raises:
        Refused: `message-unsafe` for a bare CR or LF, a line over 998 bytes, a control character, an 8-bit
            character or an empty line.
    """
    if not _HEAD.fullmatch(head) or not (allow_utf8 or head.isascii()):
        raise Refused("message-unsafe", part="header")


def check_message(message: bytes, *, allow_utf8: bool = False) -> None:
    """Check finished bytes before they are sent: header as in `check_head`, each field once, body of ASCII lines.

    Args:
        message: the whole message.
        allow_utf8: whether a mailbox outside ASCII may stand in a header (SMTPUTF8).

    Raises:
        Refused: `message-unsafe`, naming the part.
    """
    head, empty_line, body = message.partition(b"\r\n\r\n")
    check_head(head + b"\r\n", allow_utf8=allow_utf8)
    names = [name.lower() for name in re.findall(rb"^([^\s:]+):", head, flags=re.MULTILINE)]
    single = [name for name in names if name != b"dkim-signature"]
    if len(set(single)) != len(single):
        raise Refused("message-unsafe", part="header")
    if not empty_line or not _BODY.fullmatch(body):
        raise Refused("message-unsafe", part="body")


def _written(name: str, value: Value) -> str:
    match value:
        case Text(words, limit):
            return _unstructured(name, cut(clean(words), limit))
        case Mailbox():
            return _mailbox(name, value)
        case Uris(uris):
            return ",\r\n ".join(f"<{_checked(name, _URI, uri)}>" for uri in uris)
        case ListId():
            return _list_id(name, value)
    return _checked(name, _LITERAL, value.value)


def _unstructured(name: str, words: str) -> str:
    if len(name) + 2 + len(words) <= _WIDTH and _TEXT.fullmatch(words):
        return words
    return encoded_words(name, words)


def encoded_words(name: str, words: str) -> str:
    """Write words as encoded-words (RFC 2047), as many lines as they need.

    Args:
        name: the field they stand in, whose first line is shorter by it.
        words: any clean text.
    """
    return _one_word(name, words) or Header(words, "utf-8", header_name=name, maxlinelen=_WIDTH).encode(linesep="\r\n")


def _one_word(name: str, words: str) -> str | None:
    """Write what fits one encoded-word just as `Header` would, in a twentieth of its time; None for anything else."""
    if not words.isprintable():
        return None
    data = words.encode()
    # quoted-printable would take three characters for each byte outside ASCII, and at least one for the others
    length, quoted = (len(data) + 2) // 3 * 4, 3 * len(data) - 2 * len(words.encode("ascii", "ignore"))
    if length >= quoted or len(name) + len(": =?utf-8?b??=") + length > _WIDTH:
        return None
    return f"=?utf-8?b?{b64encode(data).decode()}?="


def _phrase(name: str, words: str) -> str:
    if len(words) > _WIDTH or not words.isascii():
        return encoded_words(name, words)
    if _ATOMS.fullmatch(words):
        return words
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mailbox(name: str, mailbox: Mailbox) -> str:
    address = addr_spec(mailbox.address)
    words = cut(clean(mailbox.name or ""), 100)
    if not words:
        return address
    phrase = _phrase(name, words)
    # a line that holds an encoded-word has at most 76 characters, the name of the field among them (RFC 2047 §2)
    last = f"{name}: {phrase}".rpartition("\r\n")[2]
    gap = "\r\n " if len(last) + len(address) + 3 > _WIDTH else " "
    return f"{phrase}{gap}<{address}>"


def addr_spec(address: str) -> str:
    """Write an address as it stands in a header: the domain as A-labels (RFC 5891), the local part as it is.

    Raises:
        AddressRefused: `mailbox-unusable` for anything but local@domain without blanks, brackets and quotes.
    """
    local, at, domain = address.rpartition("@")
    if not at or _NOT_IN_LOCAL.search(local):
        raise AddressRefused("mailbox-unusable", address=address)
    if not local or len(local.encode()) > 64 or clean(local) != local:  # noqa: PLR2004  RFC 5321 §4.5.3.1.1
        raise AddressRefused("mailbox-unusable", address=address)
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None:
        raise AddressRefused("mailbox-unusable", address=address)
    return f"{local}@{ascii_domain}"


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str | None:
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None
    return ascii_domain if _DOMAIN.fullmatch(ascii_domain) else None


def _list_id(name: str, value: ListId) -> str:
    identifier = _checked(name, _LIST_ID, value.identifier)
    words = cut(clean(value.name), 60)
    return f"{_phrase(name, words)}\r\n <{identifier}>" if words else f"<{identifier}>"


def _checked(name: str, allowed: re.Pattern[str], value: str) -> str:
    if not allowed.fullmatch(value):
        raise Refused("header-unsafe", header=name)
    return value
