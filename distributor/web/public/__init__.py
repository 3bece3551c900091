"""The public site: archive, feeds, captured mail, subscribing, unsubscribing."""

from fastapi import APIRouter

from distributor.web.public import archive, captured, feeds, files, health, preferences, subscribe, unsubscribe

router = APIRouter()
for _part in (archive, feeds, captured, subscribe, preferences, unsubscribe, health, files):
    router.include_router(_part.router)
