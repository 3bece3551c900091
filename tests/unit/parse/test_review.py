"""Findings after an edit: what was settled goes, what an edit brought comes, the rest stays."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Item, Masthead
from distributor.model.finding import Finding, Level
from distributor.parse import findings_after_edit, parse, read_attribution
from tests.support.lines import source_of

HEAD = Masthead("简报", "第12期", "2023-12-05", "秘书处")
SIGNED = read_attribution("（存储产业技术创新战略联盟供稿）")
ITEM = Item("存储联盟召开年会", ("会议在京召开。",), SIGNED, line=10)


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found]


def test_what_an_edit_settled_goes_and_what_speaks_of_the_file_stays() -> None:
    before = (
        Finding(Level.WARNING, "title-missing"),
        Finding(Level.WARNING, "number-missing"),
        Finding(Level.WARNING, "date-missing"),
        Finding(Level.WARNING, "missing-attribution", 10, {"title": "存储联盟召开年会"}),
        Finding(Level.BLOCKING, "secrecy-mark", 3, {"mark": "机密"}),
    )
    assert codes(findings_after_edit(before, HEAD, [ITEM], typed=True)) == ["secrecy-mark"]


def test_a_masthead_that_nobody_typed_is_still_a_guess() -> None:
    before = (Finding(Level.WARNING, "title-missing"), Finding(Level.WARNING, "number-missing"))
    without = replace(HEAD, issue=None)
    assert codes(findings_after_edit(before, without, [ITEM], typed=False)) == ["title-missing", "number-missing"]


def test_what_an_edit_brings_is_said() -> None:
    edited = replace(ITEM, title="存储联盟召开年会，", paragraphs=("会议深入深入讨论。",), attribution=None)
    found = codes(findings_after_edit((), HEAD, [edited], typed=False))
    assert set(found) == {"suspicious-title", "doubled-words", "missing-attribution"}


LINES = ("（秘书处供稿）", "会议在京召开。", "一、要闻", "存储联盟召开年会")


@given(st.lists(st.sampled_from(LINES), min_size=2, max_size=12))
def test_an_edit_that_changes_nothing_keeps_every_finding(lines: list[str]) -> None:
    text = "\n".join(["简 报", "第12期", "2023年12月5日", *lines, "存储联盟召开年会", "会议在京召开。"])
    parsed = parse(source_of(text))
    again = findings_after_edit(parsed.findings, parsed.bulletin.masthead, parsed.bulletin.items, typed=False)
    assert sorted(codes(again)) == sorted(codes(parsed.findings))
