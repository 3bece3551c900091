"""Both catalogues are complete, say the same things, and every sentence that the program can say is in them."""

import re
from pathlib import Path
from string import Formatter

import pytest

from distributor.i18n import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "distributor"
TEMPLATES = ROOT / "templates"
ERRORS = r"(?:Refused|FileRefused|AddressRefused|NotFound|Conflict|NotSignedOff|Misconfigured|RelayTrouble)"


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _code() -> str:
    return "\n".join(file.read_text("utf-8") for file in PROGRAM.rglob("*.py"))


def test_both_languages_have_the_same_messages() -> None:
    assert set(catalogue("zh_CN")) == set(catalogue("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty(language: str) -> None:
    assert [key for key, sentence in catalogue(language).items() if not sentence.strip()] == []


def test_both_languages_name_the_same_values() -> None:
    chinese, english = catalogue("zh_CN"), catalogue("en")
    assert {key for key in chinese if _places(chinese[key]) != _places(english[key])} == set()


def test_every_error_has_its_sentence() -> None:
    codes = set(re.findall(ERRORS + r"\(\s*\"([a-z0-9-]+)\"", _code()))
    assert codes
    assert {code for code in codes if f"error.{code}" not in catalogue("zh_CN")} == set()


def test_every_finding_has_its_sentence() -> None:
    codes = set(re.findall(r"Finding\(\s*Level\.[A-Z]+,\s*\"([a-z0-9-]+)\"", _code()))
    assert codes
    assert {code for code in codes if f"finding.{code}" not in catalogue("zh_CN")} == set()


def test_every_message_that_the_code_or_a_template_asks_for_exists() -> None:
    asked = _code() + "\n".join(file.read_text("utf-8") for file in TEMPLATES.rglob("*.*"))
    message_id = r"(?:cli|error|finding)\.[a-z0-9.-]*[a-z0-9]|(?:web|mail|desk)\.[a-z0-9-]+\.[a-z0-9.-]*[a-z0-9]"
    wanted = set(re.findall(rf"[\"']({message_id})[\"']", asked))
    assert wanted
    assert {key for key in wanted if key not in catalogue("zh_CN")} == set()


# one sentence for one option of several commands
SHARED = {"title", "issue", "date", "dry-run", "yes", "host", "port", "group"}


def test_the_sentence_of_an_option_belongs_to_one_part_of_the_command_line() -> None:
    found: dict[str, set[str]] = {}
    for file in (PROGRAM / "cli").glob("*.py"):
        for name in re.findall(r"\"cli\.option\.([a-z0-9-]+)\"", file.read_text("utf-8")):
            found.setdefault(name, set()).add(file.name)
    assert found
    assert {name for name, files in found.items() if len(files) > 1} <= SHARED
