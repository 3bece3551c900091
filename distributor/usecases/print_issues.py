"""Set the printed issue of a bulletin once, when what readers get of it changes; it is served as stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import publish
from distributor.model.document import Document
from distributor.model.record import BulletinRecord
from distributor.publish import Sheet
from distributor.store import documents
from distributor.usecases.context import Context, Printer

_TAG_LENGTH = 32


@dataclass(frozen=True, slots=True)
class _Job:
    path: str
    sheet: Sheet
    moment: datetime
    tag: str


async def print_issues(connection: AsyncConnection, context: Context, records: Iterable[BulletinRecord]) -> None:
    """Set the issues of bulletins and keep them; what is set already is left alone, what is no longer true goes.

    Args:
        connection: the open writing transaction in which the bulletins were changed.
        context: the installation.
        records: the bulletins as they stand now.
    """
    jobs = {publish.print_path(record.id): _job(context, record) for record in records}
    wanted = [job for job in jobs.values() if job is not None and not await _is_set(connection, job)]
    made = await _set(context.printer, wanted)
    failed = {job.path for job, body in zip(wanted, made, strict=True) if body is None}
    gone = [path for path, job in jobs.items() if job is None or path in failed]
    await documents.retire(connection, gone, context.now())
    kept = [
        Document(job.path, publish.PRINT_TYPE, body, job.tag, job.moment)
        for job, body in zip(wanted, made, strict=True)
        if body is not None
    ]
    await documents.save(connection, kept)


def _job(context: Context, record: BulletinRecord) -> _Job | None:
    printer, card = context.printer, publish.card_of(record)
    sheet = publish.sheet_of(context.publication, record)
    if printer is None or card is None or sheet is None:
        return None
    moment = publish.modified(context.publication, card.changed)
    # equal recipes give equal bytes, so that the tag can be compared before anything is set
    tag = f'"{printer.recipe(sheet, moment)[:_TAG_LENGTH]}"'
    return _Job(publish.print_path(record.id), sheet, moment, tag)


async def _is_set(connection: AsyncConnection, job: _Job) -> bool:
    return (await documents.tags(connection, job.path)).get(job.path) == job.tag


async def _set(printer: Printer | None, jobs: list[_Job]) -> tuple[bytes | None, ...]:
    if printer is None or not jobs:
        return ()
    return await anyio.to_thread.run_sync(printer.set_issues, [(job.sheet, job.moment) for job in jobs])
