"""Look at the whole installation and say what would go wrong, each with what to do."""

import shutil
import stat
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import anyio.to_thread
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from distributor import compose, templating
from distributor.clock import as_utc
from distributor.deliver.probe import probe
from distributor.deliver.relay import Relay
from distributor.deliver.sender_dns import judge, judge_host, look_up, look_up_host
from distributor.errors import DistributorError
from distributor.model.finding import Finding, Level
from distributor.store import address_book, migrate
from distributor.store.engine import as_misconfigured
from distributor.usecases.check_recipients import check_recipients
from distributor.usecases.check_senders import sender_domains, unaligned_lists
from distributor.usecases.context import Context
from distributor.usecases.current_calendar import current_calendar
from distributor.usecases.survey_desk import never_begun, unsettled
from distributor.usecases.survey_runs import waiting_runs

_LEAST_FREE_BYTES = 1_000_000_000
_LARGEST_DRIFT = timedelta(seconds=5)
# a digest in full text with its text part and headers; see compose.SIZE_LIMIT
_LARGEST_MESSAGE = 4 * compose.SIZE_LIMIT


@dataclass(frozen=True, slots=True)
class Installation:
    """What is looked at beside the context.

    Args:
        relays: the relays that mails go to; none while nothing leaves the machine.
        secrets: folder of the keys.
        base_url: public address of the site.
    """

    relays: tuple[Relay, ...]
    secrets: Path
    base_url: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found.

    Args:
        findings: what would go wrong and what is in order.
        errors: parts that could not be looked at, with the reason.
    """

    findings: tuple[Finding, ...]
    errors: tuple[DistributorError, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing stands in the way of sending."""
        return not self.errors and all(finding.level is not Level.BLOCKING for finding in self.findings)


async def diagnose(
    context: Context,
    installation: Installation,
    report: Callable[[str], None] = lambda _part: None,
) -> Diagnosis:
    """Check part after part; when one cannot be looked at, the rest goes on.

    Args:
        context: the installation.
        installation: what is looked at beside it.
        report: told the name of each part before it is looked at.
    """
    parts: Mapping[str, Callable[[], Awaitable[tuple[Finding, ...]]]] = {
        "database": lambda: _database(context),
        "disk": lambda: _disk(context),
        "keys": lambda: anyio.to_thread.run_sync(_keys, installation.secrets),
        "site": lambda: _site(installation.base_url),
        "calendar": lambda: _calendar(context),
        "schedules": lambda: _schedules(context),
        "runs": lambda: _runs(context),
        "templates": lambda: anyio.to_thread.run_sync(_templates),
        "print": lambda: anyio.to_thread.run_sync(_print, context),
        "recipients": lambda: _recipients(context),
        "relay": lambda: _relays(context, installation.relays),
        "dns": lambda: _dns(context, installation.relays),
    }
    findings: list[Finding] = []
    errors: list[DistributorError] = []
    for name, look in parts.items():
        report(name)
        try:
            findings += await look()
        except DistributorError as error:
            errors.append(error)
        except (OperationalError, ProgrammingError) as error:
            found = as_misconfigured(error, context.database.url)
            # several parts ask the database; that it does not answer is said once
            if found.code not in {known.code for known in errors}:
                errors.append(found)
    return Diagnosis(tuple(findings), tuple(errors))


async def _database(context: Context) -> tuple[Finding, ...]:
    database = context.database
    await migrate.require_newest(database)
    async with database.read() as connection:
        moment = await database.now(connection)
        damage = await connection.scalar(text("PRAGMA quick_check")) if database.is_sqlite else "ok"
    findings = []
    if damage != "ok":
        findings.append(Finding(Level.BLOCKING, "doctor-database-damaged", parameters={"problem": str(damage)}))
    drift = abs(as_utc(context.clock.now()) - moment)
    if drift > _LARGEST_DRIFT:
        seconds = {"seconds": str(int(drift.total_seconds()))}
        findings.append(Finding(Level.WARNING, "doctor-clock", parameters=seconds))
    return tuple(findings)


