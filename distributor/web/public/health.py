"""Health: for load balancers and supervisors."""

from fastapi import APIRouter, Request, Response

from distributor import log
from distributor.usecases.check_health import check_health
from distributor.web.pages import PRIVATE
from distributor.web.routing import reading
from distributor.web.site import Site

router = APIRouter()

_logger = log.get_logger(__name__)


@reading(router, "/healthz")
async def health(request: Request) -> Response:
    """Say whether the site can work: 200 ok, or 503."""
    site: Site = request.app.state.site
    headers = {"cache-control": PRIVATE}
    try:
        await check_health(site.context)
    except Exception:  # whatever is wrong, the answer to a supervisor is the same
        _logger.exception("unhealthy")
        return Response("unavailable\n", 503, headers, "text/plain")
    return Response("ok\n", 200, headers, "text/plain")
