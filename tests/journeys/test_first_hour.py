"""What an operator meets who has never seen the program."""

import io
import re
from pathlib import Path

import pytest

from distributor.cli.main import main
from distributor.settings import asset_folder
from distributor.usecases.first_settings import bring_first_settings
from tests.support.installations import Run


def test_a_named_folder_without_settings_gets_the_usual_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")
    folder = tmp_path / "etc" / "distributor"
    assert main(["init", "--config", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"written to {folder}" in said
    assert f"keys: {tmp_path / 'data' / 'secrets'}" in said
    assert (folder / "distributor.toml").read_bytes() == (asset_folder("config") / "distributor.toml").read_bytes()
    # what the operator changed stays
    (folder / "distributor.toml").write_text('base_url = "https://mine.example"\n')
    assert main(["init", "--config", str(folder)]) == 0
    assert "written to" not in capsys.readouterr().out
    assert "mine.example" in (folder / "distributor.toml").read_text()


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")
    (tmp_path / "file").touch()
    assert main(["init", "--config", str(tmp_path / "file" / "etc")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_file_that_is_there_already_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "schedule.toml").write_text("# mine\n")
    assert bring_first_settings(asset_folder("config"), tmp_path)
    assert (tmp_path / "schedule.toml").read_text() == "# mine\n"
    assert (tmp_path / "recipients.toml").exists()


def test_who_uses_the_shipped_settings_is_told_how_to_change_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISTRIBUTOR_CONFIG", raising=False)
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")
    assert main(["init"]) == 0
    assert "distributor init --config config" in capsys.readouterr().out
    assert (tmp_path / "var" / "distributor.sqlite3").exists()


def test_a_password_is_not_asked_for_where_nobody_sits(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, errors = run("user", "add", "li", "--role", "editor", "--as", "root")
    assert code == 2
    assert "--generate" in errors


@pytest.mark.slow
def test_the_doctor_says_in_words_what_it_looks_at(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert re.findall(r"\b(?:cli|error|finding)\.[a-z.-]+", out) == []
