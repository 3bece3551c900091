import dataclasses
from collections.abc import Iterator

import pytest
from jinja2 import nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from distributor.compose.contexts import DigestContext, DistributionView, ItemView, OriginalView, SectionView
from distributor.compose.messages_subscribers import AddressChange, ConfirmSubscription, House, SignupApproval, Welcome
from distributor.compose.notices import FailedAddress, FailedBody, OverdueBody, RefusingDomain
from distributor.compose.subscriptions import ListView, SubscriptionContext
from distributor.compose.template_check import MESSAGES, TEMPLATE_NAMES, misused_slots
from distributor.compose.theme import ThemeView
from distributor.i18n import LANGUAGES, catalogue
from distributor.model.message import Slot
from distributor.settings import asset_folder
from distributor.templating import COMMON_NAMES, html_environment
from tests.support import context_docs

# the names by which templates reach values, and what they stand for
VIEWS = {
    "section": SectionView,
    "item": ItemView,
    "group": DistributionView,
    "theme": ThemeView,
    "original": OriginalView,
    "body": FailedBody,
    "entry": FailedAddress,
    "refusing": RefusingDomain,
    "waiting": OverdueBody,
}
# digests and letters to subscribers, whose templates nobody overrides
SUBSCRIBERS = (SubscriptionContext, ListView, House, ConfirmSubscription, Welcome, AddressChange, SignupApproval)
FOLDER = asset_folder("templates") / "mail"


def parsed(name: str) -> nodes.Template:
    return html_environment().parse((FOLDER / name).read_text("utf-8"))


def with_referenced(name: str) -> Iterator[str]:
    """A template and everything it is made of."""
    yield name
    for referenced in find_referenced_templates(parsed(name)):
        assert referenced is not None
        yield from with_referenced(referenced.removeprefix("mail/"))


def names_of(context: type) -> set[str]:
    return {field.name for field in dataclasses.fields(context)}


def names_used(message: str) -> set[str]:
    names = {entry for part in TEMPLATE_NAMES if part.startswith(f"{message}/") for entry in with_referenced(part)}
    return set().union(*(find_undeclared_variables(parsed(name)) for name in names))


ALL = sorted({entry for name in TEMPLATE_NAMES for entry in with_referenced(name)})


def test_every_message_has_a_folder_with_all_its_parts() -> None:
    assert [name for name in TEMPLATE_NAMES if not (FOLDER / name).is_file()] == []


@pytest.mark.parametrize("message", MESSAGES)
def test_templates_use_the_names_of_the_context_and_every_one_of_them(message: str) -> None:
    assert names_used(message) - COMMON_NAMES == names_of(MESSAGES[message])


@pytest.mark.parametrize("name", ALL)
def test_templates_use_only_attributes_that_the_views_have(name: str) -> None:
    for getattr_node in parsed(name).find_all(nodes.Getattr):
        assert isinstance(getattr_node.node, nodes.Name)
        variable = getattr_node.node.name
        if variable not in {"loop", "self"}:
            assert getattr_node.attr in names_of(VIEWS[variable])


@pytest.mark.parametrize("name", ALL)
def test_a_slot_is_printed_and_nothing_else(name: str) -> None:
    assert misused_slots(parsed(name)) == ()


def test_a_slot_that_is_tested_or_changed_is_seen() -> None:
    source = "{{ greeting }}{% if greeting %}{{ greeting|upper }}{{ unsubscribe_url ~ 'x' }}{% endif %}"
    assert sorted(misused_slots(html_environment().parse(source))) == ["greeting", "greeting", "unsubscribe_url"]


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(".css")])
def test_style_sheets_know_the_theme_and_nothing_else(name: str) -> None:
    assert find_undeclared_variables(parsed(name)) <= {"theme"}


def test_only_the_digest_has_what_is_personal() -> None:
    with_slots = {message for message, context in MESSAGES.items() if names_of(context) & set(Slot)}
    assert with_slots == {"digest"}
    assert names_of(DigestContext) >= set(Slot)


def test_every_sentence_a_template_asks_for_stands_in_both_catalogues() -> None:
    asked = {
        constant.value
        for name in ALL
        for constant in parsed(name).find_all(nodes.Const)
        if isinstance(constant.value, str) and constant.value.startswith("mail.") and " " not in constant.value
    }
    whole = {message for message in asked if not message.endswith(("-", "."))}
    families = asked - whole
    assert len(whole) >= 60
    for language in LANGUAGES:
        known = set(catalogue(language))
        assert whole <= known, sorted(whole - known)
        assert all(any(message.startswith(family) for message in known) for family in families)


def test_every_field_of_a_context_is_described() -> None:
    for context in context_docs.CONTEXTS:
        assert list(context_docs.described(context)) == [field.name for field in dataclasses.fields(context)]


def test_every_context_stands_in_the_docs() -> None:
    assert set(context_docs.CONTEXTS) == {*MESSAGES.values(), *VIEWS.values(), *SUBSCRIBERS}


def test_the_tables_in_the_docs_are_up_to_date() -> None:
    assert context_docs.tables() in context_docs.PAGE.read_text("utf-8"), "run python -m tests.support.context_docs"
