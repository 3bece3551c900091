"""Settings: file, variables, defaults, and what is said when they are wrong."""

from pathlib import Path

import pytest

from distributor import bootstrap, settings
from distributor.errors import Misconfigured
from distributor.settings import Security, Sending


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DISTRIBUTOR_CONFIG", "DISTRIBUTOR_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "distributor.toml").write_text('base_url = "https://a.example/"\n[smtp]\nport = 2525\n', "utf-8")
    return tmp_path


def test_the_file_sets_what_it_names_and_defaults_the_rest(config: Path) -> None:
    chosen = settings.load(config)
    assert chosen.smtp.port == 2525
    assert chosen.smtp.security is Security.STARTTLS
    assert chosen.publication_value.base_url == "https://a.example"


def test_nothing_is_sent_until_it_is_switched_on(config: Path) -> None:
    assert settings.load(config).sending is Sending.CAPTURE


def test_a_variable_wins_over_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_SMTP__PORT", "587")
    monkeypatch.setenv("DISTRIBUTOR_ALLOWED_DOMAINS", '["a.example"]')
    chosen = settings.load(config)
    assert chosen.smtp.port == 587
    assert chosen.allowed_domains == ["a.example"]


def test_an_argument_wins_over_everything(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_SENDING", "live")
    assert settings.load(config, sending="folder").sending is Sending.FOLDER


def test_a_password_is_never_shown(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_SMTP__PASSWORD", "geheim")
    assert "geheim" not in repr(settings.load(config))


def test_a_wrong_value_names_its_setting(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_SMTP__PORT", "70000")
    with pytest.raises(Misconfigured) as refused:
        settings.load(config)
    assert (refused.value.code, refused.value.parameters["setting"]) == ("settings-invalid", "smtp.port")


def test_an_unknown_setting_is_refused(config: Path) -> None:
    (config / "distributor.toml").write_text("sendig = 'live'\n", "utf-8")
    with pytest.raises(Misconfigured, match="sendig"):
        settings.load(config)


def test_a_file_that_is_no_toml_is_refused(config: Path) -> None:
    (config / "distributor.toml").write_text("= = =", "utf-8")
    with pytest.raises(Misconfigured, match="settings-unreadable"):
        settings.load(config)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="config-missing"):
        settings.load(tmp_path)


def test_the_folder_is_the_named_one_or_the_local_one_or_the_one_shipped(
    config: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.config_folder(config) == config
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert (settings.config_folder() / "distributor.toml").is_file()
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(config))
    assert settings.config_folder() == config
    monkeypatch.delenv("DISTRIBUTOR_CONFIG")
    local = Path("config")
    local.mkdir()
    (local / "distributor.toml").touch()
    assert settings.config_folder() == local


def test_database_and_secrets_lie_in_the_data_folder_unless_set(config: Path) -> None:
    chosen = settings.load(config, data_dir=Path("d"))
    assert chosen.database_address == "sqlite+aiosqlite:///d/distributor.sqlite3"
    assert chosen.secrets_folder == Path("d/secrets")
    assert settings.load(config, database_url="postgresql+psycopg://x").database_address == "postgresql+psycopg://x"


def test_templates_config_and_seeds_are_found() -> None:
    assert (settings.asset_folder("templates") / "mail").is_dir()
    assert (settings.asset_folder("config") / "organizations.toml").is_file()
    assert list(settings.asset_folder("seeds").glob("*.txt"))


def test_a_list_in_a_variable_is_parted_by_commas(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_ALLOWED_DOMAINS", "a.example, b.example；c.example")
    assert settings.load(config).allowed_domains == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://a.example", "https://a.example/?q=1"])
def test_an_address_of_the_site_that_is_none_is_refused(
    config: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DISTRIBUTOR_BASE_URL", url)
    with pytest.raises(Misconfigured, match="base_url"):
        settings.load(config)


def test_a_misspelt_name_within_a_table_is_refused(config: Path) -> None:
    (config / "distributor.toml").write_text("[smtp]\nprot = 25\n", "utf-8")
    with pytest.raises(Misconfigured, match="prot"):
        settings.load(config)


def test_patience_and_the_header_of_the_relay_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_DELIVERY__RETRY_MINUTES", "[1, 5]")
    monkeypatch.setenv("DISTRIBUTOR_DELIVERY__IDEMPOTENCY_HEADER", "X-Entity-Ref-ID")
    conduct = bootstrap.build(settings.asset_folder("config")).context.conduct
    assert (conduct.retry_minutes, conduct.retry_hours) == ((1, 5), 72)
    assert conduct.idempotency_header == "X-Entity-Ref-ID"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDEMPOTENCY_HEADER", "Subject"),
        ("IDEMPOTENCY_HEADER", "X-A: b"),
        ("RETRY_MINUTES", "[]"),
        ("RETRY_MINUTES", "[0]"),
    ],
)
def test_a_header_of_ours_and_no_patience_are_refused(
    config: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"DISTRIBUTOR_DELIVERY__{name}", value)
    with pytest.raises(Misconfigured, match="settings-invalid"):
        settings.load(config)
