"""Search what everybody may read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from distributor import publish
from distributor.model.feeds import Channel, ChannelCount, ChannelKind
from distributor.model.search import ListedItem, Sought
from distributor.publish import Entry, Piece
from distributor.store import bulletins, catalogue, listings, revisions, search
from distributor.usecases.context import Context

# nobody turns fifty pages; beyond this a list says "more than"
MOST = 1000
PAGE = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks.

    Args:
        text: as typed.
        section: slug of a section, or None.
        contributor: slug of a contributor, or None.
        year: year of the bulletin, or None.
        publication: slug of the publication, or None.
        page: 1-based.
    """

    text: str = ""
    section: str | None = None
    contributor: str | None = None
    year: int | None = None
    publication: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found.

    Args:
        listed: the item and its bulletin.
        title: its title, what was looked for marked.
        excerpt: a place of its text, what was looked for marked.
    """

    listed: ListedItem
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question brought.

    Args:
        question: what was asked.
        is_question: False when nothing was asked, so that nothing was looked for.
        hits: the items of one page.
        total: how many were found, at most MOST.
        is_more: whether there are more than that.
    """

    question: Question
    is_question: bool
    hits: tuple[Hit, ...] = ()
    total: int = 0
    is_more: bool = False

    @property
    def pages(self) -> int:
        """Number of pages."""
        return -(-self.total // PAGE)


@dataclass(frozen=True, slots=True)
class Choices:
    """What results can be narrowed down to.

    Args:
        sections: those that have public items, the largest first.
        contributors: likewise.
        years: years of bulletins, the newest first.
        publications: slug and name of each that has bulletins here.
    """

    sections: tuple[ChannelCount, ...]
    contributors: tuple[ChannelCount, ...]
    years: tuple[int, ...]
    publications: tuple[tuple[str, str], ...]


async def search_archive(context: Context, question: Question) -> Found:
    """Find public items, the newest bulletin first; on either database the same.

    Args:
        context: the installation.
        question: what somebody asks.
    """
    wanted = _sought(question)
    if wanted.is_empty:
        return Found(question, is_question=False)
    begin = (max(question.page, 1) - 1) * PAGE
    async with context.database.read() as connection:
        places = await search.find(connection, wanted, MOST + 1)
        keys = await search.keys_of(connection, places[:MOST][begin : begin + PAGE])
        listed = await listings.items_of(connection, keys)
    hits = tuple(_hit(one, wanted.phrases) for one in listed)
    return Found(question, is_question=True, hits=hits, total=min(len(places), MOST), is_more=len(places) > MOST)


async def search_entries(context: Context, question: Question) -> tuple[Entry, ...]:
    """Give the newest items that are found as a feed shows them.

    Args:
        context: the installation.
        question: what somebody asks; the page makes no difference.
    """
    found = await search_archive(context, replace(question, page=1))
    keys = [hit.listed.item.key for hit in found.hits]
    ids = {hit.listed.bulletin_id for hit in found.hits}
    async with context.database.read() as connection:
        records = await bulletins.get_many(connection, ids)
        offered = await revisions.offered_originals(connection, ids)
    by_key: dict[str, Entry] = {}
    for record in records:
        items = [item for item in record.items if item.key in keys]
        entries = publish.entries_of(context.publication, record, items, offered)
        by_key |= {item.key: entry for item, entry in zip(items, entries, strict=True)}
    return tuple(by_key[key] for key in keys if key in by_key)


async def list_choices(context: Context) -> Choices:
    """Give what results can be narrowed down to.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        counts = await catalogue.counts(connection)
        years = await listings.years(connection)
        slugs = await listings.publications(connection)
    by_kind = {kind: [count for count in counts if count.channel.kind is kind] for kind in ChannelKind}
    sections, contributors = (
        tuple(sorted(by_kind[kind], key=lambda count: (-count.items, count.channel.slug)))
        for kind in (ChannelKind.SECTION, ChannelKind.CONTRIBUTOR)
    )
    own = context.publication
    # of another publication, whose bulletins were taken over, nothing but its slug is known
    names = tuple((slug, own.name if slug == own.slug else slug) for slug in slugs)
    return Choices(sections, contributors, years, names)


def _sought(question: Question) -> Sought:
    named = ((ChannelKind.SECTION, question.section), (ChannelKind.CONTRIBUTOR, question.contributor))
    channels = [Channel(kind, slug) for kind, slug in named if slug]
    return publish.sought(question.text, channels, question.year, question.publication)


def _hit(listed: ListedItem, phrases: Sequence[Sequence[str]]) -> Hit:
    content = listed.item.content
    attribution = (content.attribution.raw,) if content.attribution is not None else ()
    excerpt = publish.excerpt_of((*content.paragraphs, *attribution), phrases)
    return Hit(listed, publish.marked(content.title, phrases), excerpt)
