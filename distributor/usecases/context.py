"""What every use case works with; bootstrap builds it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from distributor.clock import Clock
from distributor.compose import DkimKey
from distributor.model.message import Sender
from distributor.model.publication import Publication
from distributor.schedule import WorkingCalendar
from distributor.store.engine import Database


@dataclass(frozen=True, slots=True)
class Context:
    """The concrete objects and choices of one installation.

    Args:
        database: where everything is kept.
        clock: tells the time.
        publication: the publication that bulletins belong to.
        sender: whose name the mails carry.
        token_keys: secret keys of links, newest last.
        dkim_keys: keys that sign mails; none while mails stay in the house.
        calendar: which days are worked.
        config: folder of the TOML files.
        mail_folder: where captured mail is kept.
    """

    database: Database
    clock: Clock
    publication: Publication
    sender: Sender
    token_keys: tuple[str, ...]
    calendar: WorkingCalendar
    config: Path
    mail_folder: Path
    dkim_keys: tuple[DkimKey, ...] = ()

    def now(self) -> datetime:
        """The present moment in the zone of the publication."""
        return self.clock.now().astimezone(ZoneInfo(self.publication.time_zone))
