"""The house keeps its shape: small files, rooms that know their neighbours, assertions in every test file."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "distributor").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ROOMS = (
    *("cli", "web", "worker", "usecases", "ingest", "parse", "recipients", "access", "publish"),
    *("compose", "schedule", "deliver", "store", "model", "text"),
)
MOST_LINES = 300


def test_no_file_of_the_program_is_longer_than_300_lines() -> None:
    too_long = {
        str(file.relative_to(ROOT)): lines
        for file in CODE
        if "migrations" not in file.parts and (lines := len(file.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert too_long == {}


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_there_and_says_what_it_is_for(room: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / "distributor" / room / "__init__.py").read_text("utf-8")))


def test_every_test_file_asserts_something() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in TESTS
        if not re.search(r"\bassert\b|\braises\b|\bcheck_", file.read_text("utf-8"))
    ]
    assert silent == []


@pytest.mark.slow
def test_rooms_import_only_what_the_contract_allows() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_only_bootstrap_and_the_outer_rooms_read_settings() -> None:
    readers = {
        file.relative_to(ROOT / "distributor").as_posix()
        for file in CODE
        if re.search(r"settings\.load\(", file.read_text("utf-8"))
    }
    assert readers <= {"bootstrap.py", "cli/serving.py"}


def test_only_the_clock_reads_the_time() -> None:
    readers = {
        file.relative_to(ROOT / "distributor").as_posix()
        for file in CODE
        if re.search(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|\btime\.time\(", file.read_text("utf-8"))
    }
    assert readers == {"clock.py"}
