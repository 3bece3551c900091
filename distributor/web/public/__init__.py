"""The public site: archive, feeds, captured mail, subscribing, unsubscribing."""

from fastapi import APIRouter

from distributor.web.public import (
    archive,
    captured,
    channels,
    feeds,
    files,
    health,
    preferences,
    robots,
    search,
    subscribe,
    unsubscribe,
)

router = APIRouter()
for _part in (archive, channels, search, feeds, robots, captured, subscribe, preferences, unsubscribe, health, files):
    router.include_router(_part.router)
