"""What goes wrong at the desk, as a page of the desk."""

from typing import Final

from fastapi import Request, Response

from distributor import log
from distributor.errors import DistributorError
from distributor.i18n import translate
from distributor.web.desk.pages import show
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk
from distributor.web.errors import error_page, path_for_log, status_of
from distributor.web.visit import visit_of

_logger: Final = log.get_logger(__name__)
_STATUS: Final = {
    "not-permitted": 403,
    "foreign-origin": 403,
    "form-expired": 403,
    "login-needed": 403,
    "login-refused": 403,
    "login-slowed": 429,
    "upload-too-large": 413,
}
_OUR_FAULT: Final = 500


def failure_status(error: DistributorError) -> int:
    """Give the HTTP status of one of our errors at the desk."""
    return _STATUS.get(error.code) or status_of(error)


def failure(request: Request, error: DistributorError) -> Response:
    """Show what went wrong and what to do, within the desk for who is logged in.

    Args:
        request: the request that failed.
        error: what went wrong.
    """
    status = failure_status(error)
    if status >= _OUR_FAULT:
        _logger.error("request-refused", path=path_for_log(request.scope), error=str(error))
    visit = visit_of(request)
    sentence = desk_sentence(error, visit.language)
    desk: Desk | None = getattr(request.state, "desk", None)
    if desk is None or desk.who is None:
        return error_page(request, status, sentence)
    title = translate("desk.failure.title", visit.language)
    return show(desk, "web/desk/failure.html", title, {"sentence": sentence, "status": status}, status=status)
