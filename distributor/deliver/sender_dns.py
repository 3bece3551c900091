"""What the DNS says about the sender: SPF, DKIM, DMARC, and whether they stand behind the From address."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.resolver
import dns.reversename

from distributor.model.finding import Finding, Level

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SenderRecords:
    """TXT records of a sending domain; None where no name server answered.

    Args:
        spf: records of the domain that begin with `v=spf1`.
        dmarc: records of `_dmarc` that begin with `v=DMARC1`.
        dkim: records of `<selector>._domainkey` by selector.
    """

    spf: tuple[str, ...] | None
    dmarc: tuple[str, ...] | None
    dkim: Mapping[str, tuple[str, ...] | None]


async def look_up(domain: str, selectors: Sequence[str]) -> SenderRecords:
    """Ask the name server of this machine for the records of a sending domain.

    Args:
        domain: domain of the From address.
        selectors: selectors of the keys that sign.
    """
    return SenderRecords(
        spf=_beginning("v=spf1", await _texts(domain)),
        dmarc=_beginning("v=DMARC1", await _texts(f"_dmarc.{domain}")),
        dkim={selector: await _texts(f"{selector}._domainkey.{domain}") for selector in selectors},
    )


@dataclass(frozen=True, slots=True)
class HostAddress:
    """A public address of a sending host and what its name is.

    Args:
        address: IPv4 or IPv6.
        names: names that the reverse record gives.
        is_confirmed: whether one of them leads back to the address.
    """

    address: str
    names: tuple[str, ...]
    is_confirmed: bool


async def look_up_host(host: str) -> tuple[HostAddress, ...]:
    """Ask for the reverse records of a host; addresses that nobody outside sees are left out.

    Args:
        host: name or address of the relay.
    """
    found = []
    for address in sorted(await _addresses(host)):
        if ipaddress.ip_address(address).is_global:
            names = await _records(dns.reversename.from_address(address).to_text(), "PTR")
            if names is None:
                # nobody answered, which is no missing record
                continue
            back = [one for name in names for one in await _addresses(name)]
            found.append(HostAddress(address, names, address in back))
    return tuple(found)


def judge_host(host: str, found: Sequence[HostAddress]) -> tuple[Finding, ...]:
    """Say which addresses of our own relay receivers will not trust (RFC 1912 §2.1).

    Args:
        host: name or address of the relay.
        found: its public addresses.
    """
    return tuple(
        Finding(
            Level.WARNING,
            "doctor-ptr-other" if one.names else "doctor-ptr-missing",
            parameters={"host": host, "address": one.address, "names": "、".join(one.names)},
        )
        for one in found
        if not one.is_confirmed
    )


def judge(domain: str, records: SenderRecords, published: Mapping[str, str]) -> tuple[Finding, ...]:
    """Say what is missing or wrong, and what to do.

    Args:
        domain: domain of the From address; keys sign for it, so that DKIM is aligned (RFC 7489 §3.1.1).
        records: what the DNS says.
        published: value that the record of each selector must have.
    """
    if records.spf is None:
        return (Finding(Level.WARNING, "doctor-dns-silent", parameters={"domain": domain}),)
    findings = [*_spf(domain, records.spf), *_dmarc(domain, records.dmarc or ())]
    if not published:
        findings.append(Finding(Level.WARNING, "doctor-dkim-off", parameters={"domain": domain}))
    for selector, value in published.items():
        findings += _dkim(domain, selector, records.dkim.get(selector) or (), value)
    return tuple(findings)


def _spf(domain: str, found: Sequence[str]) -> list[Finding]:
    if not found:
        return [Finding(Level.WARNING, "doctor-spf-missing", parameters={"domain": domain})]
    if len(found) > 1:
        # more than one is a permanent error for every receiver (RFC 7208 §4.5)
        return [Finding(Level.BLOCKING, "doctor-spf-twice", parameters={"domain": domain})]
    if "+all" in found[0].split():
        return [Finding(Level.WARNING, "doctor-spf-open", parameters={"domain": domain})]
    return []


def _dmarc(domain: str, found: Sequence[str]) -> list[Finding]:
    if len(found) == 1:
        return []
    return [Finding(Level.WARNING, "doctor-dmarc-missing", parameters={"domain": domain})]


def _dkim(domain: str, selector: str, found: Sequence[str], wanted: str) -> list[Finding]:
    parameters = {"name": f"{selector}._domainkey.{domain}", "selector": selector}
    if not found:
        return [Finding(Level.BLOCKING, "doctor-dkim-missing", parameters=parameters)]
    if _key_of(wanted) not in {_key_of(record) for record in found}:
        return [Finding(Level.BLOCKING, "doctor-dkim-other", parameters=parameters)]
    return []


def _key_of(record: str) -> str:
    tags = dict(tag.strip().partition("=")[::2] for tag in record.split(";"))
    return "".join(tags.get("p", "").split())


def _beginning(start: str, found: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if found is None else tuple(text for text in found if text.lower().startswith(start.lower()))


async def _addresses(host: str) -> tuple[str, ...]:
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        return (*(await _records(host, "A") or ()), *(await _records(host, "AAAA") or ()))


async def _records(name: str, kind: str) -> tuple[str, ...] | None:
    """Records of a name as text; an empty tuple when there are none, None when nobody answered."""
    try:
        answer = await dns.asyncresolver.resolve(name, kind, lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError):
        return None
    return tuple(record.to_text().rstrip(".") for record in answer)


async def _texts(name: str) -> tuple[str, ...] | None:
    """TXT records of a name; an empty tuple when there are none, None when nobody answered."""
    try:
        answer = await dns.asyncresolver.resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError):
        return None
    return tuple(b"".join(record.strings).decode("ascii", "replace") for record in answer)
