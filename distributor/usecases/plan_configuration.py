"""Work out what the configuration files would change, and change nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients, schedule
from distributor.errors import Misconfigured
from distributor.model.history import Action, Change
from distributor.model.recipient import AddressBook
from distributor.model.schedule import Schedule
from distributor.recipients import MassRemoval
from distributor.schedule import WorkingCalendar
from distributor.store import address_book, calendars, schedules
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import FILE, read_calendar_text
from distributor.usecases.mail_templates import require_templates
from distributor.usecases.parse_file import known_organizations, read_config, read_toml

_SCHEDULES: Final = "schedule.toml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files say.

    Args:
        book: organizations, contacts, groups and lists.
        schedules: when each list is served; None when the files do not speak of it.
        files: names of the files.
        calendar: text of calendar.toml; None when the files do not speak of it.
    """

    book: AddressBook
    schedules: tuple[Schedule, ...] | None
    files: tuple[str, ...]
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """A schedule that is added, changed or removed."""

    action: Action
    before: Schedule | None
    after: Schedule | None


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """A working calendar that is new, or says something else.

    Args:
        action: add or change.
        parts: what it says otherwise: `base` and years.
    """

    action: Action
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigurationPlan:
    """What the files would change.

    Args:
        configuration: what they say.
        changes: rows of the address book.
        schedules: schedules.
        removal: set when so many rows go that it must be said twice.
        calendar: the working calendar, None when it stays as it is.
    """

    configuration: Configuration
    changes: tuple[Change, ...]
    schedules: tuple[ScheduleChange, ...]
    removal: MassRemoval | None
    calendar: CalendarChange | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the database says what the files say."""
        return not (self.changes or self.schedules or self.calendar)

    def count(self, action: Action) -> int:
        """Count what is added, changed or removed."""
        rows = sum(change.action is action for change in self.changes)
        others = (*self.schedules, *(() if self.calendar is None else (self.calendar,)))
        return rows + sum(change.action is action for change in others)


async def plan_configuration(context: Context) -> ConfigurationPlan:
    """Compare the configuration files with the database.

    Args:
        context: the installation.

    Raises:
        Misconfigured: what is wrong with which file.
    """
    configuration = await anyio.to_thread.run_sync(_read, context)
    async with context.database.read() as connection:
        return await compare(connection, configuration)


async def plan_recipients_file(context: Context, file: Path) -> ConfigurationPlan:
    """Compare a file of recipients with the database; its bodies are those the database knows.

    Args:
        context: the installation.
        file: all lists, groups and contacts, as in config/recipients.toml.

    Raises:
        Misconfigured: what is wrong with the file.
    """
    document = await anyio.to_thread.run_sync(read_toml, file)
    async with context.database.read() as connection:
        known = (await address_book.load_outline(connection)).organizations
        read = partial(recipients.read_recipients, document, known, file.name)
        book = await anyio.to_thread.run_sync(read)
        require_templates(book.lists)
        return await compare(connection, Configuration(book, None, (file.name,)))


async def compare(connection: AsyncConnection, configuration: Configuration) -> ConfigurationPlan:
    """Compare what files say with the database, within an open transaction.

    Args:
        connection: an open transaction.
        configuration: what the files say.
    """
    old = await address_book.load(connection)
    changes = recipients.compare_books(old, configuration.book)
    removal = recipients.mass_removal(changes, recipients.totals_of(old))
    kept = [entry.schedule for entry in await schedules.load(connection)]
    planned = configuration.schedules
    return ConfigurationPlan(
        configuration,
        changes,
        () if planned is None else _compare_schedules(kept, planned),
        removal,
        _compare_calendars(await calendars.newest(connection), configuration.calendar),
    )


def _compare_calendars(old: str | None, new: str | None) -> CalendarChange | None:
    if new is None:
        return None
    wanted = read_calendar_text(new)
    kept = WorkingCalendar() if old is None else read_calendar_text(old)
    parts = kept.difference(wanted)
    if old is None:
        return CalendarChange(Action.ADD, parts)
    return CalendarChange(Action.CHANGE, parts) if parts else None


def _compare_schedules(old: Sequence[Schedule], new: Sequence[Schedule]) -> tuple[ScheduleChange, ...]:
    before, after = ({value.id: value for value in values} for values in (old, new))
    found: list[ScheduleChange] = []
    for key in {**after, **before}:
        one, other = before.get(key), after.get(key)
        if one != other:
            action = Action.ADD if one is None else Action.REMOVE if other is None else Action.CHANGE
            found.append(ScheduleChange(action, one, other))
    return tuple(found)


def _read(context: Context) -> Configuration:
    book = known_organizations(context.config)
    require_templates(book.lists)
    planned = schedule.read_schedules(read_toml(context.config / _SCHEDULES), _SCHEDULES)
    known = {entry.id for entry in book.lists}
    for entry in planned:
        if entry.list_id not in known:
            raise Misconfigured("schedule-list-unknown", file=_SCHEDULES, id=entry.id, list=entry.list_id)
    calendar = read_config(context.config / FILE)
    # what is wrong with it is said before anything is compared
    read_calendar_text(calendar)
    return Configuration(book, planned, ("organizations.toml", "recipients.toml", _SCHEDULES, FILE), calendar)
