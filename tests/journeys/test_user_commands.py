"""Accounts and the audit log on the command line."""

import io
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from distributor.cli.main import main

CONFIG = Path(__file__).parents[2] / "config"
Run = Callable[..., tuple[int, str, str]]


class Terminal(io.StringIO):
    """Standard input with somebody at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of its own; gives exit code, output and errors."""
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(CONFIG))
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")

    def command(*arguments: object, typed: str = "", is_terminal: bool = False) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", Terminal() if is_terminal else io.StringIO(typed))
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def accounts(run: Run) -> dict[str, tuple[str, bool]]:
    _, out, _ = run("user", "list", "--json")
    return {user["name"]: (user["role"], user["disabled"] is None) for user in json.loads(out)}


def test_an_account_is_made_with_a_password_from_standard_input(run: Run) -> None:
    assert "distributor user add" in run("user", "list")[1]
    code, out, err = run(
        "user", "add", "Li", "--role", "editor", "--password-stdin", "--as", "root", typed="correct horse\n"
    )
    assert (code, err) == (0, "")
    assert "correct horse" not in out
    assert accounts(run) == {"li": ("editor", True)}
    assert "li" in run("user", "list")[1]


def test_a_password_that_is_made_is_printed_once(run: Run) -> None:
    _, out, _ = run("user", "add", "li", "--role", "approver", "--generate")
    (password,) = re.findall(r"\b(?:\w{5}-){3}\w{5}\b", out)
    _, again, _ = run("user", "password", "li", "--generate", "--as", "root")
    assert password not in again
    assert re.findall(r"\b(?:\w{5}-){3}\w{5}\b", again) != []


def test_a_password_is_asked_for_twice_when_nothing_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def prompt(_text: str, **options: object) -> str:
        asked.append(options)
        return "correct horse battery"

    monkeypatch.setattr("typer.prompt", prompt)
    assert run("user", "add", "li", "--role", "reader", is_terminal=True)[0] == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": True}]


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (("add", "li", "--role", "editor", "--password-stdin"), "short\n"),
        (("add", "a b", "--role", "editor", "--password-stdin"), "correct horse battery\n"),
        (("add", "li", "--role", "king", "--generate"), ""),
        (("add", "li", "--role", "editor", "--generate", "--password-stdin"), ""),
        (("disable", "nobody"), ""),
        (("role", "nobody", "editor"), ""),
        (("password", "nobody", "--generate"), ""),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(run: Run, arguments: tuple[str, ...], typed: str) -> None:
    code, out, err = run("user", *arguments, typed=typed)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1


def test_accounts_change_under_a_name_that_stands_in_the_log(run: Run, tmp_path: Path) -> None:
    for name in ("li", "wang"):
        run("user", "add", name, "--role", "administrator", "--generate", "--as", "root")
    assert run("user", "role", "li", "reader", "--as", "wang")[0] == 0
    assert run("user", "disable", "li", "--as", "wang")[0] == 0
    assert accounts(run) == {"li": ("reader", False), "wang": ("administrator", True)}
    assert run("user", "enable", "li", "--as", "wang")[0] == 0
    assert run("user", "disable", "wang", "--as", "wang")[0] == 2
    with sqlite3.connect(tmp_path / "distributor.sqlite3") as database:
        rows = database.execute("SELECT actor, origin, act FROM audit WHERE object_id = 'li'").fetchall()
    database.close()
    acts = ("add-user", "change-role", "disable-user", "enable-user")
    assert rows == [(name, "shell", act) for name, act in zip(("root", "wang", "wang", "wang"), acts, strict=True)]


def test_the_log_is_verified_and_a_change_is_found(run: Run, tmp_path: Path) -> None:
    run("user", "add", "li", "--role", "editor", "--generate")
    code, out, _ = run("audit", "verify")
    assert code == 0
    (noted,) = re.findall(r"[0-9a-f]{64}", out)
    run("user", "disable", "li")
    assert run("audit", "verify", "--known", noted)[0] == 0
    code, _, err = run("audit", "verify", "--known", "0" * 64)
    assert (code, "0" * 64 in err) == (2, True)
    with sqlite3.connect(tmp_path / "distributor.sqlite3") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET actor = 'somebody' WHERE position = 2")
    database.close()
    code, _, err = run("audit", "verify")
    assert (code, re.findall(r"\d+", err)[0]) == (2, "2")


def test_a_second_factor_that_is_not_there_is_said(run: Run) -> None:
    run("user", "add", "li", "--role", "editor", "--generate", "--as", "root")
    code, out, _ = run("user", "reset-second-factor", "li", "--as", "root")
    assert (code, "no second factor" in out) == (0, True)
    assert run("user", "reset-second-factor", "nobody", "--as", "root")[0] == 2
