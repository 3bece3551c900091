"""DKIM signatures (RFC 6376, RFC 8463), relaxed/relaxed, over every header a reader or a mailbox provider trusts."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

import idna
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from distributor.errors import Misconfigured, Refused

_PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_RSA_BITS = 2048
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
_FOLD = "\r\n "
_LINE_END = re.compile(rb"\r\n(?![ \t])")
_EMPTY_LINE = b"\r\n\r\n"
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_TXT_STRING = 255


class DkimAlgorithm(StrEnum):
    """Algorithms a signature can have."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key that signs for a domain.

    Args:
        domain: signing domain, the one of From, as A-labels.
        selector: name of the key below `_domainkey`; a new key gets a new one.
        private: RSA of at least 2048 bits, or Ed25519.
    """

    domain: str
    selector: str
    private: _PrivateKey

    @property
    def algorithm(self) -> DkimAlgorithm:
        """The algorithm of its signatures."""
        return DkimAlgorithm.RSA if isinstance(self.private, rsa.RSAPrivateKey) else DkimAlgorithm.ED25519

    def __repr__(self) -> str:
        return f"DkimKey({self.domain!r}, {self.selector!r}, {self.algorithm.value})"


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A TXT record to publish.

    Args:
        name: full name, without the dot at its end.
        value: the whole value.
    """

    name: str
    value: str

    @property
    def zone_line(self) -> str:
        """The record for a zone file, in strings of at most 255 characters (RFC 1035 §3.3)."""
        strings = " ".join(f'"{string}"' for string in _chunks(self.value, _TXT_STRING))
        return f"{self.name}. IN TXT ( {strings} )"


def new_key(domain: str, selector: str, algorithm: DkimAlgorithm = DkimAlgorithm.RSA) -> DkimKey:
    """Make a new key.

    Args:
        domain: signing domain.
        selector: name of the key below `_domainkey`.
        algorithm: RSA, which everybody verifies, or Ed25519, which is smaller and faster.

    Raises:
        Misconfigured: `dkim-selector-invalid` or `dkim-domain-invalid`.
    """
    if algorithm is DkimAlgorithm.ED25519:
        return _checked(DkimKey(_domain(domain), selector, ed25519.Ed25519PrivateKey.generate()))
    return _checked(DkimKey(_domain(domain), selector, rsa.generate_private_key(65537, _RSA_BITS)))


