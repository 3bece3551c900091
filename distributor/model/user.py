"""Who works at the desk: accounts of the secretariat and their sessions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccessRole(StrEnum):
    """What a person of the secretariat is; each role may do what those before it may."""

    READER = "reader"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class User:
    """An account; the hash of its password never leaves the store with it.

    Args:
        name: what one logs in with, folded, unique.
        role: what it may do.
        created: when it was added.
        password_set: when its password was last set.
        disabled: since when it may not log in, or None.
    """

    name: str
    role: AccessRole
    created: datetime
    password_set: datetime
    disabled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in, in one browser.

    Args:
        id: short key by which it is listed and revoked; it opens nothing.
        user: name of the account.
        created: when it was opened.
        last_seen: when it was last used, to within a few minutes.
        expires: when it ends however much it is used.
        address: network address it was opened from.
        agent: what the browser said it is.
    """

    id: str
    user: str
    created: datetime
    last_seen: datetime
    expires: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Failures:
    """Attempts to log in that failed in a row.

    Args:
        count: how many.
        last: when the last one was.
    """

    count: int
    last: datetime
