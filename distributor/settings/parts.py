"""The tables of the settings file, one class each."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from distributor.model.ledger import DoubtPolicy


class Part(BaseModel):
    """One table of the settings file; a misspelt name is refused, since nobody would notice that it has no effect."""

    model_config = ConfigDict(extra="forbid")


class Sending(StrEnum):
    """Where mails go: to the embedded capture server, into a folder, or to the relay."""

    CAPTURE = "capture"
    FOLDER = "folder"
    LIVE = "live"


class Engine(StrEnum):
    """What makes workers work: their own loop, or jobs of Procrastinate on PostgreSQL."""

    EMBEDDED = "embedded"
    PROCRASTINATE = "procrastinate"


class Security(StrEnum):
    """How the conversation with a relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class SmtpSettings(Part):
    """The relay that mails are handed to."""

    host: str = Field(default="127.0.0.1", description="name or address of the relay")
    port: int = Field(default=25, ge=1, le=65535, description="port of the relay")
    security: Security = Field(default=Security.STARTTLS, description="none, starttls or tls")
    username: str | None = Field(default=None, description="user name at the relay, if it asks for one")
    password: SecretStr | None = Field(default=None, description="password or 授权码 at the relay")
    connections: int = Field(default=4, ge=1, le=100, description="connections kept open at the same time")
    timeout: float | None = Field(
        default=None,
        gt=0,
        description="longest wait in seconds for any answer before the final dot; by default 60 until a connection "
        "stands, then what RFC 5321 asks for (2 to 5 minutes)",
    )
    overlaps: bool = Field(
        default=True,
        description="begin a mail while the answer to the last one is awaited, where a trial shows that this works",
    )
    verp: bool = Field(
        default=False, description="an envelope address for each mail, so that every report finds it; not at 163 and QQ"
    )


class RelaySettings(SmtpSettings):
    """A further relay."""

    name: str = Field(default="", description="how it is called in messages, its host by default")
    senders: list[str] = Field(default_factory=list, description="domains of senders it is for; empty for all")
    preset: str = Field(default="plain", pattern="^(plain|qq|163|exmail|aliyun)$", description="pace that it takes")
    per_second: float | None = Field(default=None, gt=0, description="messages a second, instead of the preset's")


class BounceSettings(Part):
    """Where reports about mails arrive; `distributor bounce` takes them from a pipe without any of these."""

    maildir: Path | None = Field(default=None, description="Maildir in which reports arrive")
    mbox: Path | None = Field(default=None, description="mbox file in which reports arrive")
    imap_host: str | None = Field(default=None, description="IMAP server of the mailbox in which reports arrive")
    imap_port: int = Field(default=993, ge=1, le=65535, description="port of the IMAP server")
    imap_security: Security = Field(default=Security.TLS, description="none, starttls or tls")
    imap_username: str = Field(default="", description="user name at the IMAP server")
    imap_password: SecretStr | None = Field(default=None, description="password or 授权码 at the IMAP server")
    imap_folder: str = Field(default="INBOX", description="folder of the IMAP server; what was taken is marked as seen")
    listen_host: str = Field(default="127.0.0.1", description="address on which the worker takes reports by SMTP")
    listen_port: int | None = Field(default=None, ge=1, le=65535, description="port for it; none by default")
    every_seconds: float = Field(default=60, ge=1, description="seconds between two looks into the mailboxes")


class DeliverySettings(Part):
    """How deliveries are worked."""

    engine: Engine = Field(default=Engine.EMBEDDED, description="embedded, or procrastinate for many worker machines")
    doubt: DoubtPolicy = Field(
        default=DoubtPolicy.RETRY,
        description="what becomes of a mail of which nobody knows whether the relay took it: retry, hold or ask",
    )
    relay_log: Path | None = Field(default=None, description="log of the Postfix that is the relay, for doubt = ask")
    catch_up_hours: float = Field(default=6, gt=0, description="a run that begins later than this asks a person first")
    preset: str = Field(
        default="plain",
        pattern="^(plain|qq|163|exmail|aliyun)$",
        description="pace that the provider of the relay takes",
    )
    per_second: float | None = Field(default=None, gt=0, description="messages a second, instead of the preset's")
    domains: dict[str, float] = Field(default_factory=dict, description="messages a second by recipient domain")
    retry_minutes: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [2.0, 5, 15, 30, 60, 120, 240],
        min_length=1,
        description="minutes to wait after the first, second … attempt; the last one repeats",
    )
    retry_hours: float = Field(
        default=72, gt=0, le=720, description="hours after which what only a recipient's server refuses is given up"
    )
    idempotency_header: str = Field(
        default="X-Idempotency-Key",
        pattern="^(X-[A-Za-z0-9-]{1,60}|Idempotency-Key)$",
        description="name of the header by which the relay drops a second copy, if it has one",
    )


