"""Put the address book and the schedules of the configuration files into the database."""

from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread

from distributor import access, schedule
from distributor.access import Act, Actor
from distributor.model.recipient import AddressBook
from distributor.model.schedule import Schedule
from distributor.store import address_book, schedules
from distributor.store.schedules import PlannedSchedule
from distributor.usecases.context import Context
from distributor.usecases.parse_file import known_organizations, read_toml


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files say.

    Args:
        book: organizations, contacts, groups and lists.
        schedules: when each list is served.
    """

    book: AddressBook
    schedules: tuple[Schedule, ...]


async def apply_configuration(context: Context, actor: Actor) -> Configuration:
    """Apply the configuration files in one transaction; afterwards the database is the truth.

    Args:
        context: the installation.
        actor: who applies them.

    Raises:
        Misconfigured: what is wrong with which file; nothing is changed.
    """
    access.require(actor, Act.CONFIGURE)
    configuration = await anyio.to_thread.run_sync(_read, context)
    async with context.database.write() as connection:
        await address_book.replace(connection, configuration.book)
        kept = {entry.schedule.id: entry for entry in await schedules.load(connection)}
        now = context.now()
        planned = [_planned(context, entry, kept.get(entry.id), now) for entry in configuration.schedules]
        await schedules.replace(connection, planned)
    return configuration


def _planned(context: Context, new: Schedule, old: PlannedSchedule | None, now: datetime) -> PlannedSchedule:
    """Say when a schedule runs next; one that did not change keeps its moment, so that nothing due is forgotten."""
    if old is not None and old.schedule == new:
        return old
    occurrence = schedule.next_occurrence(new, now, context.calendar) if new.enabled else None
    return PlannedSchedule(new, now, None if occurrence is None else occurrence.moment)


def _read(context: Context) -> Configuration:
    document = read_toml(context.config / "schedule.toml")
    return Configuration(known_organizations(context.config), schedule.read_schedules(document, "schedule.toml"))
