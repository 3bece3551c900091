"""What the templates of mails to the secretariat may use: typed, documented, compared with the templates by a test."""

from dataclasses import dataclass
from datetime import datetime

from distributor.compose.theme import ThemeView


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """An address that a mail did not reach for good.

    Args:
        address: the address.
        reason: class of the refusal: address, mailbox full, policy …
        answer: what its server said, or the sentence of our own judgement.
        attempts: how often it was tried.
    """

    address: str
    reason: str
    answer: str
    attempts: int


@dataclass(frozen=True, slots=True)
class FailedBody:
    """A body and those of its addresses that were not reached.

    Args:
        name: its name, or the name of a subscriber's address.
        addresses: those that failed.
        reached: its addresses that the same bulletin did reach.
        backups: its backup mailboxes that were not tried.
    """

    name: str
    addresses: tuple[FailedAddress, ...]
    reached: tuple[str, ...]
    backups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnsubscribeReceived:
    """Everything the templates of `mail/unsubscribe-received` may use.

    Args:
        title: name of the publication.
        address: who asks.
        bodies: names of the bodies it belongs to, joined, or empty.
        list_name: name of the recipient list for people.
        opened: when it came.
        due: when it should be settled.
        tickets_url: page of the desk where it is settled.
        theme: colours, and words above and below the masthead.
    """

    title: str
    address: str
    bodies: str
    list_name: str
    opened: datetime
    due: datetime
    tickets_url: str
    theme: ThemeView


@dataclass(frozen=True, slots=True)
class BounceReport:
    """Everything the templates of `mail/bounce-report` may use.

    Args:
        title: name of the publication.
        bulletin: name and number of the bulletin.
        list_name: name of the recipient list for people.
        count: number of addresses that failed.
        total: number of addresses of the run.
        bodies: the bodies they belong to; no more than can be read.
        more: number of bodies that are left out.
        run_url: page of the run.
        theme: colours, and words above and below the masthead.
    """

    title: str
    bulletin: str
    list_name: str
    count: int
    total: int
    bodies: tuple[FailedBody, ...]
    more: int
    run_url: str
    theme: ThemeView


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything the templates of `mail/run-report` may use.

    Args:
        title: name of the publication.
        bulletin: name and number of the bulletin.
        list_name: name of the recipient list for people.
        by: who or what started the run.
        began: when the first mail was taken in hand, or None when there was none to send.
        ended: when the last one came to its end, or None.
        minutes: from the first to the last, at least 1.
        total: addresses that were frozen.
        sent: handed over to the relay.
        failed: refused for good.
        suppressed: not written to because they are suppressed.
        cancelled: called off by a person.
        doubts: deliveries of which it was once unknown whether the relay had taken them.
        excluded: addresses served before, or suppressed when the run was frozen.
        is_balanced: whether every frozen address came to one of the four ends.
        run_url: page of the run.
        theme: colours, and words above and below the masthead.
    """

    title: str
    bulletin: str
    list_name: str
    by: str
    began: datetime | None
    ended: datetime | None
    minutes: int
    total: int
    sent: int
    failed: int
    suppressed: int
    cancelled: int
    doubts: int
    excluded: int
    is_balanced: bool
    run_url: str
    theme: ThemeView


@dataclass(frozen=True, slots=True)
class RefusingDomain:
    """A recipient domain whose servers refuse mails of a run.

    Args:
        domain: the domain.
        count: how many mails.
        reason: class of the refusal: policy, our set-up …
        answer: what was answered to one of them, or the sentence of our own judgement.
    """

    domain: str
    count: int
    reason: str
    answer: str


@dataclass(frozen=True, slots=True)
class RunPaused:
    """Everything the templates of `mail/run-paused` may use.

    Args:
        title: name of the publication.
        bulletin: name and number of the bulletin.
        list_name: name of the recipient list for people.
        reason: why it stands still: mass failure, relay, past due or restored.
        since: since when.
        left: mails that are not sent.
        total: addresses of the run.
        said: what the relay said, or empty.
        domains: recipient domains that refuse; no more than can be read.
        more: number of domains that are left out.
        run_url: page of the run.
        theme: colours, and words above and below the masthead.
    """

    title: str
    bulletin: str
    list_name: str
    reason: str
    since: datetime
    left: int
    total: int
    said: str
    domains: tuple[RefusingDomain, ...]
    more: int
    run_url: str
    theme: ThemeView


@dataclass(frozen=True, slots=True)
class RunRefused:
    """Everything the templates of `mail/run-refused` may use.

    Args:
        title: name of the publication.
        bulletin: name and number of the bulletin.
        list_name: name of the recipient list for people.
        count: mails that are refused by the domains that are told of.
        total: addresses of the run.
        domains: recipient domains that refuse; no more than can be read.
        more: number of domains that are left out.
        run_url: page of the run.
        theme: colours, and words above and below the masthead.
    """

    title: str
    bulletin: str
    list_name: str
    count: int
    total: int
    domains: tuple[RefusingDomain, ...]
    more: int
    run_url: str
    theme: ThemeView


@dataclass(frozen=True, slots=True)
class OverdueBody:
    """A body whose mails have been refused for long and still wait.

    Args:
        name: its name, or the name of a subscriber's address.
        addresses: those that still wait.
        reached: its addresses that the same bulletin did reach.
        substitutes: its backup mailboxes that are written to instead.
    """

    name: str
    addresses: tuple[FailedAddress, ...]
    reached: tuple[str, ...]
    substitutes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunOverdue:
    """Everything the templates of `mail/run-overdue` may use.

    Args:
        title: name of the publication.
        bulletin: name and number of the bulletin.
        list_name: name of the recipient list for people.
        hours: for how many hours they have been refused, at least.
        count: number of addresses that wait.
        bodies: the bodies they belong to; no more than can be read.
        more: number of bodies that are left out.
        run_url: page of the run.
        theme: colours, and words above and below the masthead.
    """

    title: str
    bulletin: str
    list_name: str
    hours: int
    count: int
    bodies: tuple[OverdueBody, ...]
    more: int
    run_url: str
    theme: ThemeView


@dataclass(frozen=True, slots=True)
class TrialMail:
    """Everything the templates of `mail/test` may use.

    Args:
        title: name of the publication.
        by: who asked for it.
        moment: when.
        sender: address in From.
        selectors: names of the keys that sign it; none when it is not signed.
        site_url: address of the public site.
        theme: colours, and words above and below the masthead.
    """

    title: str
    by: str
    moment: datetime
    sender: str
    selectors: tuple[str, ...]
    site_url: str
    theme: ThemeView


NoticeContext = UnsubscribeReceived | BounceReport | RunReport | RunPaused | RunRefused | RunOverdue | TrialMail
