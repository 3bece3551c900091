from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.model.recipient import Excluded, Group, MailboxRole, MailFormat, Plan, Role, Suppression
from distributor.recipients import make_plan
from tests.support.books import REPORT, SEND, body, book, footer, mailbox

MOST, MOF, CAS = body("most", "科学技术部", short="科技部"), body("mof", "财政部"), body("cas", "中国科学院", "中科院")


def addresses(plan: Plan) -> list[str]:
    return [row.address for row in plan.rows]


def test_an_entry_leads_to_the_mailbox_of_its_body() -> None:
    plan = make_plan([footer("报", "科技部")], book([MOST]))
    (entry,), (row,) = plan.entries, plan.rows
    assert (entry.label, entry.text, entry.list_id, entry.target) == ("报", "科技部", "bao", "most")
    assert (entry.target_name, entry.organizations, entry.suggestions) == ("科学技术部", ("most",), ())
    assert (row.address, row.organization, row.organization_name) == ("bulletin@most.example", "most", "科学技术部")
    assert (row.display_name, row.list_id, row.label, row.role) == ("科学技术部", "bao", "报", Role.REPORT)
    assert row.reasons == ("科技部",)
    assert plan.unresolved == ()


def test_a_mailbox_keeps_its_name_language_and_format() -> None:
    contacts = [mailbox("most", name="阅办", language="en", format=MailFormat.TEXT)]
    (row,) = make_plan([footer("报", "科技部")], book([MOST], contacts)).rows
    assert (row.display_name, row.language, row.format) == ("阅办", "en", MailFormat.TEXT)


def test_an_unknown_entry_is_unresolved_with_suggestions() -> None:
    plan = make_plan([footer("报", "科技部、科计部")], book([MOST, MOF]))
    (entry,) = plan.unresolved
    assert (entry.text, entry.target, entry.list_id) == ("科计部", None, "bao")
    assert entry.suggestions[0] == "科技部"
    assert addresses(plan) == ["bulletin@most.example"]


def test_an_unknown_label_is_unresolved_and_reaches_nobody() -> None:
    plan = make_plan([footer("发", "科技部")], book([MOST]))
    assert [entry.list_id for entry in plan.unresolved] == [None]
    assert plan.rows == ()


def test_a_label_may_be_spaced() -> None:
    assert make_plan([footer("抄　送", "科技部")], book([MOST])).entries[0].list_id == "song"


def test_a_group_leads_to_its_members_in_order_and_groups_may_hold_groups() -> None:
    groups = [
        Group("all", "各单位", members=("cas", "central", "cas")),
        Group("central", "中央单位", (), ("most", "mof")),
    ]
    plan = make_plan([footer("送", "各单位")], book([MOST, MOF, CAS], groups=groups))
    assert plan.entries[0].organizations == ("cas", "most", "mof")
    assert [row.organization for row in plan.rows] == ["cas", "most", "mof"]
    assert {row.reasons for row in plan.rows} == {("各单位",)}


def test_groups_in_a_circle_and_members_that_do_not_exist_stop_nothing() -> None:
    groups = [Group("a", "各甲单位", members=("b", "most", "x")), Group("b", "各乙单位", members=("a",))]
    plan = make_plan([footer("送", "各甲单位、各乙单位")], book([MOST], groups=groups))
    assert [entry.organizations for entry in plan.entries] == [("most",), ("most",)]


def test_an_address_is_there_once_with_every_reason() -> None:
    contacts = [mailbox("most", "Shared@x.example"), mailbox("mof", "shared@x.example"), mailbox("cas")]
    groups = [Group("all", "各单位", members=("most", "cas"))]
    plan = make_plan([footer("报", "科技部、财政部、科技部、各单位")], book([MOST, MOF, CAS], contacts, groups))
    assert addresses(plan) == ["Shared@x.example", "bulletin@cas.example"]
    assert plan.rows[0].reasons == ("科技部", "财政部", "各单位")


def test_the_first_list_of_the_book_serves_an_address_that_two_lists_reach() -> None:
    lines = [footer("送", "科技部、财政部"), footer("报", "科技部")]
    plan = make_plan(lines, book([MOST, MOF]))
    assert [(row.organization, row.list_id, row.reasons) for row in plan.rows] == [
        ("most", "bao", ("科技部",)),
        ("mof", "song", ("财政部",)),
    ]
    assert [entry.label for entry in plan.entries] == ["送", "送", "报"]
    turned = make_plan(lines, book([MOST, MOF], lists=[SEND, REPORT]))
    assert {row.list_id for row in turned.rows} == {"song"}


@pytest.mark.parametrize(
    ("mailboxes", "written"),
    [
        ([MailboxRole.PRIMARY, MailboxRole.CC, MailboxRole.BACKUP], [0, 1]),
        ([MailboxRole.BACKUP], [0]),
        ([MailboxRole.BACKUP, MailboxRole.CC], [0, 1]),
        ([MailboxRole.PRIMARY, MailboxRole.PRIMARY], [0, 1]),
    ],
)
def test_a_backup_mailbox_is_written_to_only_without_a_primary_one(
    mailboxes: list[MailboxRole], written: list[int]
) -> None:
    contacts = [mailbox("most", f"{n}@most.example", mailbox=role) for n, role in enumerate(mailboxes)]
    plan = make_plan([footer("报", "科技部")], book([MOST], contacts))
    assert addresses(plan) == [f"{number}@most.example" for number in written]


