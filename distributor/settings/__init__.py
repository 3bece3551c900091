"""What the operator sets: config/distributor.toml, overridden by DISTRIBUTOR_… variables; read by bootstrap alone."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from distributor.errors import Misconfigured
from distributor.model.publication import Publication
from distributor.settings.parts import (
    BounceSettings,
    DeliverySettings,
    DkimSettings,
    Engine,
    FeedSettings,
    PublicationSettings,
    RelaySettings,
    RetentionSettings,
    Security,
    SenderSettings,
    Sending,
    SmtpSettings,
    SubscriptionSettings,
    WebSettings,
)

__all__ = [
    "BounceSettings",
    "DeliverySettings",
    "DkimSettings",
    "Engine",
    "FeedSettings",
    "PublicationSettings",
    "RelaySettings",
    "RetentionSettings",
    "Security",
    "SenderSettings",
    "Sending",
    "Settings",
    "SmtpSettings",
    "SubscriptionSettings",
    "WebSettings",
    "asset_folder",
    "config_folder",
    "load",
]

_PACKAGE = Path(__file__).parents[1]


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
        raise Misconfigured("settings-unreadable", file=str(file), problem=error) from error


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
