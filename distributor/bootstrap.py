"""Build the concrete objects of one installation; the only place that reads settings."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from distributor import schedule, settings
from distributor.clock import Clock, SystemClock
from distributor.compose import DkimKey
from distributor.deliver import (
    AllowListTransport,
    CaptureServer,
    FolderTransport,
    Relay,
    SmtpTransport,
    Timeouts,
    Transport,
)
from distributor.deliver.listener import Ours, ReportListener, Take
from distributor.deliver.mailboxes import ImapBox, MaildirBox, MboxBox, ReportBox
from distributor.deliver.paced import PacedTransport
from distributor.deliver.postfix_log import PostfixLog
from distributor.deliver.relays import RelaySet, Way
from distributor.deliver.verp import VerpTransport
from distributor.errors import Misconfigured
from distributor.model.conduct import PRESETS, Conduct
from distributor.model.message import Sender
from distributor.model.retention import Retention
from distributor.model.subscriber import SubscriptionRules
from distributor.publish import FeedOptions
from distributor.publish.typesetter import Typesetter
from distributor.schedule import WorkingCalendar
from distributor.settings import Security, Sending, Settings, SmtpSettings
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.usecases.diagnose import Installation
from distributor.usecases.make_dkim_key import read_dkim_key
from distributor.usecases.parse_file import read_toml
from distributor.usecases.premises import Premises
from distributor.usecases.secret_files import write_secret
from distributor.usecases.share_pace import RelayPace

_KEY_BYTES = 32
_CONNECT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Container:
    """The objects of one installation.

    Args:
        settings: what the operator set.
        context: what use cases work with.
    """

    settings: Settings
    context: Context

    @asynccontextmanager
    async def transport(self) -> AsyncIterator[Transport]:
        """Open the way of sending that the settings choose; capture brings its own server on loopback."""
        async with (
            self._unguarded() as inner,
            AllowListTransport(inner, self.settings.allowed_domains) as guarded,
        ):
            yield guarded

    @asynccontextmanager
    async def _unguarded(self) -> AsyncIterator[Transport]:
        if self.settings.sending is Sending.LIVE:
            async with self._relays() as relays:
                yield relays
        elif self.settings.sending is Sending.FOLDER:
            yield FolderTransport(self.context.mail_folder)
        else:
            async with CaptureServer(self.context.mail_folder) as server:
                connections = self.settings.smtp.connections
                yield SmtpTransport(
                    Relay(host=server.host, port=server.port, security=Security.NONE, connections=connections),
                )

    def _relays(self) -> RelaySet:
        ways = [Way(self._relay().label, self._sender(self.settings.smtp, self._relay()))]
        for further in self.settings.relays:
            preset = PRESETS[further.preset]
            relay = _relay(further, preset.per_connection, further.name)
            senders = frozenset(domain.lower() for domain in further.senders)
            allowed = replace(preset, per_second=further.per_second or preset.per_second)
            pace = RelayPace(self.context.database, f"{further.host}:{further.port}", allowed)
            ways.append(Way(relay.label, PacedTransport(self._sender(further, relay), pace), senders))
        return RelaySet(ways)

    def _sender(self, chosen: SmtpSettings, relay: Relay) -> Transport:
        inner = SmtpTransport(relay)
        return VerpTransport(inner, self.context.token_keys) if chosen.verp else inner

    def _relay(self) -> Relay:
        return _relay(self.settings.smtp, self.context.conduct.pace.per_connection)

    @property
    def report_boxes(self) -> tuple[ReportBox, ...]:
        """The mailboxes in which reports arrive."""
        chosen = self.settings.bounces
        boxes: list[ReportBox] = []
        if chosen.maildir is not None:
            boxes.append(MaildirBox(chosen.maildir))
        if chosen.mbox is not None:
            boxes.append(MboxBox(chosen.mbox))
        if chosen.imap_host is not None:
            password = "" if chosen.imap_password is None else chosen.imap_password.get_secret_value()
            server = (chosen.imap_host, chosen.imap_port, chosen.imap_security)
            boxes.append(ImapBox(*server, chosen.imap_username, password, chosen.imap_folder))
        return tuple(boxes)

    def report_listener(self, take: Take, ours: Ours) -> ReportListener | None:
        """Make the server that takes reports by SMTP, if the settings want one.

        Args:
            take: takes one mail.
            ours: gives the addresses that reports come to.
        """
        chosen = self.settings.bounces
        if chosen.listen_port is None:
            return None
        return ReportListener(take, ours, chosen.listen_host, chosen.listen_port)

    @property
    def installation(self) -> Installation:
        """What `diagnose` looks at beside the context."""
        live = self.settings.sending is Sending.LIVE
        further = [
            _relay(chosen, PRESETS[chosen.preset].per_connection, chosen.name) for chosen in self.settings.relays
        ]
        # a person waits for what `doctor` finds
        quick = Timeouts().capped(_CONNECT_SECONDS)
        relays = tuple(replace(relay, timeouts=quick) for relay in (self._relay(), *further)) if live else ()
        return Installation(relays, self.settings.secrets_folder, self.settings.base_url)

    async def close(self) -> None:
        """Close all connections."""
        await self.context.database.dispose()


def build(config_dir: Path | None = None, *, clock: Clock | None = None) -> Container:
    """Read the settings and build the objects of this installation.

    Args:
        config_dir: folder of the TOML files, found by `settings.config_folder` by default.
        clock: tells the time; the one of this machine by default.

    Raises:
        Misconfigured: what is wrong with which setting, file or folder.
    """
    chosen = settings.load(config_dir)
    folder = settings.config_folder(config_dir)
    context = Context(
        database=Database(chosen.database_address),
        clock=clock or SystemClock(chosen.publication.time_zone),
        publication=chosen.publication_value,
        sender=Sender(chosen.sender.name, chosen.sender.address, chosen.sender.reply_to),
        token_keys=token_keys(chosen.secrets_folder),
        calendar=_calendar(folder),
        config=folder,
        mail_folder=chosen.data_dir / "mail",
        dkim_keys=_dkim_keys(chosen),
        conduct=_conduct(chosen),
        feeds=FeedOptions(**chosen.feeds.model_dump()),
        subscriptions=_rules(chosen),
        retention=Retention(**chosen.retention.model_dump()),
        printer=Typesetter(),
        relay_log=None if chosen.delivery.relay_log is None else PostfixLog(chosen.delivery.relay_log),
    )
    return Container(chosen, context)


def premises(config_dir: Path | None = None, *, clock: Clock | None = None) -> Premises:
    """Say where the parts of this installation stand; neither database nor keys are opened or made.

    Args:
        config_dir: folder of the TOML files, found by `settings.config_folder` by default.
        clock: tells the time; the one of this machine by default.

    Raises:
        Misconfigured: what is wrong with which setting.
    """
    chosen = settings.load(config_dir)
    return Premises(
        url=chosen.database_address,
        open_database=Database,
        config=settings.config_folder(config_dir),
        secrets=chosen.secrets_folder,
        data=chosen.data_dir,
        publication=chosen.publication.name,
        clock=clock or SystemClock(chosen.publication.time_zone),
    )


def _relay(smtp: SmtpSettings, per_connection: int, name: str = "") -> Relay:
    return Relay(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=None if smtp.password is None else smtp.password.get_secret_value(),
        connections=smtp.connections,
        messages_per_connection=per_connection,
        timeouts=_patience(smtp.timeout),
        overlaps=smtp.overlaps,
        name=name,
    )


def _patience(seconds: float | None) -> Timeouts:
    """RFC 5321 §4.5.3.2 for what is said over a connection; one that does not come about is given up sooner."""
    return Timeouts(connect=_CONNECT_SECONDS) if seconds is None else Timeouts().capped(seconds)


def _calendar(folder: Path) -> WorkingCalendar:
    return schedule.read_calendar(read_toml(folder / "calendar.toml"), "calendar.toml")


def _conduct(chosen: Settings) -> Conduct:
    delivery = chosen.delivery
    preset = PRESETS[delivery.preset]
    pace = replace(preset, per_second=delivery.per_second or preset.per_second, domains=delivery.domains)
    return Conduct(
        catch_up=timedelta(hours=delivery.catch_up_hours),
        doubt=delivery.doubt,
        elsewhere=frozenset(domain.lower() for further in chosen.relays for domain in further.senders),
        pace=pace,
        retry_minutes=tuple(delivery.retry_minutes),
        retry_hours=delivery.retry_hours,
        idempotency_header=delivery.idempotency_header,
    )


def _rules(chosen: Settings) -> SubscriptionRules:
    rules = chosen.subscriptions
    return SubscriptionRules(
        approval=tuple(rules.approval),
        purpose=rules.purpose,
        requests_an_hour=rules.requests_an_hour,
        requests_a_domain=rules.requests_a_domain,
        token_life=timedelta(days=rules.confirm_days),
    )


def _dkim_keys(chosen: Settings) -> tuple[DkimKey, ...]:
    domain = chosen.sender.address.rpartition("@")[2]
    # the usual domain first: its keys sign what no other key is for
    selectors = {domain: chosen.dkim.selectors, **chosen.dkim.domains}
    folder = chosen.secrets_folder
    return tuple(read_dkim_key(folder, name, selector) for name, found in selectors.items() for selector in found)


def key_folder(config_dir: Path | None = None) -> tuple[Path, str]:
    """Give the folder of the keys and the domain that they usually sign for.

    Args:
        config_dir: folder of the TOML files, found by `settings.config_folder` by default.
    """
    chosen = settings.load(config_dir)
    return chosen.secrets_folder, chosen.sender.address.rpartition("@")[2]


def token_keys(folder: Path) -> tuple[str, ...]:
    """Read the keys of links, one a line, newest last; a first key is made when there is none.

    Args:
        folder: folder of the keys.

    Raises:
        Misconfigured: `secrets-unusable`.
    """
    file = folder / "tokens.key"
    try:
        if not file.exists():
            write_secret(file, secrets.token_urlsafe(_KEY_BYTES).encode())
        keys = tuple(line.strip() for line in file.read_text(encoding="ascii").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured("secrets-unusable", file=str(file), problem=error) from error
    if not keys:
        raise Misconfigured("secrets-unusable", file=str(file), problem="0 bytes")
    return keys
