"""Who may read the restricted feeds."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedAccess:
    """A secret address of the restricted feeds, given to one body; the secret itself is kept nowhere.

    Args:
        id: names it in lists and commands.
        name: the body.
        granted: when.
        granted_by: name of the actor.
        revoked: when it was revoked, or None.
        fetched: how often the feeds were fetched.
        last_fetched: when they were fetched last, or None.
    """

    id: str
    name: str
    granted: datetime
    granted_by: str
    revoked: datetime | None = None
    fetched: int = 0
    last_fetched: datetime | None = None
