"""An installation of its own for commands that run in this process."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from distributor.cli.main import main
from distributor.settings import asset_folder

SEED = asset_folder("seeds") / "000_04bd7fccb17faafb.txt"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of its own; gives exit code, output and errors."""
    config = tmp_path / "config"
    config.mkdir()
    for file in asset_folder("config").glob("*.toml"):
        (config / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(config))
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")

    def command(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def received_seed(run: Run, *options: str) -> str:
    """Receive the seed; gives the id of the bulletin."""
    code, out, errors = run("receive", SEED, "--issue", "第12期", "--date", "2023-12-05", "--as", "li", *options)
    assert code == 0, errors
    return re.findall(r"Received (\w+): 31 items", out)[0]
