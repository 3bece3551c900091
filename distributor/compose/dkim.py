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

from distributor.compose.relaxed import body_hash, signed_fields
from distributor.errors import Misconfigured, Refused

_PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_RSA_BITS = 2048
_FOLD = "\r\n "
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
    names, signed = signed_fields(message[:end])
    hashed = b64encode(body_hash(message, end + len(_EMPTY_LINE))).decode()
    stamp = "" if moment is None else f" t={int(moment.timestamp())};"
    chosen = aligned(keys, _sender_domain(signed.partition(b"\r\n")[0])) or _usual(keys)
    signatures = [_signature(key, names, signed, f"{stamp}\r\n bh={hashed};") for key in chosen]
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
