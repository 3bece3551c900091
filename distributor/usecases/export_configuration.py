"""Write address book, schedules and working calendar back as the files they can be applied from."""

from functools import partial
from pathlib import Path

import anyio.to_thread

from distributor import recipients, schedule
from distributor.errors import Misconfigured
from distributor.store import address_book, calendars, schedules
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import FILE
from distributor.usecases.parse_file import read_config

_FILES = ("organizations.toml", "recipients.toml", "schedule.toml", FILE)


async def export_configuration(context: Context, folder: Path) -> tuple[str, ...]:
    """Write organizations, recipients, schedule and calendar into a folder; what is equal gives equal bytes.

    The calendar keeps the words of whoever wrote it, remarks included.

    Args:
        context: the installation.
        folder: made when it does not exist; files of these names in it are replaced.

    Returns:
        Names of the files.

    Raises:
        Misconfigured: `export-unwritable`.
    """
    async with context.database.read() as connection:
        book = await address_book.load(connection)
        planned = [entry.schedule for entry in await schedules.load(connection)]
        calendar = await calendars.newest(connection)
    if calendar is None:
        calendar = await anyio.to_thread.run_sync(_calendar_of, context.config / FILE)
    texts = await anyio.to_thread.run_sync(recipients.export_address_book, book)
    written = (*texts, schedule.export_schedules(planned), calendar)
    await anyio.to_thread.run_sync(partial(_write, folder, dict(zip(_FILES, written, strict=True))))
    return _FILES


def _calendar_of(file: Path) -> str:
    """Give the calendar that counts as long as none was applied; an empty one is the usual calendar."""
    return read_config(file) if file.is_file() else ""


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # written beside and moved into place: a full disk leaves the old file whole
            new = folder / f".{name}.new"
            new.write_bytes(text.encode())
            new.replace(folder / name)
    except OSError as error:
        raise Misconfigured("export-unwritable", folder=str(folder), problem=error) from error
