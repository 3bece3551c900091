"""Make a bulletin of a file, with keys of its own; keeps nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

import anyio.to_thread

from distributor import tokens
from distributor.access import Actor
from distributor.model.bulletin import Masthead, ParsedBulletin
from distributor.model.canonical import digest_bytes
from distributor.model.finding import Finding
from distributor.model.recipient import AddressBook
from distributor.model.record import BulletinRecord, ItemRecord, Original
from distributor.parse import Given
from distributor.usecases.context import Context
from distributor.usecases.media_types import media_type
from distributor.usecases.parse_file import parse_file


async def record_of_file(
    context: Context, actor: Actor, file: tuple[bytes, str], given: Given, book: AddressBook
) -> BulletinRecord:
    """Parse a bulletin file and give its items their identity.

    Args:
        context: the installation.
        actor: who brings it.
        file: its bytes and its name.
        given: title, number, date and publisher for what the file lacks.
        book: the bodies that a footer may name.

    Raises:
        FileRefused: when there is no bulletin to be had from it.
    """
    data, name = file
    parsed = await anyio.to_thread.run_sync(partial(parse_file, data, name, given, book))
    return _record(context, actor, parsed, _original(data, name))


def _original(data: bytes, name: str) -> Original:
    return Original(name, media_type(name), len(data), digest_bytes(data))


def _completed(context: Context, masthead: Masthead, moment: datetime) -> Masthead:
    """Fill in what neither the file nor the arguments say; findings tell the editor what was taken."""
    return Masthead(
        title=masthead.title or context.publication.name,
        issue=masthead.issue,
        date=masthead.date or moment.date().isoformat(),
        publisher=masthead.publisher or context.publication.publisher,
    )


def _findings(found: Iterable[Finding], masthead: Masthead) -> tuple[Finding, ...]:
    """The findings of the parser; where something was missing, they say what was taken instead."""
    taken = {"title-missing": ("title-taken", masthead.title), "date-missing": ("date-taken", masthead.date)}
    return tuple(
        replace(finding, code=taken[finding.code][0], parameters={"value": taken[finding.code][1] or ""})
        if finding.code in taken
        else finding
        for finding in found
    )


def _record(context: Context, actor: Actor, parsed: ParsedBulletin, original: Original) -> BulletinRecord:
    bulletin, moment = parsed.bulletin, context.now()
    masthead = _completed(context, bulletin.masthead, moment)
    placed = [(section.title, item) for section in bulletin.sections for item in section.items]
    return BulletinRecord(
        id=tokens.new_key(),
        publication=context.publication.slug,
        masthead=masthead,
        preamble=bulletin.preamble,
        items=tuple(
            ItemRecord(key=tokens.new_key(), position=position, section=section, content=item)
            for position, (section, item) in enumerate(placed)
        ),
        distribution=bulletin.distribution,
        original=original,
        received=moment,
        received_by=actor.name,
        findings=_findings(parsed.findings, masthead),
    )
