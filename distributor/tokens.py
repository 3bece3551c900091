"""Random keys and signed tokens."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import count

from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from distributor.errors import Refused

# no vowels and no look-alikes, so that a key spells no word and can be read out over the telephone
_ALPHABET = b"23456789bcdfghjkmnpqrstvwxz"
# every letter stands for nine octets; the octets left over are drawn again, so that all letters are equally likely
_LETTERS = bytes(_ALPHABET[octet % len(_ALPHABET)] for octet in range(256))
_UNEVEN = bytes(range(256 // len(_ALPHABET) * len(_ALPHABET), 256))
# what is shorter than this hardly ever shrinks, and a drain makes a token for every message
_WORTH_PACKING = 120
# as itsdangerous writes it, by an encoder made once
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_ID_LENGTH = 26
_FAMILY_LENGTH = 7
_FAMILY_SIZE = 5_000
_minted = count()


def new_key(length: int = 10) -> str:
    """Mint a short random key for addresses of pages; 10 characters hold 47 bits.

    Args:
        length: number of characters.
    """
    key = ""
    while len(key) < length:
        key += secrets.token_bytes(2 * length).translate(_LETTERS, _UNEVEN).decode("ascii")
    return key[:length]


def new_id() -> str:
    """Mint an unguessable id of 26 characters for rows of the ledger; 90 bits of it are its own.

    Ids that are minted one after the other begin alike, so that they stand together in every index: that makes a
    hundred thousand rows cheap to write.
    """
    return _family(next(_minted) // _FAMILY_SIZE) + new_key(_ID_LENGTH - _FAMILY_LENGTH)


@lru_cache(maxsize=4)
def _family(number: int) -> str:
    """Give the beginning of some thousand ids."""
    del number
    return new_key(_FAMILY_LENGTH)


def new_secret() -> str:
    """Mint a secret of 256 bits for a cookie."""
    return secrets.token_urlsafe(32)


def sign(purpose: str, value: Sequence[str], keys: Sequence[str]) -> str:
    """Make a signed token that does not expire and can be carried in a link.

    Args:
        purpose: what the token is good for; a token of one purpose is worthless for another.
        value: the strings it carries.
        keys: secret keys, newest last; the last one signs, all verify.
    """
    token: str = _serializer(purpose, tuple(keys)).dumps(list(value))
    return token


def verify(purpose: str, token: str, keys: Sequence[str]) -> tuple[str, ...]:
    """Read a signed token.

    Args:
        purpose: what it must be good for.
        token: the token.
        keys: secret keys, newest last.

    Raises:
        Refused: `token-invalid` when it was not signed by one of the keys for this purpose.
    """
    try:
        value = _serializer(purpose, tuple(keys)).loads(token)
    except BadSignature as error:
        raise Refused("token-invalid") from error
    return tuple(str(part) for part in value)


def mac(purpose: str, value: str, key: str) -> str:
    """Make a short authenticator of 16 lower-case letters and digits (80 bits), for places that keep no capitals.

    Args:
        purpose: what it is good for; one of another purpose is worthless.
        value: what it vouches for.
        key: a secret key.
    """
    seal = hmac.digest(key.encode(), f"distributor.{purpose} {value}".encode("utf-8", "surrogatepass"), "sha256")
    return base64.b32encode(seal[:10]).decode("ascii").lower()


def is_mac(purpose: str, value: str, given: str, keys: Sequence[str]) -> bool:
    """Tell whether one of the keys made an authenticator.

    Args:
        purpose: what it must be good for.
        value: what it must vouch for.
        given: the authenticator.
        keys: secret keys.
    """
    sealed = given.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(mac(purpose, value, key).encode(), sealed) for key in keys)


def seal(purpose: str, secret: str, key: str) -> str:
    """Encrypt a short secret that is kept in the database, with a key that is not.

    Args:
        purpose: what it is good for; unsealing for another purpose gives nothing.
        secret: the secret.
        key: a secret key.
    """
    return _cipher(purpose, key).encrypt(secret.encode()).decode("ascii")


def unseal(purpose: str, sealed: str, keys: Sequence[str]) -> str | None:
    """Decrypt what `seal` made with one of the keys; None when none of them did.

    Args:
        purpose: as in `seal`.
        sealed: what it gave.
        keys: secret keys.
    """
    for key in reversed(keys):
        with suppress(InvalidToken):
            return _cipher(purpose, key).decrypt(sealed.encode()).decode()
    return None


def _cipher(purpose: str, key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(key.encode(), f"distributor.seal.{purpose}".encode(), "sha256")))


class _Tokens(URLSafeSerializer):
    """Packs only what is long; it reads both."""

    def dump_payload(self, obj: object) -> bytes:
        written = _COMPACT(obj).encode()
        return base64_encode(written) if len(written) < _WORTH_PACKING else super().dump_payload(obj)


@lru_cache(maxsize=64)
def _serializer(purpose: str, keys: tuple[str, ...]) -> _Tokens:
    return _Tokens(list(keys), salt=f"distributor.{purpose}", signer_kwargs={"digest_method": hashlib.sha256})
