"""The restricted feeds: rendered once for all who may read them; who reads is written into the address alone."""

from functools import partial

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import publish
from distributor.errors import NotFound
from distributor.model.canonical import digest_bytes
from distributor.model.document import Document
from distributor.model.feed_access import FeedAccess
from distributor.publish import Format
from distributor.store import bulletins, documents, feed_access, listings, revisions
from distributor.usecases.context import Context

# stands for the secret in what is stored; public addresses all begin with feeds/, so that nobody can ask for these
_PLACE = "secret-of-the-reader"
_STORED = "restricted/feed"


async def refresh_restricted(connection: AsyncConnection, context: Context) -> None:
    """Render what those who may read restricted feeds get now; nothing while nobody may.

    Args:
        connection: an open writing transaction.
        context: the installation.
    """
    if not await feed_access.is_any(connection):
        return
    ids = await listings.newest_regular(connection, context.feeds.window)
    records = await bulletins.get_many(connection, ids)
    offered = await revisions.offered_originals(connection, ids)
    build = partial(publish.build_restricted, context.publication, records, _PLACE, context.feeds, offered)
    made = await anyio.to_thread.run_sync(build)
    stem = publish.restricted_stem(_PLACE)
    stored = [
        Document(_STORED + one.path.removeprefix(stem), one.media_type, one.body, one.etag, one.last_modified)
        for one in made
    ]
    await documents.save(connection, stored)


async def read_restricted(context: Context, name: str) -> tuple[FeedAccess, Document]:
    """Give a restricted feed as one body reads it.

    Args:
        context: the installation.
        name: secret and ending, the last part of the address.

    Raises:
        NotFound: `document-unknown`, or `document-gone` when the access was revoked.
    """
    token, ending = _parted(name)
    async with context.database.read() as connection:
        access = await feed_access.find(connection, digest_bytes(token.encode("utf-8", "replace")))
        stored = None if access is None else await documents.get(connection, _STORED + ending)
    if access is None or stored is None:
        raise NotFound("document-unknown", path="feeds/restricted/…")
    if access.revoked is not None:
        raise NotFound("document-gone", path="feeds/restricted/…")
    body = stored.body.replace(_PLACE.encode(), token.encode())
    return access, Document(
        publish.restricted_stem(token) + ending,
        stored.media_type,
        body,
        publish.entity_tag(body),
        stored.last_modified,
    )


async def count_fetch(context: Context, access: FeedAccess) -> None:
    """Count that a restricted feed was fetched.

    Args:
        context: the installation.
        access: by whom.
    """
    async with context.database.write() as connection:
        await feed_access.count(connection, access.id, context.now())


def _parted(name: str) -> tuple[str, str]:
    for form in Format:
        if name.endswith(form.ending):
            return name.removesuffix(form.ending), form.ending
    raise NotFound("document-unknown", path="feeds/restricted/…")
