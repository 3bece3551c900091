"""Tokens with which programs speak to the API in the name of an account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ApiScope(StrEnum):
    """What a token is good for; the role of its account limits it further."""

    READ = "read"
    RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token; its secret is shown once and kept as a digest.

    Args:
        id: short key by which it is listed and revoked; it opens nothing.
        user: name of the account in whose name it acts.
        name: what it is for, in words of who made it.
        scopes: what it is good for.
        created: when it was made.
        created_by: who made it.
        expires: when it ends.
        last_used: when it was last used, to within an hour, or None.
        revoked: when it was taken back, or None.
    """

    id: str
    user: str
    name: str
    scopes: tuple[ApiScope, ...]
    created: datetime
    created_by: str
    expires: datetime
    last_used: datetime | None = None
    revoked: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether it opens anything at a moment."""
        return self.revoked is None and moment < self.expires
