"""The application: routes, error pages and security headers joined."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from fastapi import FastAPI

from distributor import bootstrap, log
from distributor.settings import Settings
from distributor.usecases.context import Context
from distributor.web import desk, errors, metrics, public
from distributor.web.assets import load_assets
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


def create_app(container: Container, *, is_static: bool = False) -> FastAPI:
    """Build the site of an installation.

    Args:
        container: its concrete objects.
        is_static: its pages are written to files, so that nothing can be asked of them.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_lifespan)
    app.state.site = Site(container.context, container.settings, load_assets(), is_static)
    app.include_router(public.router)
    app.include_router(desk.router)
    app.include_router(metrics.router)
    errors.install(app)
    # the last one added is the outermost: error pages get the headers too
    app.add_middleware(SecurityHeaders, https=container.context.publication.base_url.startswith("https://"))
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
