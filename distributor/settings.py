"""What the operator sets: config/distributor.toml, overridden by DISTRIBUTOR_… variables; read by bootstrap alone."""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from distributor.errors import Misconfigured
from distributor.model.ledger import DoubtPolicy
from distributor.model.publication import Publication

_PACKAGE = Path(__file__).parent


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


class SmtpSettings(BaseModel):
    """The relay that mails are handed to."""

    host: str = Field(default="127.0.0.1", description="name or address of the relay")
    port: int = Field(default=25, ge=1, le=65535, description="port of the relay")
    security: Security = Field(default=Security.STARTTLS, description="none, starttls or tls")
    username: str | None = Field(default=None, description="user name at the relay, if it asks for one")
    password: SecretStr | None = Field(default=None, description="password or 授权码 at the relay")
    connections: int = Field(default=4, ge=1, le=100, description="connections kept open at the same time")
    timeout: float = Field(default=60, gt=0, description="seconds to wait for an answer before the final dot")
    verp: bool = Field(
        default=False, description="an envelope address for each mail, so that every report finds it; not at 163 and QQ"
    )


class RelaySettings(SmtpSettings):
    """A further relay."""

    name: str = Field(default="", description="how it is called in messages, its host by default")
    senders: list[str] = Field(default_factory=list, description="domains of senders it is for; empty for all")
    preset: str = Field(default="plain", pattern="^(plain|qq|163|exmail|aliyun)$", description="pace that it takes")
    per_second: float | None = Field(default=None, gt=0, description="messages a second, instead of the preset's")


class BounceSettings(BaseModel):
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


class DeliverySettings(BaseModel):
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


class SenderSettings(BaseModel):
    """Whose name the mails carry."""

    name: str = Field(default="联盟协发网秘书处", description="display name of the sender")
    address: str = Field(default="bulletin@xiefa.example", description="address in From and the envelope")
    reply_to: str = Field(default="secretariat@xiefa.example", description="where answers go")


class DkimSettings(BaseModel):
    """The keys that sign mails."""

    selectors: list[str] = Field(
        default_factory=list,
        description="selectors of the keys in SECRETS_DIR/dkim that sign; `distributor dkim new` makes them",
    )


class PublicationSettings(BaseModel):
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


class FeedSettings(BaseModel):
    """Choices for all feeds; `distributor rebuild` renders them anew after a change."""

    window: int = Field(default=12, ge=1, le=100, description="how many bulletins a subscription feed holds")
    hub: str | None = Field(
        default=None, pattern=r"^https?://[!-~]+$", description="address of the WebSub hub that is told of news, if any"
    )
    image: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="address of a square picture of the publication, if any"
    )


class SubscriptionSettings(BaseModel):
    """How people of the public subscribe."""

    approval: list[str] = Field(default_factory=list, description="lists whose requests the secretariat approves")
    purpose: str = Field(default="", description="why addresses are kept, on the form; a usual sentence when empty")
    requests_an_hour: int = Field(default=20, ge=1, description="requests taken from one network address in an hour")
    requests_a_domain: int = Field(default=200, ge=1, description="requests taken for one mail domain in an hour")
    confirm_days: int = Field(default=7, ge=1, le=30, description="days for which the link of a confirmation holds")


class RetentionSettings(BaseModel):
    """How long what is kept, in days; the worker removes the rest every night."""

    unconfirmed: int = Field(default=14, ge=7, description="days: requests to subscribe that nobody confirmed")
    left: int = Field(default=730, ge=30, description="days: subscribers who have left every list, with their history")
    origins: int = Field(default=365, ge=1, description="days: network addresses in the record of consent")
    letters: int = Field(default=30, ge=2, description="days: letters to subscribers that were sent")
    addresses: int = Field(default=365, ge=30, description="days: addresses of subscribers in the delivery ledger")


