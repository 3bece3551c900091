"""Every command explains itself with an example."""

import pytest
import typer

from distributor.cli.main import app, main

GROUP = typer.main.get_command(app)


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
