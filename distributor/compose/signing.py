"""DKIM signatures (RFC 6376, RFC 8463), relaxed/relaxed, over every header a reader or a mailbox provider trusts."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from distributor.compose.dkim import DkimAlgorithm, DkimKey, aligned
from distributor.compose.relaxed import body_hash, relaxed_body, signed_fields
from distributor.errors import Refused

_FOLD = "\r\n "
_EMPTY_LINE = b"\r\n\r\n"
_LINE = 72


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A message, and what signatures of it cover.

    Args:
        head: header fields and the empty line behind them.
        body: the rest, in pieces.
        covered: the body in relaxed form, in pieces; mostly the same ones.
        names: what `h=` lists.
        fields: the fields that are hashed, in relaxed form.
    """

    head: bytes
    body: Sequence[bytes]
    covered: Sequence[bytes]
    names: str
    fields: bytes

    @property
    def message(self) -> bytes:
        """The message without any signature."""
        return b"".join([self.head, *self.body])

    @classmethod
    def read(cls, message: bytes) -> Self:
        """Find out what signatures of a finished message cover.

        Args:
            message: the exact bytes that will be sent, lines ended by CRLF.

        Raises:
            Refused: `message-unsafe` when there is no end of the header.
        """
        end = message.find(_EMPTY_LINE)
        if end < 0:
            raise Refused("message-unsafe", part="header")
        names, fields = signed_fields(message[:end])
        begin = end + len(_EMPTY_LINE)
        body = message[begin:]
        return cls(message[:begin], (body,), (relaxed_body(body),), names, fields)


@dataclass(frozen=True, slots=True)
class Signing:
    """A message whose signatures are still to be computed.

    Args:
        unsigned: the message.
        parts: for each key its signature without the value, and the data that the value signs.
    """

    unsigned: Unsigned
    parts: tuple[tuple[DkimKey, str, bytes], ...]

    @property
    def is_slow(self) -> bool:
        """Whether to compute the values takes longer than all the rest, and leaves the interpreter to others."""
        return any(key.algorithm is DkimAlgorithm.RSA for key, _, _ in self.parts)

    def values(self) -> tuple[bytes, ...]:
        """Compute the value of each signature."""
        return tuple(_raw_signature(key, data) for key, _, data in self.parts)

    def finish(self, values: Sequence[bytes]) -> bytes:
        """Give the signed message.

        Args:
            values: what `values` gave.
        """
        signatures = [
            f"DKIM-Signature: {unsigned}{_folded(b64encode(value).decode())}\r\n".encode()
            for (_, unsigned, _), value in zip(self.parts, values, strict=True)
        ]
        return b"".join([*signatures, self.unsigned.head, *self.unsigned.body])


def begin_signing(unsigned: Unsigned, keys: Sequence[DkimKey], moment: datetime | None = None) -> Signing:
    """Prepare one signature for each key of the sender's domain; the message itself stays as it is.

    Args:
        unsigned: the message.
        keys: the keys of the installation, possibly none; see `aligned`. The signatures stand in their order.
        moment: when it is signed (`t=`), or None to leave that out.
    """
    if not keys:
        return Signing(unsigned, ())
    hashed = b64encode(body_hash(unsigned.covered)).decode()
    stamp = "" if moment is None else f" t={int(moment.timestamp())};"
    stamp_and_hash = f"{stamp}\r\n bh={hashed};"
    chosen = aligned(keys, _sender_domain(unsigned.fields.partition(b"\r\n")[0])) or _usual(keys)
    return Signing(unsigned, tuple(_part(key, unsigned, stamp_and_hash) for key in chosen))


def sign(message: bytes, keys: Sequence[DkimKey], moment: datetime | None = None) -> bytes:
    """Put one signature for each key of the sender's domain in front of a message; the message itself stays as it is.

    Args:
        message: the exact bytes that will be sent, lines ended by CRLF.
        keys: the keys of the installation, possibly none; see `aligned`. The signatures stand in their order.
        moment: when it is signed (`t=`), or None to leave that out.

    Raises:
        Refused: `message-unsafe` when there is no end of the header.
    """
    signing = begin_signing(Unsigned.read(message), keys, moment)
    return signing.finish(signing.values())


def _usual(keys: Sequence[DkimKey]) -> tuple[DkimKey, ...]:
    """Those of the first domain: better a signature that only says who sends than none."""
    return tuple(key for key in keys if key.domain == keys[0].domain)


@lru_cache(maxsize=16)
def _sender_domain(first: bytes) -> str:
    """The domain of From, which is signed before everything else; nothing when there is no From."""
    line = first.decode("ascii", "replace")
    return "".join(re.findall(r"@([A-Za-z0-9.-]+)>?$", line)) if line.startswith("from:") else ""


def _part(key: DkimKey, unsigned: Unsigned, stamp_and_hash: str) -> tuple[DkimKey, str, bytes]:
    written = (
        f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain};\r\n"
        f" s={key.selector};{stamp_and_hash}\r\n h={unsigned.names};\r\n b="
    )
    # the relaxed form: there is never more than the one blank of a fold
    return key, written, unsigned.fields + b"dkim-signature:" + written.replace("\r\n", "").encode()


def _raw_signature(key: DkimKey, data: bytes) -> bytes:
    if isinstance(key.private, rsa.RSAPrivateKey):
        return key.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    # RFC 8463 §3: the hash of the header is what Ed25519 signs
    return key.private.sign(hashlib.sha256(data).digest())


def _folded(value: str) -> str:
    return _FOLD.join([value[at : at + _LINE] for at in range(0, len(value), _LINE)])
