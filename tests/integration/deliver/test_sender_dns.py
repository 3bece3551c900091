"""The records of a sender are asked of a name server, here one of our own on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, UDPServer

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from distributor.deliver.sender_dns import look_up

pytestmark = pytest.mark.anyio

ZONE = {
    "xiefa.example.": ['"v=spf1 mx -all"', '"something else"'],
    "_dmarc.xiefa.example.": ['"v=DMARC1; p=none"'],
    "2026a._domainkey.xiefa.example.": ['"v=DKIM1; k=rsa; " "p=MIIB"'],
}


class _NameServer(BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        name = query.question[0].name.to_text()
        if name in ZONE:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *ZONE[name]))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        socket.sendto(response.to_wire(), self.client_address)


@contextmanager
def _name_server() -> Iterator[int]:
    server = UDPServer(("127.0.0.1", 0), _NameServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _resolver(port: int) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], port, 2
    return resolver


async def test_the_records_of_a_sender_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with _name_server() as port:
        monkeypatch.setattr(dns.asyncresolver, "default_resolver", _resolver(port))
        records = await look_up("xiefa.example", ["2026a", "2027a"])
    assert records.spf == ("v=spf1 mx -all",)
    assert records.dmarc == ("v=DMARC1; p=none",)
    assert records.dkim == {"2026a": ("v=DKIM1; k=rsa; p=MIIB",), "2027a": ()}


async def test_a_silent_name_server_is_no_missing_record(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = _resolver(1)
    resolver.lifetime = 0.2
    monkeypatch.setattr(dns.asyncresolver, "default_resolver", resolver)
    monkeypatch.setattr("distributor.deliver.sender_dns._SECONDS", 0.2)
    records = await look_up("xiefa.example", ["2026a"])
    assert (records.spf, records.dmarc, records.dkim) == (None, None, {"2026a": None})
