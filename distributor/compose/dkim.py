"""Keys of DKIM signatures (RFC 6376, RFC 8463) and their records in the DNS."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import idna
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from distributor.errors import Misconfigured

_PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_RSA_BITS = 2048
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
