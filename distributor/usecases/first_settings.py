"""Put the shipped settings where the operator wants to edit them."""

from pathlib import Path

from distributor.errors import Misconfigured


def bring_first_settings(shipped: Path, folder: Path) -> bool:
    """Copy the files of the configuration into a folder that has none; returns False when it has.

    Args:
        shipped: folder of the files that come with the program.
        folder: where they go.

    Raises:
        Misconfigured: `config-unwritable`.
    """
    if (folder / "distributor.toml").exists():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(shipped.glob("*.toml")):
            target = folder / file.name
            if not target.exists():
                target.write_bytes(file.read_bytes())
    except OSError as error:
        raise Misconfigured("config-unwritable", folder=str(folder), problem=error.strerror or str(error)) from error
    return True
