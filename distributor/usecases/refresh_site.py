"""Bring what readers get up to date with bulletins that changed, in the very transaction of the change."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import publish
from distributor.model.feeds import Card, Channel
from distributor.model.record import BulletinRecord
from distributor.publish import Catalogue, Chain, Change, Rebuilt
from distributor.store import bulletins, catalogue, documents, hub_pings, revisions, search, site_state
from distributor.usecases.context import Context
from distributor.usecases.print_issues import print_issues
from distributor.usecases.restricted_feeds import refresh_restricted

_CARDS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What readers get that they did not get before.

    Args:
        rendered: paths of all documents that the changes touch.
        written: paths of those that are new or different.
        retired: paths where nothing stands any more.
    """

    rendered: tuple[str, ...]
    written: tuple[str, ...]
    retired: tuple[str, ...]


async def refresh_site(connection: AsyncConnection, context: Context, changes: Collection[Change]) -> Refreshed:
    """Render and store the documents that changed bulletins touch; how large the archive is makes no difference.

    Args:
        connection: the open writing transaction in which the bulletins were changed.
        context: the installation.
        changes: what happened, each bulletin once.
    """
    for change in changes:
        await _put_card(connection, change.now)
    await complete_catalogue(connection)
    rebuilt = await _rebuild(connection, context, changes)
    for change in changes:
        await _index(connection, context, change.now)
    await print_issues(connection, context, [change.now for change in changes])
    written = await documents.save(connection, rebuilt.documents)
    retired = await documents.retire(connection, rebuilt.removed, context.now())
    await refresh_restricted(connection, context)
    if context.feeds.hub is not None:
        topics = publish.topics_of(context.publication, written)
        await hub_pings.queue(connection, topics, context.now())
    await site_state.advance(connection)
    return Refreshed(tuple(document.path for document in rebuilt.documents), written, retired)


async def complete_catalogue(connection: AsyncConnection) -> None:
    """Make the cards that are lacking because an older version of the program published the bulletins.

    Args:
        connection: an open writing transaction.
    """
    while missing := await catalogue.lacking(connection, _CARDS_AT_ONCE):
        for record in await bulletins.get_many(connection, missing):
            await _put_card(connection, record)


async def _put_card(connection: AsyncConnection, record: BulletinRecord) -> None:
    if (card := publish.card_of(record)) is not None:
        await catalogue.put(connection, card)


async def _index(connection: AsyncConnection, context: Context, record: BulletinRecord) -> None:
    found = publish.indexed_items(record)
    await search.put(connection, record.id, publish.day_of(record, context.publication), found)


async def _rebuild(connection: AsyncConnection, context: Context, changes: Collection[Change]) -> Rebuilt:
    known = await _catalogue(connection, context.feeds.window, changes)
    changed = {change.now.id: change.now for change in changes}
    wanted = publish.needed(known, changes)
    others = await bulletins.get_many(connection, wanted - changed.keys())
    offered = await revisions.offered_originals(connection, wanted | changed.keys())
    build = partial(
        publish.build_for,
        context.publication,
        known,
        (*changed.values(), *others),
        changes,
        context.feeds,
        offered,
    )
    return await anyio.to_thread.run_sync(build)


async def _catalogue(connection: AsyncConnection, window: int, changes: Collection[Change]) -> Catalogue:
    """Read as much of the catalogue as the changes touch."""
    chains = {
        channel: await _chain(connection, channel, window, cards)
        for channel, cards in publish.touched_channels(changes).items()
    }
    counts = await catalogue.counts(connection)
    return Catalogue(chains, counts, await catalogue.last_change(connection), window)


async def _chain(connection: AsyncConnection, channel: Channel, window: int, cards: Collection[Card]) -> Chain:
    reach = publish.reach(window, len(cards))
    # twice as far as needed: then what has just left the window is known with its neighbours by one question
    newest = await catalogue.newest(connection, channel, 2 * reach)
    found = {card.id: card for card in newest}
    edge = Chain(channel, newest, window).edge(max(len(cards), 1))
    for card in (*cards, *edge):
        if not _is_surrounded(card, newest, reach):
            around = await catalogue.around(connection, channel, card.place, reach)
            found |= {one.id: one for one in around}
    ordered = sorted(found.values(), key=lambda card: card.place, reverse=True)
    return Chain(channel, tuple(ordered), window)


def _is_surrounded(card: Card, newest: Collection[Card], reach: int) -> bool:
    """Whether the newest bulletins without a gap hold all that stands within reach of a place."""
    if len(newest) < 2 * reach:
        return True
    # the union of both kinds has no gap down to its first `2 * reach` cards
    gapless = sorted((one.place for one in newest), reverse=True)[: 2 * reach]
    return sum(place <= card.place for place in gapless) > reach
