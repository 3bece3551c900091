"""Conditional requests and ranges (RFC 9110, sections 13 and 14): pure decisions about header values."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one state of a resource from another.

    Args:
        etag: strong entity tag, quotes included.
        last_modified: whole seconds, with its zone; None when it is not known.
    """

    etag: str
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a body: first and last byte, both included, 0-based."""

    first: int
    last: int

    def content_range(self, size: int) -> str:
        """Give the value of Content-Range for a body of `size` bytes."""
        return f"bytes {self.first}-{self.last}/{size}"


class UnsatisfiableRange(Exception):
    """The range lies outside the body."""


def is_unchanged(validators: Validators, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the client has this state already; If-None-Match is asked first and alone (RFC 9110, 13.2.2).

    Args:
        validators: of the representation that would be sent.
        if_none_match: value of the header, several lines joined by commas; None when absent.
        if_modified_since: value of the header, None when absent.
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*" or validators.etag in _ENTITY_TAG.findall(if_none_match)
    if if_modified_since is None or validators.last_modified is None:
        return False
    since = _http_date(if_modified_since)
    return since is not None and validators.last_modified <= since


def requested_span(validators: Validators, size: int, header: str | None, if_range: str | None) -> Span | None:
    """Give the part of the body that is asked for, or None for the whole.

    Several ranges at once and ranges of another state are answered with the whole body (RFC 9110, 14.2 and 13.1.5).

    Args:
        validators: of the representation that would be sent.
        size: its length in bytes.
        header: value of Range, None when absent.
        if_range: value of If-Range, None when absent.

    Raises:
        UnsatisfiableRange: when no byte of the body is asked for.
    """
    match = _RANGE.fullmatch(header.strip()) if header is not None else None
    if match is None or not _same_state(validators, if_range):
        return None
    first, last = match.groups()
    if first:
        span = Span(int(first), min(int(last), size - 1) if last else size - 1)
        backwards = bool(last) and int(last) < int(first)
    else:
        span = Span(max(size - int(last), 0), size - 1) if last else Span(0, -1)
        backwards = not last
    if backwards:
        return None
    if span.first > span.last:
        raise UnsatisfiableRange
    return span


def http_date(moment: datetime) -> str:
    """Write a moment as headers do: Tue, 05 Dec 2023 01:30:00 GMT (RFC 9110, 5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _same_state(validators: Validators, if_range: str | None) -> bool:
    if if_range is None:
        return True
    if '"' in if_range:
        return if_range.strip() == validators.etag
    return validators.last_modified is not None and _http_date(if_range) == validators.last_modified


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
