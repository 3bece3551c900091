"""Send bytes as HTTP wants them: conditional, compressed, in ranges, HEAD like GET."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response

from distributor.web.conditional import UnsatisfiableRange, Validators, http_date, is_unchanged, requested_span
from distributor.web.negotiation import accepts_gzip

# below this a gzip header costs more than it saves
_WORTH_COMPRESSING = 512
_GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Representation:
    """Bytes that answer a request, and what is known of them.

    Args:
        body: the bytes.
        media_type: full value of Content-Type.
        validators: entity tag and date of the bytes.
        cache_control: value of Cache-Control.
        vary: request headers that choose between representations, Accept-Encoding aside.
        headers: further headers.
        is_text: compress it for clients that take gzip; ranges are offered for what is not text.
    """

    body: bytes
    media_type: str
    validators: Validators
    cache_control: str
    vary: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    is_text: bool = True


def respond(request: Request, found: Representation, status: int = 200) -> Response:
    """Answer a request with a representation, with 304 when the client has it, or with the part it asks for.

    Args:
        request: GET or HEAD; anything else gets the whole, whatever its conditions.
        found: what there is to send.
        status: the status when the whole is sent; conditions count only for 200.
    """
    body, validators, headers = _select(request, found)
    if status == 200 and request.method in {"GET", "HEAD"}:  # noqa: PLR2004  the number is its own name
        if_none_match = ", ".join(request.headers.getlist("if-none-match")) or None
        if is_unchanged(validators, if_none_match, request.headers.get("if-modified-since")):
            return Response(status_code=304, headers=headers)
        if not found.is_text:
            return _part(request, found, headers)
    return _whole(request, body, {**headers, "content-type": found.media_type}, status)


def _select(request: Request, found: Representation) -> tuple[bytes, Validators, dict[str, str]]:
    headers = {**found.headers, "cache-control": found.cache_control}
    vary = found.vary
    body, validators = found.body, found.validators
    if found.is_text:
        vary = ("Accept-Encoding", *vary)
        if len(body) >= _WORTH_COMPRESSING and accepts_gzip(request.headers.get("accept-encoding")):
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            validators = Validators(f'{validators.etag[:-1]}-gzip"', validators.last_modified)
            headers["content-encoding"] = "gzip"
    if vary:
        headers["vary"] = ", ".join(vary)
    headers["etag"] = validators.etag
    if validators.last_modified is not None:
        headers["last-modified"] = http_date(validators.last_modified)
    return body, validators, headers


def _part(request: Request, found: Representation, headers: dict[str, str]) -> Response:
    headers = {**headers, "content-type": found.media_type, "accept-ranges": "bytes"}
    size = len(found.body)
    # a range of HEAD has no meaning (RFC 9110, 14.2)
    wanted = request.headers.get("range") if request.method == "GET" else None
    try:
        span = requested_span(found.validators, size, wanted, request.headers.get("if-range"))
    except UnsatisfiableRange:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    if span is None:
        return _whole(request, found.body, headers, 200)
    headers["content-range"] = span.content_range(size)
    return Response(found.body[span.first : span.last + 1], status_code=206, headers=headers)


def _whole(request: Request, body: bytes, headers: dict[str, str], status: int) -> Response:
    sent = b"" if request.method == "HEAD" else body
    return Response(sent, status_code=status, headers={**headers, "content-length": str(len(body))})