class SenderSettings(Part):
    """Whose name the mails carry."""

    name: str = Field(default="联盟协发网秘书处", description="display name of the sender")
    address: str = Field(default="bulletin@xiefa.example", description="address in From and the envelope")
    reply_to: str = Field(default="secretariat@xiefa.example", description="where answers go")


class DkimSettings(Part):
    """The keys that sign mails."""

    selectors: list[str] = Field(
        default_factory=list,
        description="selectors of the keys in SECRETS_DIR/dkim that sign; `distributor dkim new` makes them",
    )
    domains: dict[str, list[str]] = Field(
        default_factory=dict,
        description="selectors by domain, for lists whose sender is on another domain than `sender.address`",
    )


class PublicationSettings(Part):
    """The publication that every bulletin belongs to."""

    slug: str = Field(default="xiefa", pattern=r"^[a-z0-9][a-z0-9-]*$", description="short name used in ids")
    name: str = Field(default="联盟协发网简报", description="name in the masthead when the file has none")
    publisher: str = Field(default="联盟协发网秘书处", description="the body that edits it")
    description: str = Field(
        default="产业技术创新战略联盟协同发展网简报：重要政策、联盟动态。",
        description="one sentence for feeds and the home page",
    )
    tag_authority: str = Field(default="xiefa.example", description="domain that mints tag URIs; never change it")
    tag_date: str = Field(
        default="2026", pattern=r"^\d{4}(-\d{2}){0,2}$", description="date on which the domain was held"
    )
    language: str = Field(default="zh-CN", description="language of the bulletins")
    time_zone: str = Field(default="Asia/Shanghai", description="zone in which times are meant and shown")
    rights: str | None = Field(default=None, description="line about rights in the feeds")
    contact: str = Field(default="secretariat@xiefa.example", description="address of the secretariat for readers")


class FeedSettings(Part):
    """Choices for all feeds; `distributor rebuild` renders them anew after a change."""

    window: int = Field(default=12, ge=1, le=100, description="how many bulletins a subscription feed holds")
    hub: str | None = Field(
        default=None, pattern=r"^https?://[!-~]+$", description="address of the WebSub hub that is told of news, if any"
    )
    image: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="address of a square picture of the publication, if any"
    )


class SubscriptionSettings(Part):
    """How people of the public subscribe."""

    approval: list[str] = Field(default_factory=list, description="lists whose requests the secretariat approves")
    purpose: str = Field(default="", description="why addresses are kept, on the form; a usual sentence when empty")
    requests_an_hour: int = Field(default=20, ge=1, description="requests taken from one network address in an hour")
    requests_a_domain: int = Field(default=200, ge=1, description="requests taken for one mail domain in an hour")
    confirm_days: int = Field(default=7, ge=1, le=30, description="days for which the link of a confirmation holds")


class RetentionSettings(Part):
    """How long what is kept, in days; the worker removes the rest every night."""

    unconfirmed: int = Field(default=14, ge=7, description="days: requests to subscribe that nobody confirmed")
    left: int = Field(default=730, ge=30, description="days: subscribers who have left every list, with their history")
    origins: int = Field(default=365, ge=1, description="days: network addresses in the record of consent")
    letters: int = Field(default=30, ge=2, description="days: letters to subscribers that were sent")
    addresses: int = Field(default=365, ge=30, description="days: addresses of subscribers in the delivery ledger")


class WebSettings(Part):
    """Where the site listens."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    desk_hosts: list[str] = Field(
        default_factory=list,
        description="host names under which desk and API answer, without a port; under every name when empty",
    )
    requests_a_minute: int = Field(
        default=60,
        ge=0,
        description="how often one network may search or send a form of the public site in a minute; 0 for any number",
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="token with which /metrics may be read from another machine (Bearer)"
    )