class WebSettings(BaseModel):
    """Where the site listens."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    metrics_token: SecretStr | None = Field(
        default=None, description="token with which /metrics may be read from another machine (Bearer)"
    )


class Settings(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="DISTRIBUTOR_", env_nested_delimiter="__", extra="forbid")

    data_dir: Path = Field(default=Path("var"), description="folder for the database and captured mail")
    secrets_dir: Path | None = Field(default=None, description="folder of the keys (0600); DATA_DIR/secrets by default")
    database_url: str | None = Field(default=None, description="SQLAlchemy address; SQLite in DATA_DIR by default")
    base_url: str = Field(default="https://bulletin.xiefa.example", description="public address of the site, https")
    sending: Sending = Field(default=Sending.CAPTURE, description="capture, folder or live")
    allowed_domains: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="if set, mails go to these domains only; in a variable parted by commas"
    )
    language: Literal["zh_CN", "en"] = Field(default="zh_CN", description="language of pages and messages: zh_CN or en")
    smtp: SmtpSettings = Field(default_factory=SmtpSettings, description="the relay")
    relays: list[RelaySettings] = Field(
        default_factory=list, description="further relays ([[relays]]), by sender domain or when the first is down"
    )
    bounces: BounceSettings = Field(default_factory=BounceSettings, description="where reports about mails arrive")
    delivery: DeliverySettings = Field(default_factory=DeliverySettings, description="how deliveries are worked")
    sender: SenderSettings = Field(default_factory=SenderSettings, description="whose name the mails carry")
    dkim: DkimSettings = Field(default_factory=DkimSettings, description="the keys that sign mails")
    publication: PublicationSettings = Field(default_factory=PublicationSettings, description="the publication")
    feeds: FeedSettings = Field(default_factory=FeedSettings, description="choices for all feeds")
    subscriptions: SubscriptionSettings = Field(default_factory=SubscriptionSettings, description="who may subscribe")
    retention: RetentionSettings = Field(default_factory=RetentionSettings, description="how long what is kept")
    web: WebSettings = Field(default_factory=WebSettings, description="where the site listens")

    @field_validator("allowed_domains", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        """Take a variable as people write it: a.example, b.example; a JSON list is understood, too."""
        if not isinstance(value, str):
            return value
        return [part for part in re.split(r"[\s,，;；、\[\]\"']+", value) if part]

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("not an address such as https://bulletin.example")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, variables, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def publication_value(self) -> Publication:
        """The publication as a value of the model."""
        fields = self.publication.model_dump()
        return Publication(**fields, base_url=self.base_url.rstrip("/"))

    @property
    def database_address(self) -> str:
        """Address of the database, SQLite in the data folder unless set."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'distributor.sqlite3'}"

    @property
    def secrets_folder(self) -> Path:
        """Folder of the keys."""
        return self.secrets_dir or self.data_dir / "secrets"


def load(config_dir: Path | None = None, **overrides: object) -> Settings:
    """Read the settings of this installation.

    Args:
        config_dir: folder that holds distributor.toml; the one of `config_folder` by default.
        overrides: values that win over file and variables.

    Raises:
        Misconfigured: `settings-invalid` with the setting and what is wrong with it, or `config-missing`.
    """
    file = config_folder(config_dir) / "distributor.toml"
    if not file.is_file():
        raise Misconfigured("config-missing", file=str(file))

    class FromFile(Settings):
        model_config = SettingsConfigDict(**{**Settings.model_config, "toml_file": file})

    try:
        return FromFile(**overrides)  # type: ignore[arg-type]  # pydantic checks the values itself
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Misconfigured("settings-invalid", setting=name, problem=first["msg"]) from error
    except ValueError as error:
        raise Misconfigured("settings-unreadable", file=str(file), problem=str(error)) from error


def config_folder(chosen: Path | None = None) -> Path:
    """Find the folder of the configuration: the chosen one, DISTRIBUTOR_CONFIG, ./config, or the one shipped.

    Args:
        chosen: folder named on the command line, or None.
    """
    if chosen is not None:
        return chosen
    if named := os.environ.get("DISTRIBUTOR_CONFIG"):
        return Path(named)
    local = Path("config")
    return local if (local / "distributor.toml").is_file() else asset_folder("config")


def asset_folder(name: str) -> Path:
    """Find a folder that is shipped with the program: templates, config or seeds.

    Args:
        name: name of the folder.
    """
    packed = _PACKAGE / "_assets" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
