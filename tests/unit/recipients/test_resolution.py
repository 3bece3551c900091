from dataclasses import replace

from distributor.model.extras import Adjustments, Extra, Waiver
from distributor.model.recipient import EntrySource, Group, Suppression, Waived
from distributor.recipients import make_plan, resolve
from tests.support.books import REPORT, SEND, body, book, footer, mailbox

MOST, MOF = body("most", "科学技术部", short="科技部"), body("mof", "财政部")
GROUP = Group("ministries", "各部委", members=("most", "mof"))


def test_only_the_bodies_that_are_reached_need_mailboxes() -> None:
    resolution = resolve([footer("送", "各部委、科技部")], book([MOST, MOF, body("moe", "教育部")], [], [GROUP]))
    assert resolution.organizations == ("most", "mof")
    assert resolution.addresses == ()


def test_a_body_added_to_one_issue_gets_it() -> None:
    added = Adjustments(extras=(Extra("song", "mof", note="应邀"),))
    plan = make_plan([footer("报", "科技部")], book([MOST, MOF]), adjustments=added)
    assert [(row.organization, row.list_id) for row in plan.rows] == [("most", "bao"), ("mof", "song")]
    assert [entry.source for entry in plan.entries] == [EntrySource.FOOTER, EntrySource.EXTRA]
    assert plan.entries[1].label == "送"


def test_a_group_added_to_one_issue_reaches_its_members_once() -> None:
    added = Adjustments(extras=(Extra("song", "ministries"),))
    plan = make_plan([footer("报", "科技部")], book([MOST, MOF], groups=[GROUP]), adjustments=added)
    assert [row.organization for row in plan.rows] == ["most", "mof"]
    assert plan.rows[0].reasons == ("科技部", "各部委")


def test_an_address_added_to_one_issue_belongs_to_no_body() -> None:
    added = Adjustments(extras=(Extra("bao", "guest@x.example", "特邀专家组"), Extra("bao", "other@x.example")))
    plan = make_plan([], book(), adjustments=added)
    named, unnamed = plan.rows
    assert (named.organization, named.organization_name, named.display_name) == (None, "特邀专家组", "特邀专家组")
    assert (unnamed.organization_name, unnamed.display_name) == ("", None)
    assert plan.without_contact == ()
    assert plan.unresolved == ()


def test_an_added_address_is_excluded_when_it_is_suppressed() -> None:
    added = Adjustments(extras=(Extra("bao", "guest@x.example"),))
    plan = make_plan([], book(), [Suppression("Guest@x.example", "停发")], adjustments=added)
    assert plan.rows == ()
    assert [value.reason for value in plan.excluded] == ["停发"]


def test_an_addition_that_no_longer_exists_blocks() -> None:
    gone = Adjustments(extras=(Extra("bao", "nobody", "旧单位"), Extra("gone", "most")))
    plan = make_plan([], book([MOST]), adjustments=gone)
    assert [(entry.text, entry.list_id) for entry in plan.unresolved] == [("旧单位", "bao"), ("most", None)]


def test_members_of_a_list_get_every_issue_that_uses_the_list() -> None:
    archive = replace(SEND, members=("mof", "archive@x.example"))
    used = make_plan([footer("送", "科技部")], book([MOST, MOF], lists=[REPORT, archive]))
    assert [row.address for row in used.rows] == ["bulletin@most.example", "bulletin@mof.example", "archive@x.example"]
    assert [entry.source for entry in used.entries][1:] == [EntrySource.LIST, EntrySource.LIST]
    unused = make_plan([footer("报", "科技部")], book([MOST, MOF], lists=[REPORT, archive]))
    assert [row.organization for row in unused.rows] == ["most"]


def test_members_of_a_list_without_label_get_every_issue() -> None:
    always = replace(SEND, labels=(), members=("mof",))
    plan = make_plan([footer("报", "科技部")], book([MOST, MOF], lists=[REPORT, always]))
    assert [(row.organization, row.label) for row in plan.rows] == [("most", "报"), ("mof", "分送名单")]


def test_a_body_without_mailbox_may_be_waived_with_a_note() -> None:
    waived = Adjustments(waivers=(Waiver("mof", "另送纸质件"),))
    plan = make_plan([footer("报", "科技部、财政部")], book([MOST, MOF], [mailbox("most")]), adjustments=waived)
    assert plan.without_contact == ()
    assert plan.waived == (Waived("财政部", "另送纸质件"),)


def test_additions_stand_in_the_hash_that_a_sign_off_binds() -> None:
    plain = make_plan([footer("报", "科技部")], book([MOST, MOF]))
    more = make_plan([footer("报", "科技部")], book([MOST, MOF]), adjustments=Adjustments((Extra("bao", "mof"),)))
    assert plain.hash != more.hash
