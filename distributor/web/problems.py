"""Errors for programs: problem details in JSON (RFC 9457)."""

import json
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from distributor.errors import DistributorError
from distributor.i18n import error_sentence, translate
from distributor.web.visit import visit_of

MEDIA_TYPE: Final = "application/problem+json"
API: Final = "/api"
_SAID: Final = frozenset({404, 405, 422, 500})


@dataclass(frozen=True, slots=True)
class Fault:
    """One value of a request that cannot be used.

    Args:
        where: its place, for example `query.page`.
        problem: what is wrong with it.
    """

    where: str
    problem: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as RFC 9457 has it.

    Args:
        type: what sort of problem, a URN of ours.
        title: the same in a few words, by the status.
        status: HTTP status.
        detail: one sentence that says what is wrong and what to do.
        code: the last part of the type, for programs to compare.
        reference: key under which the log has more, or empty.
        faults: values of the request that cannot be used.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    reference: str = ""
    faults: tuple[Fault, ...] = field(default_factory=tuple)


def is_for_program(request: Request) -> bool:
    """Tell whether a program asks, which wants its errors as data.

    Args:
        request: the request.
    """
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    return path == API or path.startswith(f"{API}/")


def problem_of(request: Request, error: DistributorError, status: int) -> Response:
    """Answer with one of our errors.

    Args:
        request: the request that failed.
        error: what went wrong.
        status: status of the answer.
    """
    return problem(request, status, error.code, error_sentence(error, visit_of(request).language))


def problem(
    request: Request,
    status: int,
    code: str = "",
    detail: str = "",
    *,
    reference: str = "",
    faults: tuple[Fault, ...] = (),
) -> Response:
    """Answer that something went wrong.

    Args:
        request: the request that failed.
        status: status of the answer.
        code: what sort of problem; by default that of the status.
        detail: what is wrong and what to do; by default what there is to say about the status.
        reference: key under which the log has more.
        faults: values of the request that cannot be used.
    """
    title = HTTPStatus(status).phrase
    named = code or title.lower().replace(" ", "-")
    said = detail or translate(
        f"web.error.sentence-{status if status in _SAID else 'other'}", visit_of(request).language
    )
    found = Problem(f"urn:distributor:problem:{named}", title, status, said, named, reference, faults)
    values = {name: value for name, value in asdict(found).items() if value not in ("", ())}
    return Response(
        json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"),
        status,
        {"cache-control": "no-store"},
        MEDIA_TYPE,
    )
