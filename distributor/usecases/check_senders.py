"""Check whose name the mails of each list carry: whether signatures and records stand behind it."""

from collections.abc import Sequence

from distributor import compose
from distributor.errors import AddressRefused
from distributor.model.finding import Finding, Level
from distributor.model.recipient import RecipientList
from distributor.usecases.context import Context


def sender_domains(context: Context, lists: Sequence[RecipientList]) -> tuple[str, ...]:
    """Give the domains that mails are sent from, the usual one first.

    Args:
        context: the installation.
        lists: the recipient lists.
    """
    found = (_domain(compose.sender_of(entry, context.sender).address) for entry in lists)
    return tuple(dict.fromkeys([_domain(context.sender.address), *found]))


def unaligned_lists(context: Context, lists: Sequence[RecipientList]) -> tuple[Finding, ...]:
    """Name the lists whose sender no signature stands behind, so that receivers with DMARC refuse their mails.

    Args:
        context: the installation; while it signs nothing there is nothing to say.
        lists: the recipient lists.
    """
    if not context.dkim_keys:
        return ()
    findings = []
    for entry in lists:
        address = compose.sender_of(entry, context.sender).address
        domain = _domain(address)
        if not compose.aligned(context.dkim_keys, domain):
            named = {"list": entry.name, "address": address, "domain": domain}
            findings.append(Finding(Level.WARNING, "doctor-list-unaligned", parameters=named))
    return tuple(findings)


def _domain(address: str) -> str:
    try:
        return compose.addr_spec(address).rpartition("@")[2].lower()
    except AddressRefused:
        return address.rpartition("@")[2].lower()