def test_a_body_without_mailbox_and_a_group_without_members_are_named() -> None:
    plan = make_plan(
        [footer("报", "科技部、财政部、财政部"), footer("送", "各单位")],
        book([MOST, MOF], [mailbox("most")], [Group("g", "各单位")]),
    )
    assert plan.without_contact == ("财政部", "各单位")
    assert plan.unresolved == ()


def test_a_suppressed_address_is_excluded_with_its_reason() -> None:
    suppressions = [
        Suppression("BULLETIN@most.example", "退信"),
        Suppression("bulletin@mof.example", "申请停发", "song"),
    ]
    plan = make_plan([footer("报", "科技部、财政部")], book([MOST, MOF]), suppressions)
    assert addresses(plan) == ["bulletin@mof.example"]
    assert plan.excluded == (Excluded("bulletin@most.example", "科学技术部", "退信"),)
    assert plan.without_contact == ()


def test_an_address_suppressed_for_one_list_is_served_by_the_next() -> None:
    plan = make_plan(
        [footer("报", "科技部"), footer("送", "各单位")],
        book([MOST], groups=[Group("g", "各单位", members=("most",))]),
        [Suppression("bulletin@most.example", "停发", "bao")],
    )
    assert [(row.list_id, row.reasons) for row in plan.rows] == [("song", ("各单位",))]
    assert plan.excluded == ()


def test_an_address_suppressed_for_every_list_that_reaches_it_is_excluded() -> None:
    plan = make_plan(
        [footer("报", "科技部"), footer("送", "科技部")],
        book([MOST]),
        [Suppression("bulletin@most.example", "停发", "bao"), Suppression("bulletin@most.example", "停发", "song")],
    )
    assert plan.rows == ()
    assert [excluded.reason for excluded in plan.excluded] == ["停发"]


@pytest.mark.parametrize(
    ("day", "reached"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_bodies_and_mailboxes_count_between_their_days(day: date, reached: bool) -> None:
    valid = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 6, 30)}
    by_body = make_plan([footer("报", "科技部")], book([replace(MOST, **valid)]), on=day)
    by_mailbox = make_plan([footer("报", "科技部")], book([MOST], [mailbox("most", **valid)]), on=day)
    for plan in (by_body, by_mailbox):
        assert bool(plan.rows) is reached
        assert (plan.without_contact == ()) is reached
        assert plan.unresolved == ()


def test_without_a_day_everybody_counts() -> None:
    gone = replace(MOST, valid_to=date(2000, 1, 1))
    assert make_plan([footer("报", "科技部")], book([gone])).rows


def test_no_footer_makes_an_empty_plan() -> None:
    assert make_plan([], book([MOST])) == Plan()


BODIES = [body(f"b{number}", f"单位{number}") for number in range(6)]
ENTRIES = st.lists(st.sampled_from([*(value.name for value in BODIES), "各甲", "各乙", "某某"]), max_size=6)
CONTACTS = st.lists(
    st.builds(
        mailbox,
        st.sampled_from([value.id for value in BODIES]),
        st.sampled_from([f"m{number}@x.example" for number in range(5)]),
        mailbox=st.sampled_from(MailboxRole),
    ),
    max_size=12,
)
STOPPED = st.lists(
    st.builds(
        Suppression,
        st.sampled_from([f"m{number}@x.example" for number in range(5)]),
        st.just("停发"),
        st.sampled_from([None, "bao", "song"]),
    ),
    max_size=4,
)
GROUPS = [Group("jia", "各甲", members=("b0", "b1", "yi")), Group("yi", "各乙", members=("b2", "b3"))]


@settings(deadline=None)
@given(ENTRIES, ENTRIES, CONTACTS, STOPPED)
def test_every_mailbox_an_entry_leads_to_is_served_once_or_excluded(
    reported: list[str], sent: list[str], contacts: list, stopped: list[Suppression]
) -> None:
    lines = [replace(footer("报", ""), entries=tuple(reported)), replace(footer("送", ""), entries=tuple(sent))]
    made = book(BODIES, contacts, GROUPS)
    plan = make_plan(lines, made, stopped)
    everybody = make_plan(lines, made)
    served, excluded = set(addresses(plan)), {value.address for value in plan.excluded}
    assert len(served) == len(plan.rows)
    assert len(excluded) == len(plan.excluded)
    assert not served & excluded
    assert served | excluded == set(addresses(everybody))
    assert not served & {value.address for value in stopped if value.list_id is None}
    assert [entry.text for entry in plan.entries] == reported + sent
    reachable = {name for entry in plan.entries for name in entry.organizations}
    named = {value.name for value in BODIES if value.id in reachable}
    with_mailbox = {contact.organization for contact in contacts}
    assert set(plan.without_contact) == {v.name for v in BODIES if v.name in named and v.id not in with_mailbox}
    assert plan.hash == make_plan(lines, made, stopped).hash
