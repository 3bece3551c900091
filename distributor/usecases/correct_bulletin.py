"""Correct a bulletin (更正): a corrected file takes its place, after a new sign-off if readers have the old one."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access, publish, tokens
from distributor.access import Act, Actor
from distributor.errors import Conflict, NotFound
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest_bytes
from distributor.model.record import BulletinRecord
from distributor.model.revision import ReceivedCorrection, UnderWay
from distributor.parse import Given
from distributor.publish import Correction
from distributor.store import address_book, blobs, bulletins, corrections
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.record_of_file import record_of_file
from distributor.usecases.under_way import Chosen, settle_under_way


@dataclass(frozen=True, slots=True)
class ReadCorrection:
    """A corrected file that was read and held against the bulletin; nothing is kept yet.

    Args:
        old: the bulletin as it is.
        received: what the file says, with keys of its own.
        correction: what it will change.
    """

    old: BulletinRecord
    received: BulletinRecord
    correction: Correction

    @property
    def is_draft(self) -> bool:
        """Whether nobody has the old version yet, so that it is simply replaced."""
        return self.old.published is None


async def read_correction(
    context: Context, actor: Actor, bulletin_id: str, file: tuple[bytes, str], given: Given | None = None
) -> ReadCorrection:
    """Read a corrected file and say what it will change; changes nothing.

    Args:
        context: the installation.
        actor: who brings it.
        bulletin_id: the bulletin it corrects.
        file: its bytes and its name.
        given: title, number and date for what the file lacks; those of the bulletin by default.

    Raises:
        NotFound: `bulletin-unknown`.
        Conflict: `bulletin-withdrawn`, `correction-same-file`, or `file-of-other-bulletin`.
        FileRefused: when there is no bulletin to be had from the file.
    """
    access.require(actor, Act.RECEIVE)
    async with context.database.read() as connection:
        old = await _correctable(connection, context, bulletin_id, digest_bytes(file[0]))
        book = await address_book.load_for_footers(connection)
    head = old.masthead
    known = given or Given(title=head.title, issue=head.issue, date=head.date, publisher=head.publisher)
    received = await record_of_file(context, actor, file, known, book)
    made = publish.apply_correction(old, received, context.publication, context.now())
    return ReadCorrection(old, received, made)


async def correct_bulletin(
    context: Context,
    actor: Actor,
    read: ReadCorrection,
    data: bytes,
    note: str = "",
    *,
    under_way: UnderWay = UnderWay.FINISH,
) -> BulletinRecord:
    """Keep a corrected file: a draft is replaced at once, a published bulletin after sign-off and publication.

    Args:
        context: the installation.
        actor: who corrects.
        read: what `read_correction` gave.
        data: the bytes of the file.
        note: what readers are told about the correction, or empty.
        under_way: what becomes of its runs that have not finished, at once.

    Raises:
        Conflict: as `read_correction`, or `changed-meanwhile` when somebody changed the bulletin since.
    """
    access.require(actor, Act.RECEIVE)
    async with context.database.write() as connection:
        old = await _correctable(connection, context, read.old.id, read.received.original.sha256)
        if old.content_hash != read.old.content_hash or old.published != read.old.published:
            raise Conflict("changed-meanwhile", id=old.id)
        await blobs.put(connection, data)
        if read.is_draft:
            await bulletins.save(connection, read.correction.record)
        else:
            await corrections.add(connection, _received(context, actor, read, note))
        after = read.correction.record
        touched = Touched("bulletin", old.id, old.content_hash, after.content_hash)
        chosen = Chosen(old.id, under_way, "correction")
        mail = {"under_way": under_way.value, "cancelled": await settle_under_way(connection, context, actor, chosen)}
        details = {"file": after.original.name, "sha256": after.original.sha256, "note": note, **mail}
        await record_act(connection, context, actor, AuditAct.CORRECT, touched, details)
    return after


async def discard_correction(context: Context, actor: Actor, bulletin_id: str) -> None:
    """Give up a corrected file that waits to be published; the bulletin stays as it is.

    Args:
        context: the installation.
        actor: who gives it up.
        bulletin_id: the bulletin.

    Raises:
        NotFound: `correction-unknown` when none waits.
    """
    access.require(actor, Act.RECEIVE)
    async with context.database.write() as connection:
        if not await corrections.discard(connection, bulletin_id, context.now()):
            raise NotFound("correction-unknown", id=bulletin_id)
        touched = Touched("bulletin", bulletin_id)
        await record_act(connection, context, actor, AuditAct.DISCARD_CORRECTION, touched)


async def _correctable(connection: AsyncConnection, context: Context, bulletin_id: str, sha256: str) -> BulletinRecord:
    record = await bulletins.get(connection, bulletin_id)
    if record.withdrawn is not None:
        raise Conflict("bulletin-withdrawn", id=bulletin_id)
    if record.original.sha256 == sha256:
        raise Conflict("correction-same-file", id=bulletin_id)
    holder = await bulletins.find_by_original(connection, context.publication.slug, sha256)
    if holder is not None and holder.id != bulletin_id:
        raise Conflict("file-of-other-bulletin", id=bulletin_id, other=holder.id)
    return record


def _received(context: Context, actor: Actor, read: ReadCorrection, note: str) -> ReceivedCorrection:
    return ReceivedCorrection(
        id=tokens.new_key(),
        bulletin_id=read.old.id,
        record=read.received,
        note=note,
        received=context.now(),
        received_by=actor.name,
    )
