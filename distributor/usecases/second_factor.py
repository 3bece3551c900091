"""One-time codes of a telephone beside the password: turned on by their owner, off by them or an administrator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, log, tokens
from distributor.access import Act, Actor
from distributor.errors import Refused
from distributor.model.audit import AuditAct, Touched
from distributor.store import recovery_codes, second_factors, sessions, users
from distributor.store.second_factors import KeptFactor
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.recovery_codes import takes_recovery_code
from distributor.usecases.require_password import require_password

_log = log.get_logger(__name__)
_OFFER: Final = "second-factor-offer"
_KEPT: Final = "second-factor"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that somebody may take over into their telephone; it counts once they have shown a code.

    Args:
        secret: in base32, to be typed.
        uri: the same for a program that takes it over.
        token: to be handed back with the code.
    """

    secret: str
    uri: str
    token: str


def offer_factor(context: Context, actor: Actor) -> Offer:
    """Make a new secret; nothing is kept.

    Args:
        context: the installation.
        actor: for whom.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    return _offer(context, actor, access.new_totp_secret())


def same_offer(context: Context, actor: Actor, token: str) -> Offer:
    """Give an offer once more, after a code that was wrong.

    Args:
        context: the installation.
        actor: for whom.
        token: of the offer.

    Raises:
        Refused: `token-invalid`.
    """
    return _offer(context, actor, _offered(context, actor, token))


async def enable_factor(context: Context, actor: Actor, offer: str, typed: tuple[str, str], session_id: str) -> None:
    """Ask for a code at every login from now on; all other sessions of the account end.

    Args:
        context: the installation.
        actor: whose account it is.
        offer: token of the offer.
        typed: the password and a code.
        session_id: the session that goes on.

    Raises:
        Refused: `token-invalid`, `password-wrong`, `code-wrong`, or `login-slowed` after many.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    secret = _offered(context, actor, offer)
    password, code = typed
    await require_password(context, actor, password)
    now = context.now()
    step = access.matching_step(secret, code, now)
    if step is None:
        raise Refused("code-wrong")
    sealed = tokens.seal(_KEPT, secret, context.token_keys[-1])
    async with context.database.write() as connection:
        await second_factors.set_factor(connection, KeptFactor(actor.name, sealed, step), now)
        await recovery_codes.replace_all(connection, actor.name, ())
        ended = await sessions.remove_of(connection, actor.name, spared=session_id)
        touched = Touched("user", actor.name)
        await record_act(connection, context, actor, AuditAct.ENABLE_SECOND_FACTOR, touched, {"sessions": ended})


async def disable_own_factor(context: Context, actor: Actor, password: str) -> None:
    """Ask for no code any more; whoever found the screen unlocked does not know the password.

    Args:
        context: the installation.
        actor: whose account it is.
        password: the password.

    Raises:
        Refused: `password-wrong`, or `login-slowed` after many.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    await require_password(context, actor, password)
    await _remove(context, actor, actor.name)


async def reset_factor(context: Context, actor: Actor, name: str) -> bool:
    """Let somebody in without a code who has lost their telephone; returns whether they had one.

    Args:
        context: the installation.
        actor: who does it.
        name: the account.

    Raises:
        NotFound: `user-unknown`.
    """
    access.require(actor, Act.MANAGE_USERS)
    async with context.database.read() as connection:
        user = await users.get(connection, name.casefold())
    return await _remove(context, actor, user.name)


async def factor_holders(context: Context) -> frozenset[str]:
    """Give the names of the accounts that show a code when they log in.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await second_factors.holders(connection)


async def passes_factor(connection: AsyncConnection, context: Context, name: str, code: str, now: datetime) -> bool:
    """Whether a login may go on: no code is wanted, or the right one was typed, which is good for once.

    Args:
        connection: an open writing transaction.
        context: the installation.
        name: the account.
        code: what was typed.
        now: the present moment.
    """
    kept = await second_factors.find(connection, name)
    if kept is None:
        return True
    secret = tokens.unseal(_KEPT, kept.sealed, context.token_keys)
    if secret is None:
        # the keys of this machine are others than those it was sealed with; an administrator resets it
        _log.error("second-factor-unreadable", user=name)
        return False
    step = access.matching_step(secret, code, now, kept.last_step)
    if step is None:
        return await takes_recovery_code(connection, context, name, code)
    await second_factors.use(connection, name, step)
    return True


def _offer(context: Context, actor: Actor, secret: str) -> Offer:
    uri = access.provisioning_uri(secret, actor.name, context.publication.name)
    return Offer(secret, uri, tokens.sign(_OFFER, [actor.name, secret], context.token_keys))


def _offered(context: Context, actor: Actor, token: str) -> str:
    name, secret = tokens.verify(_OFFER, token, context.token_keys)
    if name != actor.name:
        raise Refused("token-invalid")
    return secret


async def _remove(context: Context, actor: Actor, name: str) -> bool:
    async with context.database.write() as connection:
        had_one = await second_factors.remove(connection, name)
        await recovery_codes.replace_all(connection, name, ())
        if had_one:
            await record_act(connection, context, actor, AuditAct.DISABLE_SECOND_FACTOR, Touched("user", name))
    return had_one
