"""E-mail addresses as people write them, made into addresses a mail server takes."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from distributor.errors import AddressRefused
from distributor.text import UnseenKind, has_han, remove_unseen

# RFC 5321 §4.5.3.1: 64 octets of local part, 255 of domain, 256 of path with its brackets
MAX_LENGTH: Final = 254
_MAX_LOCAL: Final = 64
_MAX_WRITTEN: Final = 1000
_SHOWN: Final = 80

_BLANKS: Final = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND: Final = ' \t\r\n;,、:."“”‘’「」'
_OPENING: Final = dict.fromkeys("＜〈《", "<")
_CLOSING: Final = dict.fromkeys("＞〉》", ">")
_ANGLES: Final = str.maketrans({**_OPENING, **_CLOSING})
_AT: Final = re.compile(" ?[@＠﹫] ?")
_BREAKS: Final = frozenset("\r\n\x0b\x0c\x85\u2028\u2029")
_SEPARATORS: Final = frozenset(";；,，、") | _BREAKS
_QUOTES: Final = {'"': '"', "“": "”", "＂": "＂"}
_NAME_EDGES: Final = " \t:：;；,，、\"“”＂'"
_ANGLED: Final = re.compile("([^<>]*)<([^<>]*)>")
_BRACKETED: Final = re.compile(r"[（(]([^（）()]*)[）)]")
# a Chinese keyboard gives 《 for <; around an address it means that, elsewhere it is a title
_ANGLED_WIDE: Final = re.compile("[＜〈《]([^<>＜＞〈〉《》]*@[^<>＜＞〈〉《》]*)[＞〉》]")
# RFC 6531 allows them, a mailbox never has them: they are left over from a list or a sentence
_PUNCTUATION: Final = re.compile("[、。《》〈〉【】「」『』“”‘’…—·\u3000]")
# nearly all addresses: nothing to clean, no letter case to settle, only the domain to look at
_PLAIN: Final = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_LIKE_ADDRESS: Final = re.compile(r"[!-~]+\.[A-Za-z]{2,}")


def clean_address(text: str) -> str:
    """Clean one e-mail address: width, zero-width characters, ideographic full stop, blanks around @, A-label domain.

    Args:
        text: one address as somebody typed or pasted it, without display name.

    Returns:
        Local part as written (it may be non-ASCII, RFC 6531), domain as lower-case A-labels (RFC 5891).

    Raises:
        AddressRefused: `address-empty`, `address-control`, `address-without-at`, `address-several`,
            `address-too-long`, `address-domain` or `address-local-part`, each with the address.
    """
    if len(text) > _MAX_WRITTEN:
        raise AddressRefused("address-too-long", address=_shown(text), limit=MAX_LENGTH)
    if (plain := _plain(text)) is not None:
        return plain
    written = _normal(text)
    if not written:
        raise AddressRefused("address-empty", address="")
    if written.count("@") != 1:
        code = "address-several" if "@" in written else "address-without-at"
        raise AddressRefused(code, address=_shown(text))
    return _validated(written, _shown(text))


def split_addresses(text: str) -> tuple[tuple[str | None, str], ...]:
    """Split a list of addresses as people write it: `；` `、` commas and line breaks, names before or after.

    Args:
        text: for example `办公室 <bgs@most.example>；kjt@hebei.example（综合处）`.

    Returns:
        Display name or None, and the cleaned address, in order.

    Raises:
        AddressRefused: as `clean_address` does, with the piece that cannot be used.
    """
    if (plain := _plain(text)) is not None:
        return ((None, plain),)
    found: list[tuple[str | None, str]] = []
    waiting: list[str] = []
    for piece in _pieces(_BLANKS.sub(" ", text)):
        if "@" not in piece and not _LIKE_ADDRESS.fullmatch(piece):
            # a comma inside an unquoted name: 综合处、办公室 <bgs@most.example>
            waiting.append(piece)
            continue
        if "<" not in piece and waiting:
            break
        found += _named(("、" if has_han(piece) else ", ").join([*waiting, piece]))
        waiting = []
    if waiting:
        raise AddressRefused("address-without-at", address=_shown(waiting[0]))
    return tuple(found)


def _plain(text: str) -> str | None:
    """Clean an address that needs no cleaning, or None; the long way gives the same, or says what is wrong."""
    found = _PLAIN.fullmatch(text)
    if found is None or len(text) > MAX_LENGTH or found.start(1) - 1 > _MAX_LOCAL:
        return None
    domain = _ascii_domain(found[1])
    return None if domain is None else text[: found.start(1)] + domain


@lru_cache(maxsize=65_536)
def _ascii_domain(domain: str) -> str | None:
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).ascii_domain.lower()
    except EmailNotValidError:
        return None


def _normal(text: str) -> str:
    seen, removed = remove_unseen(text.strip(_AROUND))
    if any(stretch.kind is UnseenKind.CONTROL for stretch in removed) or not _BREAKS.isdisjoint(seen):
        raise AddressRefused("address-control", address=_shown(text))
    plain = unicodedata.normalize("NFKC", seen.translate(_ANGLES)).replace("。", ".").replace("｡", ".")
    plain = _AT.sub("@", _BLANKS.sub(" ", plain)).strip(_AROUND)
    if plain.startswith("<") and plain.endswith(">"):
        plain = plain[1:-1].strip(_AROUND)
    return plain.removeprefix("mailto:").strip(_AROUND)


def _validated(written: str, shown: str) -> str:
    local, domain = written.split("@")
    parts = {"address": shown, "local": _shown(local), "domain": _shown(domain)}
    if _PUNCTUATION.search(local) or len(local.encode()) > _MAX_LOCAL:
        raise AddressRefused("address-local-part", **parts)
    try:
        valid = validate_email(written, check_deliverability=False)
    except EmailNotValidError as error:
        code = "address-local-part" if _is_valid(f"a@{domain}") else "address-domain"
        if code == "address-local-part" and _is_valid(f"{local}@b.example"):
            code = "address-too-long"
        raise AddressRefused(code, **parts, limit=MAX_LENGTH) from error
    return f"{valid.local_part}@{valid.ascii_domain.lower()}"


def _is_valid(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _shown(text: str) -> str:
    """Shorten what is shown in an error and leave out what would break a line or a terminal."""
    visible = "".join(character if character.isprintable() else "�" for character in text[:_SHOWN])
    return visible + "…" if len(text) > _SHOWN else visible


def _pieces(text: str) -> list[str]:
    """Split at separators outside quotes, angles and round brackets; pieces without content are left out."""
    pieces: list[str] = []
    start = 0
    closing: str | None = None
    plain = _AT.sub("@", text)
    for position, character in enumerate(plain):
        if closing is not None:
            # an open quote or bracket never swallows the next line
            if character in closing or character in _BREAKS:
                closing = None
            if character not in _BREAKS:
                continue
        if character in _SEPARATORS:
            pieces.append(plain[start:position])
            start = position + 1
        else:
            closing = _closing(character)
    pieces.append(plain[start:])
    angled = (_angled(piece) for piece in pieces)
    return [piece.strip() for piece in angled if piece.strip(_NAME_EDGES)]


def _closing(character: str) -> str | None:
    if character in _QUOTES:
        return _QUOTES[character]
    return {"(": ")）", "（": "）)"}.get(character)


def _angled(piece: str) -> str:
    """Turn the brackets a Chinese keyboard gives for < and > into them, where an address stands inside."""
    if len(piece) > _MAX_WRITTEN:
        raise AddressRefused("address-too-long", address=_shown(piece), limit=MAX_LENGTH)
    return _ANGLED_WIDE.sub(r"<\1>", piece)


def _named(piece: str) -> list[tuple[str | None, str]]:
    if "<" not in piece:
        return _loose(piece)
    found: list[tuple[str | None, str]] = []
    end = 0
    for match in _ANGLED.finditer(piece):
        found.append((_name(match[1]), clean_address(match[2])))
        end = match.end()
    rest = piece[end:]
    if rest.strip(_NAME_EDGES):
        raise AddressRefused("address-without-at", address=_shown(rest))
    return found


def _loose(piece: str) -> list[tuple[str | None, str]]:
    """Read names and addresses without angles: 办公室 a@b, 办公室：a@b, a@b（办公室）, a@b c@d."""
    bracketed = [inside for inside in _BRACKETED.findall(piece) if "@" not in inside]
    words = _BRACKETED.sub(lambda match: f" {match[1]} " if "@" in match[1] else " ", piece)
    found: list[tuple[str | None, str]] = []
    name: list[str] = []
    for word in re.sub("mailto:|[:：]", " ", words).split(" "):
        if "@" in word:
            found.append((_name(" ".join(name)), clean_address(word)))
            name = []
        elif word:
            name.append(word)
    if name or not found:
        raise AddressRefused("address-without-at", address=_shown(" ".join(name) or piece))
    if bracketed and len(found) == 1 and found[0][0] is None:
        return [(_name(" ".join(bracketed)), found[0][1])]
    return found


def _name(text: str) -> str | None:
    """Clean a display name; what cannot be seen goes, the rest stays as written."""
    seen, _ = remove_unseen(text)
    return _BLANKS.sub(" ", seen).strip(_NAME_EDGES) or None