def to_pem(key: DkimKey) -> bytes:
    """Write the private key as unencrypted PKCS #8 in PEM, to be kept in a file of mode 0600."""
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def from_pem(domain: str, selector: str, pem: bytes) -> DkimKey:
    """Read a private key.

    Args:
        domain: signing domain.
        selector: name of the key below `_domainkey`.
        pem: an unencrypted private key in PEM.

    Raises:
        Misconfigured: `dkim-key-unreadable`, `dkim-key-weak` below 2048 bits, or `dkim-selector-invalid`.
    """
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Misconfigured("dkim-key-unreadable", selector=selector) from error
    if not isinstance(private, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise Misconfigured("dkim-key-unreadable", selector=selector)
    return _checked(DkimKey(_domain(domain), selector, private))


def dns_record(key: DkimKey) -> DnsRecord:
    """Give the TXT record that lets everybody verify what the key signed (RFC 6376 §3.6.1, RFC 8463 §4)."""
    public = key.private.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        kind = "rsa"
        data = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    else:
        kind = "ed25519"
        data = public.public_bytes_raw()
    value = f"v=DKIM1; k={kind}; p={b64encode(data).decode()}"
    return DnsRecord(f"{key.selector}._domainkey.{key.domain}", value)


def sign(message: bytes, keys: Sequence[DkimKey], moment: datetime | None = None) -> bytes:
    """Put one signature for each key of the sender's domain in front of a message; the message itself stays as it is.

    Args:
        message: the exact bytes that will be sent, lines ended by CRLF.
        keys: the keys of the installation; see `aligned`. The signatures stand in their order.
        moment: when it is signed (`t=`), or None to leave that out.

    Raises:
        Refused: `message-unsafe` when there is no end of the header.
    """
    end = message.find(_EMPTY_LINE)
    if end < 0:
        raise Refused("message-unsafe", part="header")
    names, signed = _signed_fields(message[:end])
    body_hash = b64encode(_body_hash(message, end + len(_EMPTY_LINE))).decode()
    stamp = "" if moment is None else f" t={int(moment.timestamp())};"
    chosen = aligned(keys, _sender_domain(signed.partition(b"\r\n")[0])) or _usual(keys)
    signatures = [_signature(key, names, signed, f"{stamp}\r\n bh={body_hash};") for key in chosen]
    return b"".join([*signatures, message])


def aligned(keys: Sequence[DkimKey], domain: str) -> tuple[DkimKey, ...]:
    """Give the keys whose signatures stand behind a From address: those of its domain or of one above it.

    Receivers compare organizational domains (RFC 7489 §3.1.1, relaxed); a name above the sender's own is one that its
    owner holds, so that no list of public suffixes is needed here.

    Args:
        keys: the keys of the installation.
        domain: domain of the From address, as A-labels.
    """
    below = f".{domain.lower()}"
    return tuple(key for key in keys if below.endswith(f".{key.domain}"))


def _usual(keys: Sequence[DkimKey]) -> tuple[DkimKey, ...]:
    """Those of the first domain: better a signature that only says who sends than none."""
    return tuple(key for key in keys if key.domain == keys[0].domain)


@lru_cache(maxsize=16)
def _sender_domain(first: bytes) -> str:
    """The domain of From, which is signed before everything else; nothing when there is no From."""
    line = first.decode("ascii", "replace")
    return "".join(re.findall(r"@([A-Za-z0-9.-]+)>?$", line)) if line.startswith("from:") else ""


def _domain(name: str) -> str:
    try:
        domain = (name if name.isascii() else idna.encode(name, uts46=True).decode()).lower()
    except UnicodeError:
        domain = ""
    if not _SELECTOR.fullmatch(domain):
        raise Misconfigured("dkim-domain-invalid", domain=name)
    return domain


def _checked(key: DkimKey) -> DkimKey:
    if not _SELECTOR.fullmatch(key.selector):
        raise Misconfigured("dkim-selector-invalid", selector=key.selector)
    if isinstance(key.private, rsa.RSAPrivateKey) and key.private.key_size < _RSA_BITS:
        raise Misconfigured("dkim-key-weak", selector=key.selector, bits=key.private.key_size)
    return key


def _chunks(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]


def _signed_fields(head: bytes) -> tuple[str, bytes]:
    """What `h=` lists, and the fields that are hashed, in relaxed form (RFC 6376 §3.4.2)."""
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


def _signature(key: DkimKey, names: str, signed: bytes, stamp_and_hash: str) -> bytes:
    unsigned = (
        f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain};\r\n"
        f" s={key.selector};{stamp_and_hash}\r\n h={names};\r\n b="
    )
    # the relaxed form: there is never more than the one blank of a fold
    data = signed + b"dkim-signature:" + unsigned.replace("\r\n", "").encode()
    signature = b64encode(_raw_signature(key, data)).decode()
    return f"DKIM-Signature: {unsigned}{_FOLD.join(_chunks(signature, 72))}\r\n".encode()


def _raw_signature(key: DkimKey, data: bytes) -> bytes:
    if isinstance(key.private, rsa.RSAPrivateKey):
        return key.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    # RFC 8463 §3: the hash of the header is what Ed25519 signs
    return key.private.sign(hashlib.sha256(data).digest())


def _relaxed_value(value: bytes) -> bytes:
    return re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")


def _body_hash(message: bytes, begin: int) -> bytes:
    """The hash of a body; one in base64 is in relaxed form as it stands, and is not copied."""
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
