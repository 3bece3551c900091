"""Bad input gets one sentence, exit code 2, and leaves nothing half-done."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from distributor.cli.main import main

SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.delenv("DISTRIBUTOR_CONFIG", raising=False)
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")

    def command(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def check_refusal(result: tuple[int, str, str], *words: str) -> None:
    code, _, err = result
    assert code == 2
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    "content",
    [b"", b"\x7fELF\x02\x01\x01" + bytes(200), "只有一行\n".encode(), "报：科技部\n".encode()],
    ids=["empty", "binary", "no item", "footer alone"],
)
def test_a_file_without_a_bulletin_is_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bulletin.txt"
    file.write_bytes(content)
    check_refusal(run("parse", file))
    code, out, err = run("parse", "--json", file)
    assert code == 2
    assert json.loads(out)["error"] == err.strip()
    check_refusal(run("receive", file, "--as", "li"))
    assert json.loads(run("bulletins", "--json")[1]) == []


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    check_refusal(run("parse", tmp_path / "nowhere.txt"), "nowhere.txt")
    check_refusal(run("receive", tmp_path, "--as", "li"), str(tmp_path))


def test_an_unknown_command_or_option_is_one_sentence(run: Run) -> None:
    check_refusal(run("sned"), "sned", "--help")
    check_refusal(run("parse", SEED, "--colour"), "--colour")
    check_refusal(run("parse"), "FILE")


def test_unknown_ids_are_named(run: Run) -> None:
    for command in (["plan"], ["runs"], ["history"]):
        check_refusal(run(*command, "nope"), "nope")
    for act in (["send"], ["sign-off"], ["publish"], ["pause"], ["retry"], ["cancel"]):
        check_refusal(run(*act, "nope", "--as", "wang"), "nope")


def test_an_act_without_a_name_is_refused(run: Run) -> None:
    check_refusal(run("receive", SEED, "--as", " "), "--as")


def test_a_missing_configuration_is_named(run: Run, tmp_path: Path) -> None:
    check_refusal(run("parse", SEED, "--config", tmp_path / "nowhere"), "organizations.toml")
    check_refusal(run("bulletins", "--config", tmp_path / "nowhere"), "distributor.toml")
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_written_to_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a file"
    file.touch()
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(file / "data"))
    check_refusal(run("receive", SEED, "--as", "li"), "DISTRIBUTOR_DATA_DIR")


def test_a_database_that_is_away_is_named_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", "postgresql+psycopg://u:geheim@127.0.0.1:1/x")
    result = run("bulletins")
    check_refusal(result, "127.0.0.1")
    assert "geheim" not in result[2]


def test_a_port_in_use_is_named(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        check_refusal(run("serve", "--port", port), str(port))
        check_refusal(run("demo", "--port", port), str(port))


def test_the_demo_removes_no_folder_it_did_not_make(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "mine" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("ten years of work")
    check_refusal(run("demo", "--once", "--folder", kept.parent), "left alone")
    assert kept.read_text() == "ten years of work"


def test_a_setting_that_is_wrong_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_SENDING", "carrier pigeon")
    check_refusal(run("bulletins"), "sending")


def test_several_files_give_a_table_and_a_bad_one_its_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_bytes(SEED.read_bytes())
    (tmp_path / "empty.txt").touch()
    (tmp_path / "notes.md").touch()
    code, out, _ = run("parse", tmp_path)
    assert code == 2
    assert "2 files, 1 of them refused." in out
    assert "notes.md" not in out
    code, out, _ = run("parse", "--json", tmp_path / "good.txt", SEED)
    assert code == 0
    assert [len(entry["sections"]) for entry in json.loads(out)] == [3, 3]
    code, out, _ = run("parse", "--json", tmp_path)
    assert [sorted(entry)[:2] for entry in json.loads(out) if "error" in entry] == [["error", "file"]]


def test_a_folder_without_bulletins_is_refused(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty folder"
    empty.mkdir()
    check_refusal(run("parse", empty), "empty folder", ".docx")


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:geheim@x/y", "postgresql://u:geheim@x/y", "sqlite:///x.db"])
def test_a_database_that_nobody_can_speak_to_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", url)
    result = run("bulletins")
    check_refusal(result, "sqlite+aiosqlite")
    assert "geheim" not in result[2]


def test_what_is_no_ordinary_file_is_not_read(run: Run) -> None:
    check_refusal(run("parse", "/dev/zero"), "no ordinary file")


def test_a_port_that_is_none_is_refused(run: Run) -> None:
    check_refusal(run("serve", "--port", "99999"), "--port")


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "sign-off" in out
