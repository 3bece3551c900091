import dataclasses

import pytest
from jinja2 import nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from distributor.compose.contexts import DigestContext, DistributionView, ItemView, SectionView
from distributor.i18n import LANGUAGES, catalogue
from distributor.model.message import Slot
from distributor.settings import asset_folder
from distributor.templating import COMMON_NAMES, html_environment
from tests.support import context_docs

DIGEST = ("mail/digest/subject.txt", "mail/digest/body.txt", "mail/digest/body.html")
# the loop variables of the templates and what they stand for
VIEWS = {"section": SectionView, "item": ItemView, "group": DistributionView}


def parsed(name: str) -> nodes.Template:
    return html_environment().parse((asset_folder("templates") / name).read_text("utf-8"))


def names_of(context: type) -> set[str]:
    return {field.name for field in dataclasses.fields(context)}


def test_templates_use_the_names_of_the_context_and_every_one_of_them() -> None:
    used = set().union(*(find_undeclared_variables(parsed(name)) for name in DIGEST))
    assert used - COMMON_NAMES == names_of(DigestContext)


@pytest.mark.parametrize("name", DIGEST)
def test_templates_use_only_attributes_that_the_views_have(name: str) -> None:
    for getattr_node in parsed(name).find_all(nodes.Getattr):
        assert isinstance(getattr_node.node, nodes.Name)
        variable = getattr_node.node.name
        if variable != "loop":
            assert getattr_node.attr in names_of(VIEWS[variable])


@pytest.mark.parametrize("name", DIGEST)
def test_a_slot_is_printed_and_nothing_else(name: str) -> None:
    template = parsed(name)
    printed = [node for output in template.find_all(nodes.Output) for node in output.nodes]
    slots = [node for node in template.find_all(nodes.Name) if node.name in set(Slot)]
    assert all(any(node is entry for entry in printed) for node in slots)


@pytest.mark.parametrize("name", DIGEST)
def test_included_files_are_style_sheets_without_variables(name: str) -> None:
    for included in find_referenced_templates(parsed(name)):
        assert included is not None
        assert included.endswith(".css")
        assert not find_undeclared_variables(parsed(included))


def test_every_sentence_a_template_asks_for_stands_in_both_catalogues() -> None:
    asked = {
        constant.value
        for name in DIGEST
        for constant in parsed(name).find_all(nodes.Const)
        if isinstance(constant.value, str) and constant.value.startswith("mail.digest.")
    }
    whole = {message for message in asked if not message.endswith(("-", "."))}
    families = asked - whole
    assert len(whole) >= 10
    for language in LANGUAGES:
        known = set(catalogue(language))
        assert whole <= known
        assert all(any(message.startswith(family) for message in known) for family in families)


def test_every_field_of_a_context_is_described() -> None:
    for context in context_docs.CONTEXTS:
        assert list(context_docs.described(context)) == [field.name for field in dataclasses.fields(context)]


def test_the_tables_in_the_docs_are_up_to_date() -> None:
    assert context_docs.tables() in context_docs.PAGE.read_text("utf-8"), "run python -m tests.support.context_docs"
