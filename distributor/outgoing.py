"""The few calls to other servers (WebSub, webhooks): addresses are checked before they are spoken to."""

import ipaddress
import socket
from collections.abc import Callable, Mapping

import anyio
import httpx2

from distributor.errors import Refused

_DEADLINE_SECONDS = 10.0
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: Address) -> bool:
    """Whether an address is on the open internet, not on this machine or in this house.

    Args:
        address: the address; one IPv4 address inside an IPv6 address is looked at itself.
    """
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_global) and not inner.is_multicast


async def post_form(
    url: str,
    fields: Mapping[str, str],
    *,
    allowed: Callable[[Address], bool] = is_public,
    deadline: float = _DEADLINE_SECONDS,
) -> int:
    """Send a form to a URL that somebody entered and give the status of the answer.

    The name is resolved once, every address of it must be allowed, and the call goes to one of them, so that the name
    cannot come to mean another machine in between. Redirects are not followed.

    Args:
        url: http or https.
        fields: the form.
        allowed: which addresses may be spoken to.
        deadline: seconds for the whole call.

    Raises:
        Refused: `url-unusable` or `url-not-public` with the url, `url-unreachable` when nobody answers in time.
    """
    target = _parse(url)
    try:
        with anyio.fail_after(deadline):
            address = await _resolve(target, allowed)
            pinned = target.copy_with(host=str(address))
            async with httpx2.AsyncClient(timeout=deadline, trust_env=False) as client:
                response = await client.post(
                    pinned,
                    data=dict(fields),
                    headers={"Host": target.netloc.decode("ascii")},
                    extensions={"sni_hostname": target.host},
                )
    except (TimeoutError, OSError, httpx2.HTTPError) as error:
        raise Refused("url-unreachable", url=url, problem=str(error) or type(error).__name__) from error
    return response.status_code


def _parse(url: str) -> httpx2.URL:
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise Refused("url-unusable", url=url) from error
    if target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise Refused("url-unusable", url=url)
    return target


async def _resolve(target: httpx2.URL, allowed: Callable[[Address], bool]) -> Address:
    port = target.port or (443 if target.scheme == "https" else 80)
    found = await anyio.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(sockaddr[0]) for *_, sockaddr in found]
    if not addresses or not all(allowed(address) for address in addresses):
        raise Refused("url-not-public", url=str(target))
    return addresses[0]
