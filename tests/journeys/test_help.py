"""Every command explains itself with an example."""

import json
import os
import subprocess
import sys

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from distributor.cli.help import SHELVES, wrappable
from distributor.cli.main import app, main

GROUP = typer.main.get_command(app)
# what other people rely on: each of them exists and shows an example
CONTRACT = (
    *("parse", "demo", "init", "user add", "user list", "receive", "bulletins", "sign-off", "publish", "withdraw"),
    *("plan", "send", "runs", "apply", "export-config", "recipients import", "recipients export", "recipients check"),
    *("serve", "worker", "bounce", "export", "dkim new", "test-mail", "audit verify", "doctor", "backup", "restore"),
    "database copy",
)
# the parser's own words
ENGLISH = ("Usage", "Options", "Arguments", "[required]", "[default", "Show this message", "[OPTIONS]")


def _commands() -> list[list[str]]:
    found = []
    for name, command in GROUP.commands.items():
        found += [[name, inner] for inner in command.commands] if hasattr(command, "commands") else [[name]]
    return found


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_the_help_of_a_command_shows_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"distributor {' '.join(command)}" in shown.split("\n\n")[-1] or f"distributor {command[0]}" in shown


def test_the_program_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("parse", "receive", "sign-off", "publish", "plan", "send", "runs", "recipients", "serve", "demo"):
        assert command in shown


def test_every_command_stands_on_one_shelf() -> None:
    shelved = [name for names in SHELVES.values() for name in names]
    assert sorted(shelved) == sorted(GROUP.commands)


def test_the_help_speaks_the_language_of_the_reader(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, panel, helped in (("zh_CN", "选项", "显示这份说明"), ("en", "Options", "Show this message")):
        monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", language)
        assert main(["send", "--help"]) == 0
        shown = capsys.readouterr().out
        assert panel in shown
        assert helped in shown


def test_a_short_chinese_sentence_stays_as_it_is() -> None:
    assert wrappable("列出各期简报，及其进度。") == "列出各期简报，及其进度。"


def test_a_long_chinese_sentence_can_be_broken_after_a_mark() -> None:
    sentence = "立即发送已签发的简报，只发给还没有收到的人（见分发方案）。"
    assert wrappable(sentence) == "立即发送已签发的简报， 只发给还没有收到的人 （见分发方案）。"


@given(st.text("简报，；。（）ab ", max_size=80))
def test_breaking_a_sentence_adds_nothing_but_spaces(sentence: str) -> None:
    assert wrappable(sentence).replace(" ", "") == sentence.replace(" ", "")


def _helps(language: str) -> dict[str, str]:
    """What each command of the contract says about itself, in a program of that language."""
    program = (
        "import contextlib, io, json, sys\n"
        "from distributor.cli.main import main\n"
        "said = {}\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        code = main([*command.split(), '--help'])\n"
        "    said[command] = out.getvalue() if code == 0 else ''\n"
        "print(json.dumps(said))\n"
    )
    environment = {**os.environ, "DISTRIBUTOR_LANGUAGE": language, "TERMINAL_WIDTH": "100", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(CONTRACT)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, str] = json.loads(done.stdout)
    return said


@pytest.mark.slow
def test_every_command_that_people_rely_on_explains_itself_in_both_languages() -> None:
    chinese, english = _helps("zh_CN"), _helps("en")
    for command in CONTRACT:
        for said in (chinese[command], english[command]):
            # the example stands behind the options
            assert f"distributor {command}" in said.rpartition("╯")[2], command
        assert any("一" <= sign <= "鿿" for sign in chinese[command]), command
        assert [word for word in ENGLISH if word in chinese[command]] == [], command


def test_a_group_without_a_command_shows_its_commands_and_no_complaint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user"]) == 2
    captured = capsys.readouterr()
    assert "disable" in captured.out
    assert captured.err == ""
