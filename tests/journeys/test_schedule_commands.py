"""`distributor schedule …` and `distributor subscribers …` on the command line."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from distributor.bootstrap import build
from distributor.cli.main import main
from tests.support.subscribing import READER, join

CONFIG = Path(__file__).parents[2] / "config"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of its own; gives exit code, output and errors."""
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(CONFIG))
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")

    def command(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def test_schedules_are_listed_paused_and_resumed(run: Run) -> None:
    code, out, _ = run("schedule", "list")
    assert code == 0
    assert "public-weekly" in out
    assert run("schedule", "pause", "public-weekly", "--as", "li")[0] == 0
    listed = {one["schedule"]["id"]: one for one in json.loads(run("schedule", "list", "--json")[1])}
    assert listed["public-weekly"]["schedule"]["enabled"] is False
    assert listed["public-weekly"]["next_run_at"] is None
    assert run("schedule", "resume", "public-weekly", "--as", "li")[0] == 0
    listed = {one["schedule"]["id"]: one for one in json.loads(run("schedule", "list", "--json")[1])}
    assert listed["public-weekly"]["next_run_at"] is not None
    assert run("schedule", "pause", "bao-on-publication")[0] == run("schedule", "resume", "bao-on-publication")[0] == 0


def test_the_next_occurrences_are_previewed_with_reasons(run: Run) -> None:
    assert len(json.loads(run("schedule", "next", "public-weekly", "--json")[1])) == 12
    code, out, _ = run("schedule", "next", "public-weekly", "--count", 60)
    assert code == 0
    assert out.count("16:00") == 60
    assert "moved to" in out


def test_an_unknown_schedule_is_refused_with_the_known_ones(run: Run) -> None:
    code, _, err = run("schedule", "next", "nothing")
    assert code == 2
    assert "public-weekly" in err


def test_subscribers_are_found_exported_and_removed(run: Run) -> None:
    assert READER not in run("subscribers", "list")[1]

    async def subscribe_reader() -> None:
        container = build(CONFIG)
        await join(replace(container.context))
        await container.close()

    asyncio.run(subscribe_reader())
    assert READER in run("subscribers", "list")[1]
    assert json.loads(run("subscribers", "list", "reader.example", "--json")[1])[0]["subscriber"]["address"] == READER
    lines = run("subscribers", "export", "--as", "li")[1].splitlines()
    assert [json.loads(line)["consents"][0]["act"] for line in lines] == ["requested"]
    assert run("subscribers", "remove", READER)[0] == 0
    assert run("subscribers", "remove", READER)[0] == 0
    assert run("subscribers", "export")[1] == ""
    assert run("subscribers", "remove", "nobody")[0] == 2


def test_a_purge_is_made_once_a_day(run: Run) -> None:
    first, second = run("subscribers", "purge"), run("subscribers", "purge")
    assert first[0] == second[0] == 0
    assert first[1] != second[1]
