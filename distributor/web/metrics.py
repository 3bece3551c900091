"""Measures for Prometheus: on loopback, or for who shows the token of the settings."""

import hmac
from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from distributor.errors import NotFound
from distributor.model.progress import Measures
from distributor.model.run import DeliveryState
from distributor.usecases.measure import measure
from distributor.web.pages import PRIVATE
from distributor.web.routing import reading
from distributor.web.site import Site

router = APIRouter()

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
# a proxy on this machine speaks for somebody else
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@reading(router, "/metrics")
async def metrics(request: Request) -> Response:
    """Give the measures; whoever may not have them is told that there is nothing."""
    site: Site = request.app.state.site
    if not may_measure(request, site.metrics_token):
        raise NotFound("page-unknown")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Measured(await measure(site.context)))
    return Response(generate_latest(registry), headers={"cache-control": PRIVATE}, media_type=CONTENT_TYPE_LATEST)


def may_measure(request: Request, token: str | None) -> bool:
    """Tell whether a request comes from this machine itself, or shows the token.

    Args:
        request: the request.
        token: the token of the settings, or None.
    """
    shown = request.headers.get("authorization", "")
    if token and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        return True
    is_own = request.client is not None and request.client.host in _LOOPBACK
    return is_own and not any(name in request.headers for name in _FORWARDED)


class _Measured(Collector):
    """Hands measures to the library in its form."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterable[Metric]:
        """Give one metric after the other."""
        measures = self._measures
        by_state = GaugeMetricFamily("distributor_deliveries", "Deliveries by state.", labels=["state"])
        for state in DeliveryState:
            by_state.add_metric([state.value.replace(" ", "_")], measures.by_state.get(state, 0))
        yield by_state
        for name, words, value in (
            ("oldest_due_age_seconds", "Age of the oldest delivery that is due.", measures.oldest_due_seconds),
            ("claimed_deliveries", "Deliveries in the hands of workers.", measures.claimed),
            ("sent_last_minute", "Mails sent within the last minute.", measures.sent_last_minute),
            ("open_tickets", "Tickets that nobody has settled.", measures.open_tickets),
            ("paused_runs", "Runs that stand still with something left to send.", measures.paused_runs),
        ):
            yield GaugeMetricFamily(f"distributor_{name}", words, value=value)
