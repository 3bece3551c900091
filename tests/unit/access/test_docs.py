"""The page about access says what the code does, and the desk has a word for everything it shows."""

import re
from pathlib import Path

import pytest

from distributor.access import AccessRole, Act, Origin
from distributor.compose import TEMPLATE_NAMES
from distributor.i18n import LANGUAGES, catalogue
from distributor.model.api_token import ApiScope
from distributor.model.audit import AuditAct
from distributor.model.bulletin import Visibility
from distributor.model.recipient import MailFormat
from distributor.web.desk.pages import NAVIGATION
from tests.support import access_docs

CODE = "\n".join(file.read_text("utf-8") for file in (Path(__file__).parents[3] / "distributor").rglob("*.py"))
WORDS = (
    *(f"desk.scope.{scope.value}" for scope in ApiScope),
    *(f"desk.act.{act.value}" for act in AuditAct),
    *(f"desk.edit.visibility-{visibility.value.replace(' ', '-')}" for visibility in Visibility),
    *(f"desk.template.of-{name.split('/')[0]}" for name in TEMPLATE_NAMES),
    *(f"desk.template.part-{name.split('/')[1].replace('.', '-')}" for name in TEMPLATE_NAMES),
    *(f"desk.role.{role.value}" for role in AccessRole),
    *(f"desk.role-may.{role.value}" for role in AccessRole),
    *(f"desk.origin.{origin.value}" for origin in Origin),
    *(f"desk.broken.{problem}" for problem in ("gap", "previous", "hash", "end")),
    *(f"desk.object.{kind}" for kind in sorted(set(re.findall(r'Touched\(\s*"([a-z-]+)"', CODE)))),
    *(f"desk.visibility.{visibility.value.replace(' ', '-')}" for visibility in Visibility),
    *(f"desk.format.{form.value}" for form in MailFormat),
    *(f"desk.nav.{name}" for name, _, _ in NAVIGATION),
)


def test_the_page_shows_the_matrix_of_the_code() -> None:
    assert access_docs.tables() in access_docs.PAGE.read_text("utf-8")


@pytest.mark.parametrize("act", Act)
def test_every_act_stands_in_the_matrix(act: Act) -> None:
    assert f"| {act.value} |" in access_docs.tables()


@pytest.mark.parametrize("word", WORDS)
def test_there_is_a_word_for_what_the_desk_shows(word: str) -> None:
    assert all(word in catalogue(language) for language in LANGUAGES)
