"""What is copied to a server calls commands and options that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from distributor.cli.main import app
from distributor.settings.parts import WebSettings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PROGRAM = typer.main.get_command(app)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_a_command_with_options_that_exist(unit: Path) -> None:
    (call,) = re.findall(r"(?m)^ExecStart=/opt/distributor/bin/distributor (.+)$", unit.read_text("utf-8"))
    name, *arguments = call.split()
    command = PROGRAM.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("--")} <= known


def test_all_units_and_the_shell_run_with_the_same_settings_and_data() -> None:
    for file in (DEPLOY / "distributor.service", DEPLOY / "distributor-backup.service", DEPLOY / "distributor"):
        text = file.read_text("utf-8")
        assert "DISTRIBUTOR_CONFIG=/etc/distributor" in text
        assert "DISTRIBUTOR_DATA_DIR=/var/lib/distributor\n" in text
        assert "/etc/distributor/env" in text
        assert "/opt/distributor/bin/distributor" in text


def test_the_timer_starts_the_unit_of_its_name() -> None:
    assert (DEPLOY / "distributor-backup.service").exists()
    assert "OnCalendar=" in (DEPLOY / "distributor-backup.timer").read_text("utf-8")


def test_the_proxy_speaks_to_the_port_of_the_site_and_lets_a_bulletin_through() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    usual = WebSettings()
    assert set(re.findall(r"proxy_pass http://([^;]+);", text)) == {f"{usual.host}:{usual.port}"}
    (most,) = re.findall(r"client_max_body_size\s+(\d+)m;", text)
    # a file of 50 MB and the form around it
    assert int(most) > 50


def test_the_proxy_slows_floods_of_pages_and_never_a_feed_reader() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    locations = dict(re.findall(r"location ([^{]+?) \{(.*?)\n    \}", text, re.DOTALL))
    assert [where for where, said in locations.items() if "limit_req " in said] == ["/"]
    # the longest prefix wins, and ^~ before any pattern
    assert "proxy_pass" in locations["^~ /feeds/"]
    assert "limit_req " not in re.sub(r"location .*?\n    \}", "", text, flags=re.DOTALL)
    assert "limit_req_status 429;" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed on this machine")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_unit(unit: Path, tmp_path: Path) -> None:
    # the program is not where the unit looks for it, on this machine
    text = unit.read_text("utf-8").replace("/opt/distributor/bin/distributor", "/bin/true")
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert not re.search(rf"{re.escape(copy.name)}:\d+", done.stderr), done.stderr


def test_the_shell_understands_the_command() -> None:
    assert subprocess.run(["sh", "-n", str(DEPLOY / "distributor")], check=False).returncode == 0
