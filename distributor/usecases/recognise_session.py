"""Recognise who is logged in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.access import Actor, Origin
from distributor.model.user import Session, User
from distributor.store import sessions, users
from distributor.usecases.context import Context

# a session ends when nothing was done in it for an hour, and after a working day whatever is done
IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
# "last seen" is written this often at most, so that reading pages does not write all the time
_TOUCHED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is logged in.

    Args:
        user: the account, as it is now.
        session: the session.
    """

    user: User
    session: Session

    @property
    def actor(self) -> Actor:
        """The account as somebody who acts."""
        return Actor(self.user.name, self.user.role, Origin.DESK)


async def recognise_session(context: Context, token: str) -> SignedIn | None:
    """Give who a token stands for; None when the session has ended or its account was stopped.

    Args:
        context: the installation.
        token: from the cookie.
    """
    now = context.now()
    async with context.database.read() as connection:
        session = await sessions.find(connection, token)
        if session is None or is_over(session, now):
            return None
        user = await users.find(connection, session.user)
    if user is None or user.disabled is not None:
        return None
    if now - session.last_seen >= _TOUCHED_EVERY:
        async with context.database.write() as connection:
            await sessions.touch(connection, session.id, now)
    return SignedIn(user, session)


def is_over(session: Session, now: datetime) -> bool:
    """Whether a session has run out, by use or by age."""
    return now >= session.expires or now - session.last_seen >= IDLE
