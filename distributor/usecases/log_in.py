"""Log in: throttled, with the same answer for a wrong password and an unknown account, and a session at the end."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from distributor import log, tokens
from distributor.access import Actor, Origin
from distributor.errors import Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.user import Session, User
from distributor.store import sessions, users
from distributor.usecases.audit import record_act
from distributor.usecases.check_password import check_password
from distributor.usecases.context import Context
from distributor.usecases.count_attempts import Counted, count_attempt, forgive, of_account, of_address
from distributor.usecases.recognise_session import IDLE, LONGEST
from distributor.usecases.second_factor import passes_factor

_log = log.get_logger(__name__)
_LONGEST_AGENT, _LONGEST_ADDRESS = 200, 64


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks.

    Args:
        address: network address.
        agent: what the browser says it is.
        token: token of the session that it has already, or None; that one ends.
        code: one-time code as it was typed, or empty.
    """

    address: str
    agent: str = ""
    token: str | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session.

    Args:
        session: the session.
        token: the secret for its cookie.
    """

    session: Session
    token: str


async def log_in(context: Context, name: str, password: str, client: Client) -> LoggedIn:
    """Open a session for whoever knows the password of an account and shows a code where it has a second factor.

    A wrong code is counted and answered like a wrong password, so that nobody learns which of the two was right.

    Args:
        context: the installation.
        name: name of the account as it was typed.
        password: the password as it was typed.
        client: who asks.

    Raises:
        Refused: `login-slowed` with the seconds to wait, or `login-refused`.
    """
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    against = (of_account(folded), of_address(client.address))
    async with context.database.write() as connection:
        pause = await count_attempt(connection, context, folded, against)
        kept = await users.password_hash(connection, folded)
    if pause:
        raise Refused("login-slowed", seconds=math.ceil(pause.total_seconds()))
    is_right = await check_password(password, kept)
    opened = await _open(context, folded, kept or "", against, client) if is_right else None
    if opened is None:
        _log.warning("login-refused", address=client.address)
        raise Refused("login-refused")
    return opened


async def _open(
    context: Context,
    name: str,
    checked: str,
    against: Sequence[Counted],
    client: Client,
) -> LoggedIn | None:
    """Open the session, unless the account was stopped or got another password meanwhile."""
    now = context.now()
    async with context.database.write() as connection:
        user = await users.find(connection, name)
        if user is None or user.disabled is not None or await users.password_hash(connection, name) != checked:
            return None
        if not await passes_factor(connection, context, name, client.code, now):
            return None
        await forgive(connection, against, now)
        await sessions.remove_expired(connection, now, now - IDLE)
        if client.token is not None and (before := await sessions.find(connection, client.token)) is not None:
            await sessions.remove(connection, before.id)
        opened = new_session(user, client, now)
        await sessions.add(connection, opened.session, opened.token)
        actor = Actor(user.name, user.role, Origin.DESK)
        touched = Touched("session", opened.session.id)
        await record_act(connection, context, actor, AuditAct.LOG_IN, touched, {"address": opened.session.address})
    return opened


def new_session(user: User, client: Client, now: datetime) -> LoggedIn:
    """Make a session with a new id and a new token.

    Args:
        user: whose.
        client: who asks.
        now: the present moment.
    """
    session = Session(
        id=tokens.new_key(),
        user=user.name,
        created=now,
        last_seen=now,
        expires=now + LONGEST,
        address=client.address[:_LONGEST_ADDRESS],
        agent="".join(character for character in client.agent if character.isprintable())[:_LONGEST_AGENT],
    )
    return LoggedIn(session, tokens.new_secret())
