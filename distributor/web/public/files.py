"""Style sheets, scripts and pictures of the site itself."""

from fastapi import APIRouter, Request, Response

from distributor.errors import NotFound
from distributor.web.conditional import Validators
from distributor.web.representation import Representation, respond
from distributor.web.routing import reading
from distributor.web.site import Site

router = APIRouter()

_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"


@reading(router, "/favicon.ico")
async def icon(request: Request) -> Response:
    """Give the icon of the site to whoever asks for it where icons have always been."""
    return await asset(request, "icon.svg")


@reading(router, "/static/{name:path}")
async def asset(request: Request, name: str) -> Response:
    """Give a file of the site; with the version in its address it may be kept for ever."""
    site: Site = request.app.state.site
    found = site.assets.files.get(name)
    if found is None:
        raise NotFound("page-unknown")
    versioned = request.query_params.get("v") == found.version
    representation = Representation(
        body=found.body,
        media_type=found.media_type,
        validators=Validators(f'"{found.version}"'),
        cache_control=_FOR_EVER if versioned else _FOR_AN_HOUR,
    )
    return respond(request, representation)
