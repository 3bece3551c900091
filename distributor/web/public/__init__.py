"""The public site: archive, feeds, captured mail, unsubscribing."""

from fastapi import APIRouter

from distributor.web.public import archive, captured, feeds, files, health, unsubscribe

router = APIRouter()
for _part in (archive, feeds, captured, unsubscribe, health, files):
    router.include_router(_part.router)
