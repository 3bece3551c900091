"""The API for programs: versioned, with bearer tokens, the same use cases and roles as the desk."""

from distributor.web.api import bulletins, describe, lists, runs
from distributor.web.api.routing import router

# importing a module registers its routes
PARTS = (describe, bulletins, runs, lists)

__all__ = ["PARTS", "router"]
