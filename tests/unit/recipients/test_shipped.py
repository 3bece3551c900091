import tomllib
from pathlib import Path

import pytest

from distributor.model.finding import Level
from distributor.model.recipient import AddressBook, OrganizationKind, Role
from distributor.recipients import check, footer_findings, make_plan, read_organizations
from tests.support.books import CONFIG, REPORTED, SENT, footer, seed_footer, shipped_book

SEED = Path(__file__).parents[3] / "seeds" / "000_04bd7fccb17faafb.txt"
NAMES = [*(("报", name) for name in REPORTED.split("、")), *(("送", name) for name in SENT.split("、"))]


@pytest.fixture(scope="module")
def shipped() -> AddressBook:
    return shipped_book()


def test_the_footer_of_the_tests_is_that_of_the_seed() -> None:
    seed = "".join(SEED.read_text("utf-8").split())
    assert f"报：{REPORTED}相关司局及部门送：{SENT}" in seed


def test_the_footer_of_the_seed_resolves_without_rest(shipped: AddressBook) -> None:
    plan = make_plan(seed_footer(), shipped)
    assert len(plan.entries) == 15 + 3
    assert plan.unresolved == ()
    assert plan.without_contact == ()
    assert footer_findings(seed_footer(), shipped) == ()
    assert {row.role for row in plan.rows} == {Role.REPORT, Role.SEND}
    assert all(row.address.endswith(".example") for row in plan.rows)


def test_a_qualifier_left_on_the_last_entry_makes_no_difference(shipped: AddressBook) -> None:
    assert make_plan([footer("报", REPORTED + "相关司局及部门")], shipped).unresolved == ()


@pytest.mark.parametrize(("label", "name"), NAMES)
def test_after_renaming_one_body_exactly_that_entry_is_unresolved_with_the_right_name_first(
    shipped: AddressBook, label: str, name: str
) -> None:
    renamed = name[:1] + "某" + name[1:]
    lines = [footer("报", REPORTED.replace(name, renamed)), footer("送", SENT.replace(name, renamed))]
    plan = make_plan(lines, shipped)
    (entry,) = plan.unresolved
    assert (entry.label, entry.text) == (label, renamed)
    assert entry.suggestions[0] == name
    (finding,) = footer_findings(lines, shipped)
    assert (finding.level, finding.code, finding.parameters["entry"]) == (Level.BLOCKING, "unknown-recipient", renamed)


def test_the_three_collective_entries_reach_all_their_members(shipped: AddressBook) -> None:
    reached = {entry.text: len(entry.organizations) for entry in make_plan([footer("送", SENT)], shipped).entries}
    assert reached["有关地方科技厅（局）"] == 31 + 1
    members = {group.id: group.members for group in shipped.groups}
    alliances = {value.id for value in shipped.organizations if value.kind is OrganizationKind.ALLIANCE}
    assert set(members["pilot-alliances"]) == alliances
    assert len(members["network-members"]) == reached["联盟协发网成员单位"]


def test_one_shared_mailbox_gets_one_mail_for_two_reasons(shipped: AddressBook) -> None:
    twice = [row for row in make_plan(seed_footer(), shipped).rows if len(row.reasons) > 1]
    assert [row.reasons for row in twice] == [("各试点产业技术创新战略联盟", "联盟协发网成员单位")]


def test_every_contributor_of_the_seed_is_known(shipped: AddressBook) -> None:
    seed = "".join(SEED.read_text("utf-8").split())
    contributors = {part.rpartition("（")[2] for part in seed.split("秘书处供稿）")[:-1]}
    lines = [footer("送", "、".join(sorted(contributors)))]
    assert len(contributors) == 22
    assert make_plan(lines, shipped).unresolved == ()


def test_the_shipped_book_passes_its_own_check(shipped: AddressBook) -> None:
    findings = check(shipped)
    assert [finding for finding in findings if finding.level is not Level.INFO] == []
    assert {finding.code for finding in findings} == {"organizations-without-contact", "address-shared"}


def test_organizations_alone_are_enough_to_recognise_the_footer() -> None:
    document = tomllib.loads((CONFIG / "organizations.toml").read_text("utf-8"))
    alone = AddressBook(read_organizations(document, "organizations.toml"))
    assert footer_findings(seed_footer(), alone) == ()
    assert len(footer_findings([footer("报", "某某部")], alone)) == 1
