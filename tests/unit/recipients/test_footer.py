from dataclasses import replace

from distributor.model.finding import Finding, Level
from distributor.model.recipient import Group
from distributor.recipients import footer_findings
from tests.support.books import SEND, body, book, footer, mailbox
from tests.support.sentences import is_said

MOST, MOF = body("most", "科学技术部", "科技部"), body("mof", "财政部")
GROUPS = [Group("g", "各单位", members=("most", "mof"))]


def test_a_footer_of_known_names_gives_no_finding() -> None:
    assert (
        footer_findings([footer("报", "科技部、财政部"), footer("送", "各单位")], book([MOST, MOF], groups=GROUPS))
        == ()
    )


def test_an_unknown_entry_blocks_and_names_what_it_may_mean() -> None:
    findings = footer_findings([footer("报", "科技部、财致部", line=7)], book([MOST, MOF, body("x", "财务部")]))
    assert findings == (
        Finding(
            Level.BLOCKING, "unknown-recipient", 7, {"label": "报", "entry": "财致部", "suggestions": "财政部、财务部"}
        ),
    )


def test_an_unknown_label_blocks_where_there_are_lists() -> None:
    (finding,) = footer_findings([footer("发", "科技部", line=3)], book([MOST]))
    assert finding == Finding(Level.BLOCKING, "unknown-label", 3, {"label": "发"})
    assert footer_findings([footer("发", "科技部")], book([MOST], lists=[])) == ()
    assert footer_findings([footer("送", "科技部")], book([MOST], lists=[SEND])) == ()


def test_bodies_without_mailbox_are_a_warning_where_there_are_mailboxes() -> None:
    lines = [footer("报", "财政部", line=2), footer("送", "各单位、各空集合", line=3)]
    made = book([MOST, MOF], [mailbox("most")], [*GROUPS, Group("e", "各空集合")])
    assert [(f.level, f.code, f.line, f.parameters["organizations"]) for f in footer_findings(lines, made)] == [
        (Level.WARNING, "no-contact", 2, "财政部"),
        (Level.WARNING, "no-contact", 3, "财政部"),
        (Level.WARNING, "no-contact", 3, "各空集合"),
    ]
    assert footer_findings(lines, replace(made, contacts=())) == ()


def test_a_collective_entry_is_not_judged_where_no_groups_are_known() -> None:
    assert footer_findings([footer("送", "各单位、有关地方科技厅（局）、协会成员单位")], book([MOST])) == ()
    assert len(footer_findings([footer("送", "各部门")], book([MOST, MOF], groups=GROUPS))) == 1


def test_a_footer_without_line_gives_findings_without_line() -> None:
    (finding,) = footer_findings([footer("报", "某某", line=0)], book([MOST]))
    assert finding.line is None
    assert finding.parameters["suggestions"] == "—"


def test_everything_it_finds_is_said_in_a_sentence() -> None:
    lines = [footer("报", "财政部、某某"), footer("发", "科技部")]
    findings = footer_findings(lines, book([MOST, MOF], [mailbox("most")]))
    assert [finding.code for finding in findings] == ["no-contact", "unknown-recipient", "unknown-label"]
    assert all(is_said(finding) for finding in findings)
