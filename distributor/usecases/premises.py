"""What backups work with: where the parts of an installation stand, without opening any of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from distributor.clock import Clock
from distributor.store.engine import Database


@dataclass(frozen=True, slots=True)
class Premises:
    """The places of one installation.

    Args:
        url: address of the database.
        open_database: opens a database by its address.
        config: folder of the TOML files.
        secrets: folder of the keys.
        data: folder of everything else.
        publication: name of the publication.
        clock: tells the time.
    """

    url: str
    open_database: Callable[[str], Database]
    config: Path
    secrets: Path
    data: Path
    publication: str
    clock: Clock

    def now(self) -> datetime:
        """The present moment in the zone of the publication."""
        return self.clock.now()
