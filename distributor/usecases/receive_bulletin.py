"""Take in a bulletin file: parse it, give its items their identity, keep everything."""

from dataclasses import asdict, dataclass, replace

from distributor import access, publish
from distributor.access import Act, Actor
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest_bytes
from distributor.model.record import BulletinRecord
from distributor.parse import Given
from distributor.store import address_book, blobs, bulletins, listings
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.parse_file import require_date
from distributor.usecases.record_of_file import record_of_file


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a file.

    Args:
        record: the bulletin.
        is_new: False when these very bytes were received before.
        is_renamed: title, number or date of a draft were changed to what was given.
    """

    record: BulletinRecord
    is_new: bool
    is_renamed: bool = False


async def receive_bulletin(context: Context, actor: Actor, data: bytes, name: str, given: Given) -> Received:
    """Take in a bulletin file; the same bytes twice give the bulletin that exists, a draft with what is given now.

    Args:
        context: the installation.
        actor: who brings it.
        data: the bytes of the file.
        name: its name.
        given: title, number, date and publisher for what the file lacks.

    Raises:
        FileRefused: when there is no bulletin to be had from it; nothing is kept.
    """
    access.require(actor, Act.RECEIVE)
    async with context.database.read() as connection:
        known = await bulletins.find_by_original(connection, context.publication.slug, digest_bytes(data))
        book = await address_book.load_for_footers(connection)
        others = await listings.mastheads(connection, context.publication.slug)
    if known is not None:
        return await _again(context, actor, known, given)
    record = await record_of_file(context, actor, (data, name), given, book)
    numbering = publish.number_findings(record.masthead, others)
    record = replace(record, findings=(*record.findings, *numbering))
    async with context.database.write() as connection:
        # somebody may have brought the same file while this one was being read
        known = await bulletins.find_by_original(connection, context.publication.slug, record.original.sha256)
        if known is not None:
            return Received(known, is_new=False)
        await blobs.put(connection, data)
        await bulletins.add(connection, record)
        touched = Touched("bulletin", record.id, after=record.content_hash)
        details = {"file": record.original.name, "sha256": record.original.sha256}
        await record_act(connection, context, actor, AuditAct.RECEIVE, touched, details)
    return Received(record, is_new=True)


async def _again(context: Context, actor: Actor, known: BulletinRecord, given: Given) -> Received:
    """Let an editor who brings a draft once more correct its title, number, date and publisher."""
    require_date(given.date)
    wanted = {name: value for name, value in asdict(given).items() if value is not None}
    masthead = replace(known.masthead, **wanted)
    if masthead == known.masthead or known.published is not None:
        return Received(known, is_new=False)
    record = replace(known, masthead=masthead)
    async with context.database.write() as connection:
        await bulletins.save_masthead(connection, record)
        touched = Touched("bulletin", record.id, before=known.content_hash, after=record.content_hash)
        await record_act(connection, context, actor, AuditAct.RECEIVE, touched, wanted)
    return Received(record, is_new=False, is_renamed=True)
