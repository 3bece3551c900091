"""A relay is asked whether it would take our mail, without sending any."""

import pytest

from distributor.deliver import CaptureServer, Relay
from distributor.deliver.probe import probe
from distributor.deliver.sender_dns import SenderRecords, judge
from distributor.model.finding import Level
from distributor.settings import Security

pytestmark = pytest.mark.anyio


async def _codes(relay: Relay, largest: int = 1000) -> dict[str, Level]:
    return {finding.code: finding.level for finding in await probe(relay, "xiefa.example", largest)}


async def test_a_relay_that_takes_mail_is_ready_but_must_be_protected() -> None:
    async with CaptureServer() as server:
        relay = Relay(host=server.host, port=server.port, security=Security.NONE)
        assert await _codes(relay) == {
            "doctor-relay-in-the-clear": Level.WARNING,
            "doctor-relay-ready": Level.INFO,
        }
        assert server.received == []


async def test_a_relay_that_takes_smaller_mails_only_is_no_use() -> None:
    async with CaptureServer() as server:
        relay = Relay(host=server.host, port=server.port, security=Security.NONE)
        assert (await _codes(relay, 10**9))["doctor-relay-size"] is Level.BLOCKING


async def test_credentials_never_go_over_an_open_line_unnoticed() -> None:
    async with CaptureServer() as server:
        relay = Relay(host=server.host, port=server.port, security=Security.NONE, username="u")
        found = await _codes(relay)
        assert found["doctor-relay-in-the-clear"] is Level.BLOCKING
        assert found["doctor-relay-credentials"] is Level.BLOCKING


async def test_nobody_there_is_said_with_the_reason() -> None:
    found = await probe(Relay(host="127.0.0.1", port=1, security=Security.TLS), "xiefa.example", 1)
    assert [(f.code, f.parameters["problem"]) for f in found] == [("doctor-relay-unreachable", "connection-refused")]


async def test_a_relay_without_tls_is_no_relay_for_starttls() -> None:
    async with CaptureServer() as server:
        assert "doctor-relay-unreachable" in await _codes(Relay(host=server.host, port=server.port))


KEY = "v=DKIM1; k=rsa; p=MIIBIjAN"
GOOD = SenderRecords(("v=spf1 mx -all",), ("v=DMARC1; p=none",), {"2026a": ("v=DKIM1;k=rsa; p=MIIB IjAN",)})


@pytest.mark.parametrize(
    ("records", "published", "codes"),
    [
        (GOOD, {"2026a": KEY}, []),
        (SenderRecords(None, None, {}), {"2026a": KEY}, ["doctor-dns-silent"]),
        (SenderRecords((), ("v=DMARC1",), {}), {}, ["doctor-spf-missing", "doctor-dkim-off"]),
        (SenderRecords(("v=spf1 a", "v=spf1 b"), ("v=DMARC1",), {}), {}, ["doctor-spf-twice", "doctor-dkim-off"]),
        (SenderRecords(("v=spf1 +all",), None, {}), {}, ["doctor-spf-open", "doctor-dmarc-missing", "doctor-dkim-off"]),
        (SenderRecords(("v=spf1 mx",), ("v=DMARC1",), {"2026a": None}), {"2026a": KEY}, ["doctor-dkim-missing"]),
        (
            SenderRecords(("v=spf1 mx",), ("v=DMARC1",), {"2026a": ("v=DKIM1; p=other",)}),
            {"2026a": KEY},
            ["doctor-dkim-other"],
        ),
    ],
)
def test_what_the_dns_lacks_is_said(records: SenderRecords, published: dict[str, str], codes: list[str]) -> None:
    assert [finding.code for finding in judge("xiefa.example", records, published)] == codes
