"""The records of a sender are asked of a name server, here one of our own on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, UDPServer

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from distributor.deliver.sender_dns import judge_host, look_up, look_up_host
from tests.support.sentences import is_said

pytestmark = pytest.mark.anyio

ZONE = {
    ("xiefa.example.", "TXT"): ['"v=spf1 mx -all"', '"something else"'],
    ("_dmarc.xiefa.example.", "TXT"): ['"v=DMARC1; p=none"'],
    ("2026a._domainkey.xiefa.example.", "TXT"): ['"v=DKIM1; k=rsa; " "p=MIIB"'],
    ("mx.xiefa.example.", "A"): ["1.1.1.1", "8.8.4.4", "9.9.9.9", "10.0.0.1"],
    ("mx.xiefa.example.", "AAAA"): ["2606:4700:4700::1111"],
    ("1.1.1.1.in-addr.arpa.", "PTR"): ["mx.xiefa.example."],
    ("4.4.8.8.in-addr.arpa.", "PTR"): ["pool.provider.example."],
    ("pool.provider.example.", "A"): ["8.8.4.5"],
}


class _NameServer(BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        name, kind = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
        if (name, kind) in ZONE:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *ZONE[name, kind]))
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
    assert await look_up_host("9.9.9.9") == ()
    assert await look_up_host("mx.xiefa.example") == ()


async def test_public_addresses_of_our_own_relay_need_a_name_that_leads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with _name_server() as port:
        monkeypatch.setattr(dns.asyncresolver, "default_resolver", _resolver(port))
        found = await look_up_host("mx.xiefa.example")
        alone = await look_up_host("9.9.9.9")
        inside = await look_up_host("127.0.0.1")
        unknown = await look_up_host("nowhere.xiefa.example")
    addresses = ["1.1.1.1", "2606:4700:4700::1111", "8.8.4.4", "9.9.9.9"]
    assert [(one.address, one.is_confirmed) for one in found] == [(one, one == "1.1.1.1") for one in addresses]
    judged = judge_host("mx.xiefa.example", found)
    assert [(one.code, one.parameters["address"]) for one in judged] == [
        ("doctor-ptr-missing", "2606:4700:4700::1111"),
        ("doctor-ptr-other", "8.8.4.4"),
        ("doctor-ptr-missing", "9.9.9.9"),
    ]
    assert judged[1].parameters["names"] == "pool.provider.example"
    assert all(map(is_said, judged))
    assert [one.names for one in alone] == [()]
    assert inside == unknown == ()
