"""Tokens of the API; the secret of one is kept as a digest."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.api_token import ApiToken
from distributor.model.canonical import digest_bytes
from distributor.store.tables import api_tokens
from distributor.store.values import restore

_SHOWN = [api_tokens.c[field.name] for field in fields(ApiToken)]


async def add(connection: AsyncConnection, token: ApiToken, secret: str) -> None:
    """Keep a new token.

    Args:
        connection: an open writing transaction.
        token: whose, and what it is good for.
        secret: what its bearer shows.
    """
    values = {field.name: getattr(token, field.name) for field in fields(ApiToken)}
    await connection.execute(insert(api_tokens).values(secret_sha256=_digest(secret), **values))


async def find(connection: AsyncConnection, secret: str) -> ApiToken | None:
    """Give the token of a secret, whether it still holds or not, or None.

    Args:
        connection: an open transaction.
        secret: what its bearer shows.
    """
    query = select(*_SHOWN).where(api_tokens.c.secret_sha256 == _digest(secret))
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else restore(ApiToken, dict(row))


async def get(connection: AsyncConnection, token_id: str) -> ApiToken | None:
    """Give a token by its id, or None."""
    row = (await connection.execute(select(*_SHOWN).where(api_tokens.c.id == token_id))).mappings().first()
    return None if row is None else restore(ApiToken, dict(row))


async def list_all(connection: AsyncConnection, user: str | None = None) -> tuple[ApiToken, ...]:
    """Give the tokens, those of one account or all, the newest first.

    Args:
        connection: an open transaction.
        user: name of the account, or None.
    """
    query = select(*_SHOWN).order_by(api_tokens.c.created.desc(), api_tokens.c.id)
    if user is not None:
        query = query.where(api_tokens.c.user == user)
    return restore(tuple[ApiToken, ...], [dict(row) for row in (await connection.execute(query)).mappings()])


async def touch(connection: AsyncConnection, token_id: str, moment: datetime) -> None:
    """Write down that a token was used."""
    await connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used=moment))


async def revoke(connection: AsyncConnection, token_id: str, moment: datetime) -> None:
    """Write down that a token holds no more."""
    await connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(revoked=moment))


def _digest(secret: str) -> str:
    # the secret has 256 bits of its own, so that a plain digest cannot be searched
    return digest_bytes(secret.encode("utf-8", "surrogatepass"))
