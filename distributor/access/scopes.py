"""Which acts the scopes of API tokens allow."""

from collections.abc import Collection, Mapping
from typing import Final

from distributor.access.roles import Act
from distributor.errors import Refused
from distributor.model.api_token import ApiScope

_SCOPE_OF: Final[Mapping[Act, ApiScope]] = {Act.READ: ApiScope.READ, Act.RECEIVE: ApiScope.RECEIVE}


def scope_of(act: Act) -> ApiScope | None:
    """Give the scope that a token needs for an act; None: no token may do it.

    Args:
        act: what is to be done.
    """
    return _SCOPE_OF.get(act)


def require_scope(scopes: Collection[ApiScope], act: Act) -> None:
    """Refuse an act that a token is not good for.

    Args:
        scopes: of the token.
        act: what is to be done.

    Raises:
        Refused: `token-scope` with the scope that is missing.
    """
    needed = scope_of(act)
    if needed is None or needed not in scopes:
        raise Refused("token-scope", scope=needed or act.value)
