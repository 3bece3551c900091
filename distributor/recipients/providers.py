"""Domains of well-known mail providers, and the slips people make in them."""

from typing import Final

from distributor.recipients.similar import edit_distance

_PROVIDERS: Final = (
    *("qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "vip.126.com", "188.com", "yeah.net"),
    *("sina.com", "sina.cn", "vip.sina.com", "sina.com.cn", "sohu.com", "139.com", "189.cn", "wo.cn", "aliyun.com"),
    *("21cn.com", "tom.com", "263.net", "gmail.com", "outlook.com", "hotmail.com", "live.com", "live.cn", "icloud.com"),
    *("yahoo.com", "yahoo.cn", "yahoo.com.cn"),
)
# real domains one letter away from a provider
_NEIGHBOURS: Final = ("163.net", "126.net", "outlook.cn", *(f"{name}.com" for name in ("mail", "ymail", "email")))
_REAL: Final = frozenset({*_PROVIDERS, *_NEIGHBOURS})
# a shorter name has too many honest neighbours
_LEAST_NAME: Final = 4


def likely_provider(domain: str) -> str | None:
    """Find the provider whose domain was probably meant: qq.con, 163.cm, gmial.com.

    Args:
        domain: domain of an address, lower case.

    Returns:
        The domain of the provider, or None when the domain is one, or is like none.
    """
    if domain in _REAL:
        return None
    name, _, top = domain.partition(".")
    for provider in _PROVIDERS:
        known, _, end = provider.partition(".")
        if name == known and _is_slip(top, end):
            return provider
        if top == end and (_is_swap(name, known) or (len(known) >= _LEAST_NAME and edit_distance(name, known) == 1)):
            return provider
    return None


def _is_slip(top: str, end: str) -> bool:
    return edit_distance(top, end) == 1 or _is_swap(top, end) or (top, end) == ("cn", "com")


def _is_swap(one: str, other: str) -> bool:
    """Tell whether two neighbouring characters changed places."""
    if len(one) != len(other):
        return False
    wrong = [place for place, (here, there) in enumerate(zip(one, other, strict=True)) if here != there]
    if len(wrong) != 2 or wrong[1] - wrong[0] != 1:  # noqa: PLR2004  a swap touches two places
        return False
    return one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
