"""Hashes of passwords: argon2id with the parameters that the OWASP Password Storage Cheat Sheet gives."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from distributor.access.passwords import normal

_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1
_HASHER = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own; takes tens of milliseconds and 19 MiB on purpose."""
    return _HASHER.hash(normal(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed; takes as long when there is none to compare with.

    Args:
        password: what was typed.
        kept: the hash, None for an account that does not exist.
    """
    # made at the first login of a process, whosever it is, so that an unknown account does not take longer
    stand_in = _nobodys()
    try:
        _HASHER.verify(kept or stand_in, normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_new_hash(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _HASHER.hash("no account has this password")
