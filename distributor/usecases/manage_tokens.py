"""Make, list and take back the tokens with which programs speak to the API."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.errors import NotFound, Refused
from distributor.model.api_token import ApiScope, ApiToken
from distributor.model.audit import AuditAct, Touched
from distributor.store import api_tokens, users
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context

# so that programs which search for forgotten secrets know one when they see it
PREFIX = "distributor_"
MOST_DAYS = 366
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token.

    Args:
        token: the token.
        secret: what its bearer shows; kept nowhere, and so shown once.
    """

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class WantedToken:
    """What somebody asks for.

    Args:
        user: the account in whose name it acts.
        name: what it is for.
        scopes: what it is good for.
        days: for how long.
    """

    user: str
    name: str
    scopes: Collection[ApiScope]
    days: int = 90


async def add_token(context: Context, actor: Actor, wanted: WantedToken) -> MadeToken:
    """Make a token for one's own account, or, for an administrator, for anybody's.

    Args:
        context: the installation.
        actor: who makes it.
        wanted: what is asked for.

    Raises:
        Refused: `token-name`, `token-scopes` or `token-days`.
        NotFound: `user-unknown`.
    """
    user = wanted.user.casefold()
    access.require(actor, _act_on(actor, user))
    name = _checked(wanted)
    now = context.now()
    async with context.database.write() as connection:
        await users.get(connection, user)
        scopes = tuple(scope for scope in ApiScope if scope in wanted.scopes)
        ends = now + timedelta(days=wanted.days)
        token = ApiToken(tokens.new_key(), user, name, scopes, now, actor.name, ends)
        secret = PREFIX + tokens.new_secret()
        await api_tokens.add(connection, token, secret)
        details = {"user": user, "name": name, "scopes": list(scopes), "days": wanted.days}
        await record_act(connection, context, actor, AuditAct.ADD_TOKEN, Touched("token", token.id), details)
    return MadeToken(token, secret)


async def list_tokens(context: Context, actor: Actor, user: str | None = None) -> tuple[ApiToken, ...]:
    """Give the tokens that were not taken back, the newest first.

    Args:
        context: the installation.
        actor: who asks.
        user: the account, None for all; those of others are for administrators.
    """
    access.require(actor, Act.MANAGE_USERS if user is None else _act_on(actor, user))
    async with context.database.read() as connection:
        found = await api_tokens.list_all(connection, user)
    return tuple(token for token in found if token.revoked is None)


async def revoke_token(context: Context, actor: Actor, token_id: str) -> ApiToken:
    """Take a token back.

    Args:
        context: the installation.
        actor: whose it is, or an administrator.
        token_id: the token.

    Raises:
        NotFound: `token-unknown`, also for one of somebody else whom the actor does not administer.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    async with context.database.write() as connection:
        token = await api_tokens.get(connection, token_id)
        if token is None or token.revoked is not None or not access.may(actor.role, _act_on(actor, token.user)):
            raise NotFound("token-unknown", id=token_id)
        await api_tokens.revoke(connection, token_id, context.now())
        details = {"user": token.user, "name": token.name}
        await record_act(connection, context, actor, AuditAct.REVOKE_TOKEN, Touched("token", token_id), details)
    return token


def _act_on(actor: Actor, user: str) -> Act:
    return Act.OWN_ACCOUNT if user == actor.name else Act.MANAGE_USERS


def _checked(wanted: WantedToken) -> str:
    name = " ".join(wanted.name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refused("token-name", most=_LONGEST_NAME)
    if not wanted.scopes:
        raise Refused("token-scopes", known="、".join(ApiScope))
    if not 1 <= wanted.days <= MOST_DAYS:
        raise Refused("token-days", most=MOST_DAYS)
    return name