async def _disk(context: Context) -> tuple[Finding, ...]:
    folder = context.mail_folder.parent
    usage = await anyio.to_thread.run_sync(shutil.disk_usage, folder)
    if usage.free >= _LEAST_FREE_BYTES:
        return ()
    free = {"folder": str(folder), "free": str(usage.free // 1_000_000)}
    return (Finding(Level.WARNING, "doctor-disk", parameters=free),)


def _keys(folder: Path) -> tuple[Finding, ...]:
    loose = [file for file in folder.rglob("*") if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    return tuple(Finding(Level.BLOCKING, "doctor-key-readable", parameters={"file": str(file)}) for file in loose)


async def _site(base_url: str) -> tuple[Finding, ...]:
    if base_url.startswith("https://"):
        return ()
    return (Finding(Level.WARNING, "doctor-base-url", parameters={"url": base_url}),)


async def _calendar(context: Context) -> tuple[Finding, ...]:
    today = context.now().date()
    # what is sent within the next two months must know its holidays
    year = (today + timedelta(days=61)).year
    async with context.database.read() as connection:
        calendar = await current_calendar(connection, context)
    if calendar.is_published(year):
        return ()
    return (Finding(Level.WARNING, "doctor-calendar", parameters={"year": str(year)}),)


async def _schedules(context: Context) -> tuple[Finding, ...]:
    async with context.database.read() as connection:
        found = await never_begun(connection, context)
    if not found:
        return ()
    names = "、".join(dict.fromkeys(one.schedule_id for one in found))
    return (Finding(Level.WARNING, "doctor-unbegun", parameters={"count": str(len(found)), "schedules": names}),)


async def _runs(context: Context) -> tuple[Finding, ...]:
    async with context.database.read() as connection:
        waiting = await waiting_runs(connection, context)
    if not waiting:
        return ()
    ids = "、".join(one.run_id for one in waiting)
    return (Finding(Level.WARNING, "doctor-runs-wait", parameters={"count": str(len(waiting)), "runs": ids}),)


def _templates() -> tuple[Finding, ...]:
    return tuple(
        Finding(Level.BLOCKING, "doctor-template", parameters={"name": name, "problem": problem})
        for name, problem in templating.broken_templates()
    )


def _print(context: Context) -> tuple[Finding, ...]:
    if context.printer is None or context.printer.fonts:
        return ()
    return (Finding(Level.WARNING, "doctor-print-fonts"),)


async def _recipients(context: Context) -> tuple[Finding, ...]:
    book, findings = await check_recipients(context)
    async with context.database.read() as connection:
        drafts = [draft for draft in await unsettled(connection) if draft.unresolved]
    waiting = [
        Finding(
            Level.WARNING,
            "doctor-unresolved",
            parameters={"bulletin": draft.record.id, "names": "、".join(draft.unresolved)},
        )
        for draft in drafts
    ]
    found = (*findings, *unaligned_lists(context, book.lists), *waiting)
    return tuple(finding for finding in found if finding.level is not Level.INFO)


async def _relays(context: Context, relays: Sequence[Relay]) -> tuple[Finding, ...]:
    if not relays:
        return (Finding(Level.INFO, "doctor-sending-off"),)
    usual = context.sender.address.rpartition("@")[2]
    findings: list[Finding] = []
    for relay in relays:
        findings += await probe(relay, relay.greeting_name or usual, _LARGEST_MESSAGE)
    return tuple(findings)


async def _dns(context: Context, relays: Sequence[Relay]) -> tuple[Finding, ...]:
    if not relays:
        return ()
    async with context.database.read() as connection:
        lists = await address_book.load_lists(connection)
    findings: list[Finding] = []
    for domain in sender_domains(context, lists):
        signing = compose.aligned(context.dkim_keys, domain)
        published = {key.selector: compose.dns_record(key).value for key in signing if key.domain == domain}
        # a name below one that signs is looked at there
        if published or not signing:
            findings += judge(domain, await look_up(domain, list(published)), published)
    # who gives a provider their password sends from the addresses of the provider
    for host in dict.fromkeys(relay.host for relay in relays if relay.username is None):
        findings += judge_host(host, await look_up_host(host))
    return tuple(findings)
