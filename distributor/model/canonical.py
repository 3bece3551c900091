"""Canonical JSON and digests: the same value always has the same bytes and the same hash."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum


def plain(value: object) -> object:
    """Turn a value of the model into plain JSON types; absent values stay as null.

    Args:
        value: a dataclass, mapping, sequence, enum, date or scalar.

    Raises:
        TypeError: for a type that has no canonical form.
    """
    if type(value) is str:
        # most values are, and a hundred thousand deliveries are minted at a time
        return value
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _plain_container(value)


def _plain_container(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, frozenset | set):
        return sorted(str(entry) for entry in value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical_json(value: object) -> bytes:
    """Serialise a value so that equal values give equal bytes: sorted keys, no spaces, UTF-8 (after RFC 8785)."""
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def digest(value: object) -> str:
    """Hash a value of the model by its canonical JSON; returns lower-case SHA-256 hex."""
    return digest_bytes(canonical_json(value))


def digest_bytes(data: bytes) -> str:
    """Hash bytes; returns lower-case SHA-256 hex."""
    return hashlib.sha256(data).hexdigest()
