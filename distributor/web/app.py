"""The application: routes, error pages and security headers joined."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from fastapi import FastAPI

from distributor import bootstrap, log
from distributor.i18n import DEFAULT_LANGUAGE
from distributor.settings import Settings
from distributor.usecases.context import Context
from distributor.usecases.read_document import site_version
from distributor.web import api, desk, errors, metrics, public
from distributor.web.assets import load_assets
from distributor.web.cache import PageCache
from distributor.web.hosts import DeskHosts
from distributor.web.negotiation import known_language
from distributor.web.pace import Pace
from distributor.web.security import SecurityHeaders
from distributor.web.site import Site


class Container(Protocol):
    """What bootstrap hands in."""

    @property
    def context(self) -> Context:
        """What the use cases work with."""

    @property
    def settings(self) -> Settings:
        """What the operator set."""


def create_app(container: Container, *, is_static: bool = False, patience: float = 0.5) -> FastAPI:
    """Build the site of an installation.

    Args:
        container: its concrete objects.
        is_static: its pages are written to files, so that nothing can be asked of them.
        patience: seconds for which an answer may be given again without asking whether anything has changed.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_lifespan)
    app.state.site = Site(container.context, container.settings, load_assets(), is_static)
    app.include_router(public.router)
    app.include_router(desk.router)
    if not is_static:
        app.include_router(api.router)
    app.include_router(metrics.router)
    errors.install(app)
    app.add_middleware(Pace, a_minute=0 if is_static else container.settings.web.requests_a_minute)
    app.add_middleware(DeskHosts, names=container.settings.web.desk_hosts)
    # the last one added is the outermost: error pages get the headers too
    app.add_middleware(SecurityHeaders, https=container.context.publication.base_url.startswith("https://"))
    if not is_static:
        version = partial(site_version, container.context)
        language = known_language(container.settings.language) or DEFAULT_LANGUAGE
        app.add_middleware(PageCache, version=version, language=language, patience=patience)
    return app


def factory() -> FastAPI:
    """Build the site of this machine's installation, for servers that start by a name."""
    log.configure()
    return create_app(bootstrap.build())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    site: Site = app.state.site
    await site.context.database.dispose()
