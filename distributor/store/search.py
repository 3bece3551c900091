"""The index that is searched: the same answers, in the same order, from either database.

SQLite keeps the words in a full-text table (FTS5) that knows phrases itself. PostgreSQL keeps them in a `tsvector`
of characters, words and neighbouring pairs without positions, which it has room for however long a text is, and
holds what it finds against the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from sqlalchemy import Executable, Select, and_, cast, column, delete, func, insert, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.search import IndexedItem, Sought
from distributor.store.tables import search_entries

# an entry's id is its place in the results: day of the bulletin, then bulletin by bulletin, then printed order
_POSITION_BITS: Final = 16
_BULLETIN_BITS: Final = 20
_LAST_POSITION: Final = (1 << _POSITION_BITS) - 1
# not among the tables of the schema: each database has one of its own kind (see the migration)
INDEX_NAME: Final = "search_index"
_INDEX: Final = table(INDEX_NAME, column("id"), column("words"), column("terms"))
# parts fields, so that no phrase reaches across; a private character, which no term holds
_BORDER: Final = "\ue000"
# in bytes: a tsvector may not be longer than a megabyte
_LONGEST: Final = 200_000


async def put(connection: AsyncConnection, bulletin_id: str, day: date, found: Sequence[IndexedItem]) -> None:
    """Put what can be found in a bulletin in the place of what could be found in it.

    Args:
        connection: an open writing transaction.
        bulletin_id: the bulletin.
        day: by which it is sorted.
        found: its public items; none when nobody may read it.
    """
    await _remove(connection, bulletin_id)
    if not found:
        return
    base = await _place(connection, day)
    indexed = [(base | (_LAST_POSITION - item.position), item) for item in found if item.position <= _LAST_POSITION]
    rows = [{"id": place, "item_key": item.key, "bulletin_id": bulletin_id} for place, item in indexed]
    await connection.execute(insert(search_entries), rows)
    await put_words(connection, [(place, _words(item)) for place, item in indexed])


async def put_words(connection: AsyncConnection, words: Iterable[tuple[int, str]]) -> None:
    """Put words into the index, as `words_query` gives them from either database.

    Args:
        connection: an open writing transaction.
        words: places, which stand among the entries already, and what is found there.
    """
    if _is_sqlite(connection):
        statement = text("INSERT INTO search_index (rowid, words) VALUES (:id, :words)")
        await connection.execute(statement, [{"id": place, "words": written} for place, written in words])
        return
    statement = text(
        "INSERT INTO search_index (id, words, terms) VALUES (:id, :words, array_to_tsvector(CAST(:terms AS text[])))"
    )
    rows = [{"id": place, "words": f" {said} ", "terms": sorted(set(_lexemes(said)))} for place, said in words]
    await connection.execute(statement, rows)


def words_query(connection: AsyncConnection) -> Executable:
    """Write the query for all places and words of the index.

    Args:
        connection: an open transaction.
    """
    if _is_sqlite(connection):
        return text("SELECT rowid AS id, words FROM search_index")
    return text("SELECT id, substr(words, 2, length(words) - 2) AS words FROM search_index")


async def find(connection: AsyncConnection, wanted: Sought, limit: int) -> tuple[int, ...]:
    """Give the places of the items that are found, the newest bulletin first, each bulletin in printed order.

    Args:
        connection: an open transaction.
        wanted: what is looked for; not nothing.
        limit: how many at most.
    """
    begin = 0 if wanted.first is None else _first_of(wanted.first)
    end = _first_of(date.max) if wanted.last is None else _first_of(wanted.last) + (1 << _day_bits()) - 1
    if not (wanted.phrases or wanted.facets):
        query = select(search_entries.c.id).where(search_entries.c.id.between(begin, end))
        rows = await connection.execute(query.order_by(search_entries.c.id.desc()).limit(limit))
    elif _is_sqlite(connection):
        values = {"query": _fts_query(wanted), "begin": begin, "end": end, "limit": limit}
        rows = await connection.execute(text(_SQLITE), values)
    else:
        # what most items hold is read from the index too: a planner that reads the table instead unpacks every text
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = await connection.execute(_in_postgres(wanted, begin, end).limit(limit))
    return tuple(rows.scalars())


async def keys_of(connection: AsyncConnection, places: Sequence[int]) -> tuple[str, ...]:
    """Give the keys of the items at places, in the order of the places.

    Args:
        connection: an open transaction.
        places: as `find` gives them.
    """
    query = select(search_entries.c.id, search_entries.c.item_key).where(search_entries.c.id.in_(places))
    known = {row.id: row.item_key for row in await connection.execute(query)}
    return tuple(known[place] for place in places if place in known)


_SQLITE: Final = (
    "SELECT rowid FROM search_index WHERE search_index MATCH :query AND rowid BETWEEN :begin AND :end "
    "ORDER BY rowid DESC LIMIT :limit"
)


def _in_postgres(wanted: Sought, begin: int, end: int) -> Select[int]:
    """Write the query: what the index knows first, then in order, each text read only until enough are found."""
    # the range comes after: with it, a planner would rather walk through all texts in order
    known = _INDEX.c.terms.bool_op("@@")(cast(_ts_query(wanted), TSQUERY))
    held = select(_INDEX.c.id).where(known).cte("matched").prefix_with("MATERIALIZED")
    within = select(held.c.id).where(held.c.id.between(begin, end))
    ordered = within.order_by(held.c.id.desc()).subquery("ordered")
    query = select(ordered.c.id).order_by(ordered.c.id.desc())
    checks = [_INDEX.c.words.like(check) for check in _checks(wanted)]
    if checks:
        # a subquery for each row: joined, all texts would be read before the first answer
        query = query.where(select(and_(*checks)).where(_INDEX.c.id == ordered.c.id).scalar_subquery())
    return query


async def _remove(connection: AsyncConnection, bulletin_id: str) -> None:
    mine = search_entries.c.bulletin_id == bulletin_id
    if _is_sqlite(connection):
        places = (await connection.execute(select(search_entries.c.id).where(mine))).scalars().all()
        if places:
            rows = [{"id": place} for place in places]
            await connection.execute(text("DELETE FROM search_index WHERE rowid = :id"), rows)
    # PostgreSQL removes the words with the entry
    await connection.execute(delete(search_entries).where(mine))


async def _place(connection: AsyncConnection, day: date) -> int:
    """Give the place of the next bulletin of a day: in front of those that are there already."""
    begin = _first_of(day)
    end = begin + (1 << _day_bits())
    highest = await connection.scalar(
        select(func.max(search_entries.c.id)).where(search_entries.c.id.between(begin, end - 1))
    )
    following = 0 if highest is None else ((int(highest) - begin) >> _POSITION_BITS) + 1
    return begin | (following << _POSITION_BITS)


def _first_of(day: date) -> int:
    return day.toordinal() << _day_bits()


def _day_bits() -> int:
    return _POSITION_BITS + _BULLETIN_BITS


def _is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"


def _words(item: IndexedItem) -> str:
    """Write the words of an item, one blank between two; what is beyond the limit is not found, on no database."""
    # what says where it belongs comes first, so that it is never cut off
    fields: Iterable[Sequence[str]] = ([one] for one in item.facets)
    kept: list[str] = []
    size = 0
    for field in (*fields, *item.fields):
        for term in field:
            size += len(term.encode()) + 1
            if size > _LONGEST:
                return " ".join(kept)
            kept.append(term)
        kept.append(_BORDER)
    return " ".join(kept)


def _lexemes(words: str) -> Iterator[str]:
    found = words.split(" ")
    yield from (term for term in found if term != _BORDER)
    yield from (_pair(one, other) for one, other in pairwise(found) if _makes_pair(one, other))


def _makes_pair(one: str, other: str) -> bool:
    # pairs of characters are what Chinese phrases are found by; words of letters are rare enough by themselves
    return len(one) == len(other) == 1 and _BORDER not in (one, other)


def _pair(one: str, other: str) -> str:
    return f"{one} {other}"


def _fts_query(wanted: Sought) -> str:
    phrases = [*wanted.phrases, *((one,) for one in wanted.facets)]
    return " AND ".join(f'"{" ".join(phrase)}"' for phrase in phrases)


def _ts_query(wanted: Sought) -> str:
    needed: dict[str, None] = dict.fromkeys(wanted.facets)
    for phrase in wanted.phrases:
        pairs = [_pair(one, other) for one, other in pairwise(phrase) if _makes_pair(one, other)]
        alone = phrase if len(pairs) < len(phrase) - 1 or not pairs else ()
        needed |= dict.fromkeys((*pairs, *alone))
    return " & ".join(f"'{term}'" for term in needed)


def _checks(wanted: Sought) -> list[str]:
    """Give patterns for the phrases of which the index knows the parts alone; terms hold no wildcard."""
    known = [len(phrase) == 1 or (len(phrase) == 2 and _makes_pair(*phrase)) for phrase in wanted.phrases]  # noqa: PLR2004  a pair
    return [f"% {' '.join(phrase)} %" for phrase, is_known in zip(wanted.phrases, known, strict=True) if not is_known]
