"""Errors at the desk name pages and roles, never commands, options or files of the shell."""

import re

import pytest

from distributor.errors import NotFound, Refused
from distributor.i18n import LANGUAGES, catalogue
from distributor.web.desk.sentences import desk_sentence

SHELL = re.compile(r"distributor [a-z]|--[a-z]|\.toml|DISTRIBUTOR_")
# raised by commands alone, or before there is a desk
ONLY_SHELL = {
    *("address-unusable", "needs-yes", "no-file-given", "page-unrenderable", "password-source", "port-in-use"),
    *("feed-access-unknown", "feed-reader-unnamed", "data-dir-unwritable", "settings-unreadable"),
    *("backup-needs-folder", "backup-nothing", "database-open", "keys-differ", "restore-not-empty"),
    *("config-unwritable", "password-needs-terminal"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_at_the_desk_names_a_command(language: str) -> None:
    sentences = catalogue(language)
    codes = {key.removeprefix("error.") for key in sentences if key.startswith("error.")}
    shown = {code: sentences.get(f"desk-error.{code}", sentences[f"error.{code}"]) for code in codes - ONLY_SHELL}
    assert {code for code, sentence in shown.items() if SHELL.search(sentence)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_for_the_desk_asks_for_nothing_that_the_error_does_not_know(language: str) -> None:
    sentences = catalogue(language)
    own = [key.removeprefix("desk-error.") for key in sentences if key.startswith("desk-error.")]
    assert own
    for code in own:
        places = [set(re.findall(r"\{(\w+)\}", sentences[f"{kind}.{code}"])) for kind in ("desk-error", "error")]
        assert places[0] <= places[1], code


def test_a_role_is_named_in_words() -> None:
    error = Refused("not-permitted", actor="li", act="sign off", role="approver")
    assert desk_sentence(error, "zh_CN") == "您的角色不能进行这一操作，需要“签发人”或更高的角色；请联系管理员。"
    assert "“Approver”" in desk_sentence(error, "en")


def test_an_error_without_a_sentence_of_its_own_keeps_the_usual_one() -> None:
    assert "b9" in desk_sentence(NotFound("bulletin-unknown", id="b9"), "zh_CN")
