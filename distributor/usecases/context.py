"""What every use case works with; bootstrap builds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from distributor.clock import Clock
from distributor.compose import DkimKey
from distributor.model.conduct import Conduct
from distributor.model.ledger import Verdict
from distributor.model.message import Sender
from distributor.model.publication import Publication
from distributor.model.retention import Retention
from distributor.model.subscriber import SubscriptionRules
from distributor.model.theme import Design
from distributor.publish import FeedOptions, Sheet
from distributor.schedule import WorkingCalendar
from distributor.store.engine import Database


class RelayLog(Protocol):
    """Can say whether the relay has taken a message, by its log or by asking it."""

    async def verdicts(self, asked: Mapping[str, datetime]) -> Mapping[str, tuple[Verdict, str]]:
        """Give what is known about each message, with the line that says so.

        Args:
            asked: moment of the dot by Message-ID.
        """


class Printer(Protocol):
    """Sets printed issues."""

    @property
    def fonts(self) -> Mapping[str, tuple[str, ...]]:
        """Families that each part of a page is set in; empty without any Chinese font."""

    def recipe(self, sheet: Sheet, moment: datetime) -> str:
        """Give a digest that stands for the bytes of an issue before it is set.

        Args:
            sheet: what the issue says.
            moment: its date.
        """

    def set_issues(self, jobs: Sequence[tuple[Sheet, datetime]]) -> tuple[bytes | None, ...]:
        """Set issues as PDF; None for one that cannot be set here.

        Args:
            jobs: what each issue says, and its date.
        """


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
        conduct: how deliveries are worked.
        relay_log: knows what the relay has taken, or None.
        feeds: choices for all feeds.
        design: what mails look like; `render_mail.designed` fills it from the database.
        subscriptions: what the operator has decided about subscribing.
        retention: how long what is kept.
        printer: sets printed issues, or None where nothing is printed.
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
    conduct: Conduct = field(default_factory=Conduct)
    relay_log: RelayLog | None = None
    feeds: FeedOptions = field(default_factory=FeedOptions)
    design: Design = field(default_factory=Design)
    subscriptions: SubscriptionRules = field(default_factory=SubscriptionRules)
    retention: Retention = field(default_factory=Retention)
    printer: Printer | None = None

    @property
    def journal_folder(self) -> Path:
        """Where the workers of this machine keep their journals: beside the captured mail."""
        return self.mail_folder.with_name("journal")

    def now(self) -> datetime:
        """The present moment in the zone of the publication."""
        return self.clock.now().astimezone(ZoneInfo(self.publication.time_zone))
