from dataclasses import replace

from distributor.model.recipient import AddressBook, Group, Plan, Role, Suppression
from distributor.recipients import PlanDifference, added, difference, make_plan
from tests.support.books import REPORT, SEND, body, book, footer, mailbox

MOST, MOF = body("most", "科学技术部", "科技部"), body("mof", "财政部")
LINES = [footer("报", "科技部"), footer("送", "财政部、各单位")]
BOOK = book([MOST, MOF], groups=[Group("g", "各单位", members=("most",))])


def plan(made: AddressBook = BOOK, *stopped: Suppression) -> Plan:
    return make_plan(LINES, made, stopped)


def test_the_signed_plan_covers_itself() -> None:
    assert added(plan(), plan()) == ()


def test_a_new_address_is_not_covered() -> None:
    more = replace(BOOK, contacts=(*BOOK.contacts, mailbox("mof", "new@mof.example")))
    assert [row.address for row in added(plan(), plan(more))] == ["new@mof.example"]


def test_removals_are_covered() -> None:
    assert added(plan(), plan(replace(BOOK, contacts=BOOK.contacts[:1]))) == ()
    assert added(plan(), plan(BOOK, Suppression("bulletin@mof.example", "退信"))) == ()


def test_an_address_that_stopped_one_list_is_covered_on_the_next_one_it_was_signed_for() -> None:
    stopped = plan(BOOK, Suppression("bulletin@most.example", "停发", "bao"))
    assert stopped.rows[-1].list_id == "song"
    assert added(plan(), stopped) == ()


def test_an_address_that_is_addressed_in_a_role_nobody_signed_is_not_covered() -> None:
    raised = replace(BOOK, lists=(REPORT, replace(SEND, role=Role.REPORT)))
    assert [row.organization for row in added(plan(), plan(raised))] == ["mof"]
    moved = replace(BOOK, lists=(replace(REPORT, labels=("报", "送")),))
    assert [row.organization for row in added(plan(), plan(moved))] == ["mof"]


def test_an_address_that_another_list_reaches_for_a_new_reason_is_not_covered() -> None:
    now = make_plan([footer("送", "财政部、科技部")], BOOK)
    assert [row.organization for row in added(plan(), now)] == ["most"]


def test_a_change_of_name_or_case_is_covered() -> None:
    renamed = replace(BOOK, contacts=(mailbox("most", "Bulletin@most.example", name="阅办"), BOOK.contacts[1]))
    assert added(plan(), plan(renamed)) == ()


def test_two_issues_with_the_same_footer_do_not_differ() -> None:
    assert difference(plan(), plan()).is_empty
    assert difference(None, Plan()) == PlanDifference()


def test_everything_is_new_in_the_first_issue() -> None:
    first = difference(None, plan())
    assert first.added == plan().rows
    assert first.appeared == plan().entries
    assert not first.is_empty


def test_the_difference_names_rows_and_entries_that_came_went_or_changed() -> None:
    now = make_plan([footer("报", "财政部"), footer("送", "各单位、教育部")], BOOK)
    found = difference(plan(), now)
    assert [(before.list_id, after.list_id) for before, after in found.changed] == [("song", "bao"), ("bao", "song")]
    assert [(entry.label, entry.text) for entry in found.appeared] == [("报", "财政部"), ("送", "教育部")]
    assert [(entry.label, entry.text) for entry in found.gone] == [("报", "科技部"), ("送", "财政部")]
    assert (found.added, found.removed) == ((), ())


def test_addresses_that_came_or_went_are_told_apart() -> None:
    now = plan(replace(BOOK, contacts=(BOOK.contacts[0], mailbox("mof", "new@mof.example"))))
    found = difference(plan(), now)
    assert [row.address for row in found.added] == ["new@mof.example"]
    assert [row.address for row in found.removed] == ["bulletin@mof.example"]
    assert (found.changed, found.appeared, found.gone) == ((), (), ())


def test_another_reason_alone_is_no_changed_row() -> None:
    now = make_plan([footer("报", "科学技术部"), footer("送", "财政部、各单位")], BOOK)
    found = difference(plan(), now)
    assert found.changed == ()
    assert [entry.text for entry in found.appeared] == ["科学技术部"]
