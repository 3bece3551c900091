"""Recovery codes: they let in once each whoever has lost the telephone of the second factor."""

import re
import unicodedata
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict
from distributor.model.audit import AuditAct, Touched
from distributor.store import recovery_codes, second_factors
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.require_password import require_password

_PURPOSE: Final = "recovery-code"
_NUMBER, _HALF = 8, 5


async def make_recovery_codes(context: Context, actor: Actor, password: str) -> tuple[str, ...]:
    """Make codes to be kept on paper, in place of those before; they are shown this once.

    Args:
        context: the installation.
        actor: whose account it is.
        password: the password.

    Raises:
        Refused: `password-wrong`, or `login-slowed` after many.
        Conflict: `second-factor-off` for an account that needs none.
    """
    access.require(actor, Act.OWN_ACCOUNT)
    await require_password(context, actor, password)
    keys = tuple(tokens.new_key(2 * _HALF) for _ in range(_NUMBER))
    seals = [_seal(actor.name, key, context.token_keys[-1]) for key in keys]
    async with context.database.write() as connection:
        if await second_factors.find(connection, actor.name) is None:
            raise Conflict("second-factor-off")
        await recovery_codes.replace_all(connection, actor.name, seals)
        touched = Touched("user", actor.name)
        await record_act(connection, context, actor, AuditAct.MAKE_RECOVERY_CODES, touched, {"count": _NUMBER})
    return tuple(f"{key[:_HALF]}-{key[_HALF:]}" for key in keys)


async def count_recovery_codes(context: Context, actor: Actor) -> int:
    """Give the number of codes that are left.

    Args:
        context: the installation.
        actor: whose account it is.
    """
    async with context.database.read() as connection:
        return await recovery_codes.count(connection, actor.name)


async def takes_recovery_code(connection: AsyncConnection, context: Context, name: str, typed: str) -> bool:
    """Use up a code that was typed in place of one of the telephone; returns whether it was one.

    Args:
        connection: an open writing transaction.
        context: the installation.
        name: the account.
        typed: as somebody typed it, with blanks or in full width.
    """
    key = re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", typed)).casefold()
    return await recovery_codes.take(connection, name, {_seal(name, key, secret) for secret in context.token_keys})


def _seal(name: str, key: str, secret: str) -> str:
    # the code alone is too short to be kept as a plain digest
    return tokens.mac(_PURPOSE, f"{name} {key}", secret)
