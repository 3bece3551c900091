"""Edit a draft: its masthead, or the words of an item; a published bulletin is corrected by a file instead."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from distributor import access, parse, publish
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.model.audit import AuditAct, Touched
from distributor.model.bulletin import Attribution, Item, Masthead, Visibility
from distributor.model.record import BulletinRecord
from distributor.model.revision import UnderWay
from distributor.store import bulletins, listings
from distributor.text import remove_unseen
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.parse_file import require_date
from distributor.usecases.under_way import Chosen, settle_under_way

_LONGEST_TITLE = 300
_LONGEST_TEXT = 100_000
_LONGEST_FIELD = 200
_NUMBERING = frozenset({"number-suggested", "number-doubled", "number-skipped", "number-backwards", "total-unexpected"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an item as they were typed.

    Args:
        title: one line.
        text: paragraphs, one a line.
        attribution: as it is to be printed, or empty.
        visibility: who may see the item.
    """

    title: str
    text: str
    attribution: str = ""
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class Basis:
    """What an edit starts from.

    Args:
        seen: digest of the words that were edited.
        under_way: what becomes of the runs of the bulletin that have not finished.
    """

    seen: str
    under_way: UnderWay = UnderWay.FINISH


async def edit_masthead(
    context: Context, actor: Actor, bulletin_id: str, typed: Masthead, basis: Basis
) -> BulletinRecord:
    """Give a draft another title, number, date or publisher.

    Args:
        context: the installation.
        actor: who edits.
        bulletin_id: the bulletin.
        typed: the masthead as it was typed.
        basis: what it starts from.

    Raises:
        NotFound: `bulletin-unknown`.
        Refused: `title-missing`, `date-missing`, `field-too-long` or `date-unreadable`.
        Conflict: `edit-published`, `bulletin-withdrawn` or `changed-meanwhile`.
    """
    fields = {name: _line(value or "") or None for name, value in asdict(typed).items()}
    if any(len(value or "") > _LONGEST_FIELD for value in fields.values()):
        raise Refused("field-too-long", most=_LONGEST_FIELD)
    masthead = Masthead(**fields)
    if masthead.title is None:
        raise Refused("title-missing")
    if masthead.date is None:
        raise Refused("date-missing")
    require_date(masthead.date)
    masthead = replace(masthead, publisher=masthead.publisher or context.publication.publisher)
    return await _edit(context, actor, bulletin_id, basis, lambda record: replace(record, masthead=masthead))


async def edit_item(
    context: Context, actor: Actor, bulletin_id: str, key: str, typed: Words, basis: Basis
) -> BulletinRecord:
    """Give an item of a draft other words.

    Args:
        context: the installation.
        actor: who edits.
        bulletin_id: the bulletin.
        key: key of the item.
        typed: the words as they were typed.
        basis: what it starts from.

    Raises:
        NotFound: `bulletin-unknown` or `item-unknown`.
        Refused: `title-missing`, `field-too-long` or `attribution-unreadable`.
        Conflict: `edit-published`, `bulletin-withdrawn` or `changed-meanwhile`.
    """
    title = _line(typed.title)
    if not title:
        raise Refused("title-missing")
    if len(title) > _LONGEST_TITLE or len(typed.text) > _LONGEST_TEXT:
        raise Refused("field-too-long", most=_LONGEST_TITLE if len(title) > _LONGEST_TITLE else _LONGEST_TEXT)
    lines = (_line(line) for line in typed.text.replace("\r", "\n").split("\n"))
    paragraphs = tuple(line for line in lines if line)
    attribution = _attribution(_line(typed.attribution))

    def edited(record: BulletinRecord) -> BulletinRecord:
        if all(item.key != key for item in record.items):
            raise NotFound("item-unknown", key=key)
        items = tuple(
            replace(item, content=_content(item.content, title, paragraphs, attribution, typed.visibility))
            if item.key == key
            else item
            for item in record.items
        )
        return replace(record, items=items)

    return await _edit(context, actor, bulletin_id, basis, edited, key)


def _content(
    old: Item, title: str, paragraphs: tuple[str, ...], attribution: Attribution | None, visibility: Visibility
) -> Item:
    # a person has looked at it: nothing about it is unsure any more
    return replace(
        old, title=title, paragraphs=paragraphs, attribution=attribution, visibility=visibility, confidence=1.0
    )


def _attribution(typed: str) -> Attribution | None:
    if not typed:
        return None
    read = parse.read_attribution(typed)
    if read is None:
        inside = parse.read_attribution(f"（{typed}）")
        read = None if inside is None else replace(inside, raw=typed)
    if read is None:
        raise Refused("attribution-unreadable", text=typed)
    return read


async def _edit(
    context: Context,
    actor: Actor,
    bulletin_id: str,
    basis: Basis,
    change: Callable[[BulletinRecord], BulletinRecord],
    key: str = "",
) -> BulletinRecord:
    access.require(actor, Act.RECEIVE)
    async with context.database.write() as connection:
        old = await bulletins.get(connection, bulletin_id)
        if old.withdrawn is not None:
            raise Conflict("bulletin-withdrawn", id=bulletin_id)
        if old.published is not None:
            raise Conflict("edit-published", id=bulletin_id)
        if old.content_hash != basis.seen:
            raise Conflict("changed-meanwhile", id=bulletin_id)
        others = await listings.mastheads(connection, old.publication, but=old.id)
        new = _with_findings(change(old), tuple(others), typed=not key)
        await bulletins.save(connection, new)
        touched = Touched("bulletin", old.id, old.content_hash, new.content_hash)
        chosen = Chosen(old.id, basis.under_way, "edit")
        cancelled = await settle_under_way(connection, context, actor, chosen)
        mail = {"under_way": chosen.under_way.value, "cancelled": cancelled}
        details = {"item": key} if key else {name: value or "" for name, value in asdict(new.masthead).items()}
        await record_act(connection, context, actor, AuditAct.EDIT, touched, {**details, **mail})
    return new


def _with_findings(record: BulletinRecord, others: tuple[Masthead, ...], *, typed: bool) -> BulletinRecord:
    kept = [finding for finding in record.findings if finding.code not in _NUMBERING]
    contents = [item.content for item in record.items]
    found = parse.findings_after_edit(kept, record.masthead, contents, typed=typed)
    return replace(record, findings=(*found, *publish.number_findings(record.masthead, others)))


def _line(typed: str) -> str:
    # what stands within a line stays as it is: an edit of one field changes no other
    return remove_unseen(typed.replace("\r", " ").replace("\n", " "))[0].strip()
