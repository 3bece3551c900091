"""Give a body an address of its own for the restricted feeds, and take it away again."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, publish, recipients, tokens
from distributor.access import Act, Actor
from distributor.errors import NotFound, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest_bytes
from distributor.model.feed_access import FeedAccess
from distributor.publish import Format
from distributor.store import address_book, feed_access, site_state
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.restricted_feeds import refresh_restricted


@dataclass(frozen=True, slots=True)
class GrantedFeed:
    """An access and its addresses, which are shown this once.

    Args:
        access: who may read.
        addresses: address of each format; whoever knows one may read.
    """

    access: FeedAccess
    addresses: tuple[tuple[Format, str], ...]


async def grant_feed(context: Context, actor: Actor, name: str) -> GrantedFeed:
    """Give a body its own secret address.

    Args:
        context: the installation.
        actor: who grants it.
        name: id or any name of a body or group of the address book.

    Raises:
        Refused: `feed-reader-unnamed`.
        NotFound: `body-unknown` with names that look like it.
    """
    access.require(actor, Act.CONFIGURE)
    if not name.strip():
        raise Refused("feed-reader-unnamed")
    token = tokens.new_secret()
    async with context.database.write() as connection:
        await site_state.take(connection)
        reader = await _known_name(connection, name.strip())
        granted = FeedAccess(tokens.new_key(), reader, context.now(), actor.name)
        await feed_access.add(connection, granted, digest_bytes(token.encode()))
        await refresh_restricted(connection, context)
        touched = Touched("feed-access", granted.id)
        await record_act(connection, context, actor, AuditAct.GRANT_FEED, touched, {"name": granted.name})
    stem = f"{context.publication.base_url}/{publish.restricted_stem(token)}"
    return GrantedFeed(granted, tuple((form, stem + form.ending) for form in Format))


async def _known_name(connection: AsyncConnection, name: str) -> str:
    directory = recipients.Directory(await address_book.load_outline(connection))
    found = directory.get(name) or directory.find(name)
    if found is None:
        raise NotFound("body-unknown", name=name, suggestions="、".join(directory.suggestions(name)) or "—")
    return found.name


async def revoke_feed(context: Context, actor: Actor, access_id: str) -> None:
    """Take a secret address away; from now on it answers that it is gone.

    Args:
        context: the installation.
        actor: who revokes it.
        access_id: the access.

    Raises:
        NotFound: `feed-access-unknown`, also when it had been revoked.
    """
    access.require(actor, Act.CONFIGURE)
    async with context.database.write() as connection:
        if not await feed_access.revoke(connection, access_id, actor.name, context.now()):
            raise NotFound("feed-access-unknown", id=access_id)
        await record_act(connection, context, actor, AuditAct.REVOKE_FEED, Touched("feed-access", access_id))


async def list_feed_access(context: Context) -> tuple[FeedAccess, ...]:
    """Give every access, the newest first.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await feed_access.load(connection)
