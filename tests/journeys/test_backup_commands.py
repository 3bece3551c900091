"""The operator's evening: a backup, a look at it, a restoring, and another database."""

import json
from pathlib import Path

import pytest

from tests.support.databases import empty_postgres_url
from tests.support.installations import Run, received_seed

pytestmark = pytest.mark.slow


def test_a_backup_is_made_looked_at_and_restored(run: Run, tmp_path: Path) -> None:
    bulletin_id = received_seed(run)
    file = tmp_path / "b.tar"
    code, out, errors = run("backup", file)
    assert (code, errors) == (0, "")
    assert str(file) in out
    assert "Keys and passwords are not inside" in out
    code, out, _ = run("restore", file, "--check")
    assert code == 0
    assert "The backup is whole" in out
    code, out, errors = run("restore", file)
    assert code == 2
    assert "--replace" in errors
    # nobody sits at a terminal to agree
    code, _, errors = run("restore", file, "--replace")
    assert code == 2
    assert "--yes" in errors
    code, out, errors = run("restore", file, "--replace", "--yes", "--as", "wang")
    assert (code, errors) == (0, "")
    assert "The former data are kept at" in out
    assert "0 runs wait for you" in out
    assert bulletin_id in run("bulletins")[1]


def test_backups_of_a_folder_are_counted_by_programs(run: Run, tmp_path: Path) -> None:
    assert run("init")[0] == 0
    code, out, _ = run("backup", tmp_path / "nightly", "--keep", "2", "--with-secrets", "--json")
    assert code == 0
    said = json.loads(out)
    assert said["removed"] == []
    assert Path(said["file"]).parent == tmp_path / "nightly"
    old = tmp_path / "nightly" / "distributor-20200101T000000Z.tar"
    for year in range(2):
        old.with_name(f"distributor-202{year}0101T000000Z.tar").touch()
    # one within the same second would have its name
    Path(said["file"]).unlink()
    code, out, _ = run("backup", tmp_path / "nightly", "--keep", "1")
    assert code == 0
    assert "older backups were removed" in out
    assert not old.exists()


def test_a_new_machine_gets_settings_and_keys_from_the_backup(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin_id = received_seed(run)
    assert run("backup", tmp_path / "b.tar", "--with-secrets")[0] == 0
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(tmp_path / "etc"))
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "new"))
    code, out, errors = run("restore", tmp_path / "b.tar", "--as", "wang")
    assert (code, errors) == (0, "")
    assert f"written to {tmp_path / 'etc'}" in out
    assert "1 keys were written" in out
    assert bulletin_id in run("bulletins")[1]
    keys = [(folder / "secrets" / "tokens.key").read_text() for folder in (tmp_path / "data", tmp_path / "new")]
    assert keys[0] == keys[1]


def test_settings_that_differ_are_shown_and_a_database_that_is_away_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init")[0] == 0
    assert run("backup", tmp_path / "b.tar")[0] == 0
    (tmp_path / "config" / "schedule.toml").write_text("# none\n")
    code, out, _ = run("restore", tmp_path / "b.tar", "--replace", "-y", "--as", "wang")
    assert code == 0
    assert "settings-of-backup-" in out
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    code, _, errors = run("backup", tmp_path / "c.tar")
    assert code == 2
    assert "127.0.0.1" in errors


@pytest.mark.postgres
def test_an_installation_moves_to_postgresql(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin_id = received_seed(run)
    url = empty_postgres_url(request)
    code, out, errors = run("database", "copy", url, "--as", "wang")
    assert (code, errors) == (0, "")
    assert "bulletins" in out
    assert "agree" in out
    assert url not in out or "@" not in url
    code, _, errors = run("database", "copy", url)
    assert code == 2
    assert "is not empty" in errors
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", url)
    assert bulletin_id in run("bulletins")[1]
    assert run("audit", "verify")[0] == 0
