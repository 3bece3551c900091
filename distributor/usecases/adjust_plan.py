"""Decide about the plan of one bulletin: further recipients (本期增发), and bodies that may go without a mail."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, recipients
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound, Refused
from distributor.model.extras import Adjustments, Extra, Waiver
from distributor.model.history import BookAct, Change, RecordedAct, Subject
from distributor.model.recipient import AddressBook, address_key
from distributor.store import address_book, bulletins, plan_adjustments
from distributor.usecases.context import Context
from distributor.usecases.record_book_act import new_act, record_book_act

MOST_NOTE = 200


async def add_extra(context: Context, actor: Actor, bulletin_id: str, extra: Extra) -> RecordedAct | None:
    """Add a body, group or address to the plan of one bulletin; None when it is there already.

    Args:
        context: the installation.
        actor: who adds it.
        bulletin_id: the bulletin.
        extra: list, and id, any name or address of who is added.

    Raises:
        NotFound: `bulletin-unknown`, `list-unknown` or `body-unknown`.
        AddressRefused: what is wrong with the address.
        Refused: `note-too-long`.
        Conflict: `bulletin-withdrawn`.
    """
    return await _adjust(context, actor, bulletin_id, [extra])


async def use_default_lists(context: Context, actor: Actor, bulletin_id: str) -> RecordedAct | None:
    """Add everybody whom the lists take when a bulletin has no footer.

    Args:
        context: the installation.
        actor: who chooses them.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `bulletin-unknown`.
        Conflict: `bulletin-withdrawn`.
    """
    async with context.database.read() as connection:
        lists = await address_book.load_lists(connection)
    extras = [Extra(entry.id, target) for entry in lists for target in entry.default]
    return await _adjust(context, actor, bulletin_id, extras)


async def waive_body(context: Context, actor: Actor, bulletin_id: str, waiver: Waiver) -> RecordedAct | None:
    """Say that a body of the footer may go without a mail; None when that was said in the same words.

    Args:
        context: the installation.
        actor: who says so.
        bulletin_id: the bulletin.
        waiver: id or any name of the body or group, and the note.

    Raises:
        NotFound: `bulletin-unknown` or `body-unknown`.
        Refused: `note-missing` or `note-too-long`.
        Conflict: `bulletin-withdrawn`.
    """
    if not waiver.note.strip():
        raise Refused("note-missing")
    return await _adjust(context, actor, bulletin_id, [waiver])


async def remove_adjustment(context: Context, actor: Actor, bulletin_id: str, target: str) -> RecordedAct:
    """Take a decision about a bulletin back.

    Args:
        context: the installation.
        actor: who takes it back.
        bulletin_id: the bulletin.
        target: who was added, or the body that was waived: id, any name, or address.

    Raises:
        NotFound: `bulletin-unknown` or `adjustment-unknown`.
        Conflict: `bulletin-withdrawn`.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.write() as connection:
        decided = await _decided(connection, bulletin_id)
        directory = recipients.Directory(await address_book.load_outline(connection))
        body = directory.get(target) or directory.find(target)
        meant = {target, address_key(target)} if body is None else {target, body.id}
        changes = [
            recipients.compare_rows(_subject(one), f"{bulletin_id} {_target(one)}", one, None)
            for one in decided.all
            if not meant.isdisjoint({_target(one), address_key(_target(one))})
        ]
        made = [change for change in changes if change is not None]
        if not made:
            raise NotFound("adjustment-unknown", id=bulletin_id, target=target)
        return await _record(connection, context, actor, bulletin_id, made)


async def _adjust(
    context: Context, actor: Actor, bulletin_id: str, wanted: Sequence[Extra | Waiver]
) -> RecordedAct | None:
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.write() as connection:
        decided = await _decided(connection, bulletin_id)
        book = await address_book.load_outline(connection)
        known = {(_subject(one), _target(one)): one for one in decided.all}
        changes = []
        for one in (_resolved(book, one) for one in wanted):
            before = known.get((_subject(one), _target(one)))
            changes.append(recipients.compare_rows(_subject(one), f"{bulletin_id} {_target(one)}", before, one))
        made = [change for change in changes if change is not None]
        return await _record(connection, context, actor, bulletin_id, made) if made else None


async def _decided(connection: AsyncConnection, bulletin_id: str) -> Adjustments:
    record = await bulletins.get(connection, bulletin_id)
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=bulletin_id)
    return await plan_adjustments.load(connection, bulletin_id)


async def _record(
    connection: AsyncConnection, context: Context, actor: Actor, bulletin_id: str, changes: Sequence[Change]
) -> RecordedAct:
    act = new_act(context, actor, BookAct.ADJUST, bulletin_id)
    return await record_book_act(connection, context, actor, act, recipients.merged(changes))


def _resolved(book: AddressBook, one: Extra | Waiver) -> Extra | Waiver:
    """Turn what somebody typed into an id or a clean address, and see that everything fits."""
    note = " ".join((one.note or "").split())
    if len(note) > MOST_NOTE:
        raise Refused("note-too-long", most=MOST_NOTE)
    if isinstance(one, Waiver):
        return Waiver(_id_of(book, one.organization), note)
    known = [entry.id for entry in book.lists]
    if one.list_id not in known:
        raise NotFound("list-unknown", list=one.list_id, known="、".join(known))
    if "@" in one.target or "＠" in one.target:
        ((name, address),) = recipients.split_addresses(one.target)[:1] or ((None, one.target),)
        return Extra(one.list_id, recipients.clean_address(address), one.name or name, note or None)
    return Extra(one.list_id, _id_of(book, one.target), None, note or None)


def _id_of(book: AddressBook, written: str) -> str:
    directory = recipients.Directory(book)
    found = directory.get(written) or directory.find(written)
    if found is None:
        raise NotFound("body-unknown", name=written, suggestions="、".join(directory.suggestions(written)) or "—")
    return found.id


def _target(one: Extra | Waiver) -> str:
    return one.target if isinstance(one, Extra) else one.organization


def _subject(one: Extra | Waiver) -> Subject:
    return Subject.EXTRA if isinstance(one, Extra) else Subject.WAIVER
