"""Write the address book back as the files it can be applied from."""

from functools import partial
from pathlib import Path

import anyio.to_thread

from distributor import recipients
from distributor.errors import Misconfigured
from distributor.store import address_book
from distributor.usecases.context import Context

_FILES = ("organizations.toml", "recipients.toml")


async def export_configuration(context: Context, folder: Path) -> tuple[str, ...]:
    """Write organizations.toml and recipients.toml into a folder; equal books give equal bytes.

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
    texts = await anyio.to_thread.run_sync(recipients.export_address_book, book)
    await anyio.to_thread.run_sync(partial(_write, folder, dict(zip(_FILES, texts, strict=True))))
    return _FILES


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # written beside and moved into place: a full disk leaves the old file whole
            new = folder / f".{name}.new"
            new.write_bytes(text.encode())
            new.replace(folder / name)
    except OSError as error:
        raise Misconfigured("export-unwritable", folder=str(folder), problem=error.strerror or str(error)) from error
