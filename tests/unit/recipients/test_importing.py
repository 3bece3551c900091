from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import Refused
from distributor.i18n import LANGUAGES, translate
from distributor.model.history import Action, Subject
from distributor.model.recipient import Group, MailboxRole, MailFormat, OrganizationKind
from distributor.recipients import changed_book
from distributor.recipients.importing import (
    Collector,
    Column,
    Draft,
    Field,
    ImportOptions,
    RowProblem,
    group_changes,
    merged_contact,
    read_columns,
)
from distributor.recipients.importing.collector import MOST_PROBLEMS
from distributor.recipients.importing.values import day_of, format_of, kind_of, language_of, mailbox_of, words_for
from tests.support.books import body, book, mailbox
from tests.support.sentences import is_said

MOST, MOF = body("most", "科学技术部", "国家科技部", short="科技部"), body("mof", "财政部")
GROUP = Group("ministries", "各部委", ("有关部委",), ("most",))
BOOK = book([MOST, MOF], [], [GROUP])


def collect(heading: Sequence[str], *rows: Sequence[str], group: str | None = None, replaces: bool = False) -> Draft:
    options = ImportOptions(group, replaces)
    collector = Collector(BOOK, read_columns(heading), options)
    for line, row in enumerate(rows, start=2):
        collector.take(line, row)
    return collector.draft


def problem(heading: Sequence[str], *rows: Sequence[str]) -> RowProblem:
    draft = collect(heading, *rows)
    (found,) = draft.problems
    assert draft.problem_count == 1
    for language in LANGUAGES:
        sentence = translate(found.message, language, **found.parameters)
        assert found.message not in sentence
        assert "{" not in sentence
    return found


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["单位", "邮箱"], [Field.ORGANIZATION, Field.ADDRESS]),
        (["单位名称*", "电子邮箱（必填）", "联系人：", "备注"], [Field.ORGANIZATION, Field.ADDRESS, Field.NAME, None]),
        (["Organization", "E-Mail", "Name", "Role"], [Field.ORGANIZATION, Field.ADDRESS, Field.NAME, Field.MAILBOX]),
        (["机 构", "ｅｍａｉｌ", "", "分组"], [Field.ORGANIZATION, Field.ADDRESS, None, Field.GROUPS]),
        (["代号", "简称", "类型"], [Field.ID, Field.SHORT_NAME, Field.KIND]),
        (["单位", "机构", "有效期自", "有效期至"], [Field.ORGANIZATION, None, Field.VALID_FROM, Field.VALID_TO]),
        (["单位", "语言", "格式", "valid from"], [Field.ORGANIZATION, Field.LANGUAGE, Field.FORMAT, Field.VALID_FROM]),
    ],
)
def test_columns_are_known_by_their_headings(headings: list[str], fields: list[Field | None]) -> None:
    assert read_columns(headings) == tuple(Column(*pair) for pair in zip(headings, fields, strict=True))


def test_a_person_may_say_what_a_column_means() -> None:
    columns = read_columns(["甲", "邮箱", "单位"], {0: Field.ORGANIZATION, 1: None})
    assert [column.field for column in columns] == [Field.ORGANIZATION, None, None]


@pytest.mark.parametrize(
    ("headings", "chosen", "code"),
    [
        (["邮箱", "姓名"], {}, "import-no-columns"),
        ([], {}, "import-no-columns"),
        (["a", "b"], {0: Field.ORGANIZATION, 1: Field.ORGANIZATION}, "import-column-twice"),
    ],
)
def test_a_table_needs_a_column_of_bodies(headings: list[str], chosen: dict, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_columns(headings, chosen)
    assert refused.value.code == code
    assert is_said(refused.value)


def test_a_row_is_a_mailbox_of_a_known_body() -> None:
    heading = ["单位", "邮箱", "联系人", "用途", "语言", "格式", "有效期自", "有效期至"]
    draft = collect(
        heading, ["科技部", "Office＠most。example", "阅办", "抄送", "英文", "文本", "2026/1/5", "2026年12月31日"]
    )
    (contact,) = draft.contacts
    assert contact == mailbox(
        "most",
        "Office@most.example",
        name="阅办",
        mailbox=MailboxRole.CC,
        language="en",
        format=MailFormat.TEXT,
        valid_from=date(2026, 1, 5),
        valid_to=date(2026, 12, 31),
    )
    assert draft.organizations == {}
    assert list(draft.touched) == ["most"]


def test_a_cell_may_hold_several_addresses_with_names() -> None:
    draft = collect(["单位", "邮箱"], ["财政部", "办公厅 <a@mof.example>；\nb@mof.example"])
    assert [(contact.address, contact.name) for contact in draft.contacts] == [
        ("a@mof.example", "办公厅"),
        ("b@mof.example", None),
    ]


def test_a_body_may_be_named_by_its_id() -> None:
    draft = collect(["代号", "邮箱"], ["mof", "a@mof.example"])
    assert draft.contacts[0].organization == "mof"


def test_a_new_body_always_gets_the_same_id() -> None:
    heading = ["单位", "简称", "类型", "邮箱"]
    first = collect(heading, ["存储产业技术创新战略联盟", "存储联盟", "联盟", "a@x.example"])
    again = collect(heading, ["存储产业技术创新 战略联盟", "存储联盟", "联盟", "b@x.example"])
    ((key, made),) = first.organizations.items()
    assert list(again.organizations) == [key]
    assert (made.name, made.short_name, made.kind) == (
        "存储产业技术创新战略联盟",
        "存储联盟",
        OrganizationKind.ALLIANCE,
    )
    assert first.contacts[0].organization == key


def test_a_new_body_may_bring_its_id_and_is_met_again_by_name_or_id() -> None:
    heading = ["单位", "代号", "邮箱"]
    rows = (["存储联盟", "storage", "a@x.example"], ["存储联盟", "", "b@x.example"])
    draft = collect(heading, *rows)
    assert [contact.organization for contact in draft.contacts] == ["storage", "storage"]
    assert problem(heading, *rows, ["存储联盟", "other", "c@x.example"]).message == "row.id-differs"
    assert problem(heading, *rows, ["木竹联盟", "storage", "c@x.example"]).message == "row.id-of-another"


def test_a_new_body_that_looks_like_a_known_one_is_pointed_out() -> None:
    assert collect(["单位"], ["科学技木部"]).likenesses == [("科学技木部", "科学技术部")]
    assert len(collect(["单位"], *([f"科学技木部{number}"] for number in range(30))).likenesses) == 20


def test_a_short_name_changes_and_a_known_name_is_none() -> None:
    changed = collect(["单位", "简称", "类型"], ["财政部", "财部", "中央单位"])
    assert changed.organizations["mof"].short_name == "财部"
    assert collect(["单位", "简称"], ["科技部", "国家科技部"]).organizations == {}


def test_the_same_row_twice_is_one_mailbox() -> None:
    draft = collect(["单位", "邮箱"], ["科技部", "a@x.example"], ["科学技术部", "A@x.example"])
    assert (len(draft.contacts), draft.rows, draft.problem_count) == (1, 2, 0)


def test_empty_rows_and_missing_cells_are_no_problem() -> None:
    draft = collect(["单位", "邮箱", "姓名"], ["科技部"], [], ["", "", ""], ["财政部", "a@x.example"])
    assert (draft.rows, len(draft.contacts)) == (2, 1)


def test_bodies_join_the_groups_of_their_row_and_that_of_the_import() -> None:
    draft = collect(["单位", "分组"], ["财政部", "有关部委；各部委"], ["科技部", "各部委"])
    assert {key: list(members) for key, members in draft.members.items()} == {"ministries": ["mof", "most"]}
    (change,) = group_changes(draft, BOOK, ImportOptions())
    assert (change.subject, change.action, change.after) == (
        Subject.GROUP,
        Action.CHANGE,
        replace(GROUP, members=("most", "mof")),
    )
    joined = collect(["单位"], ["财政部"], group="ministries", replaces=True)
    (change,) = group_changes(joined, BOOK, ImportOptions("ministries", replace=True))
    assert change.after == replace(GROUP, members=("mof",))


def test_new_bodies_come_before_their_groups() -> None:
    draft = collect(["单位", "分组"], ["存储联盟", "各部委"])
    body_change, group_change = group_changes(draft, BOOK, ImportOptions())
    assert (body_change.subject, group_change.subject) == (Subject.ORGANIZATION, Subject.GROUP)
    changed_book(BOOK, (body_change, group_change))


@pytest.mark.parametrize(
    ("row", "message", "column"),
    [
        (["", "", "", "", "a@x.example"], "row.organization-missing", "单位"),
        (["各部委"], "row.group-as-organization", "单位"),
        (["科技部", "mof"], "row.id-of-another", "代号"),
        (["科技部", "kjb"], "row.id-differs", "代号"),
        (["", "nobody"], "row.id-unknown", "代号"),
        (["科技部", "MOST!"], "error.edit-id-form", "代号"),
        (["财政部", "", "科技部"], "row.name-taken", "简称"),
        (["财政部", "", "长" * 101], "row.too-long", "简称"),
        (["财政部", "", "", "星球"], "row.unknown-word", "类型"),
        (["财政部", "", "", "", "nowhere"], "error.address-without-at", "邮箱"),
        (["财政部", "", "", "", "a\x00b@x.example"], "error.address-control", "邮箱"),
        (["财政部", "", "", "", "a@x"], "error.address-domain", "邮箱"),
        (["财政部", "", "", "", "a@x.example", "主人"], "row.unknown-word", "用途"),
        (["财政部", "", "", "", "a@x.example", "", "彩信"], "row.unknown-word", "格式"),
        (["财政部", "", "", "", "a@x.example", "", "", "火星文"], "row.unknown-word", "语言"),
        (["财政部", "", "", "", "a@x.example", "", "", "", "昨天"], "row.no-day", "有效期自"),
        (["财政部", "", "", "", "a@x.example", "", "", "", "2026-02-30"], "row.no-day", "有效期自"),
        (["财政部", "", "", "", "a@x.example", "", "", "", "2026-02-01", "2026-01-01"], "row.dates", "有效期至"),
        (["财政部", *[""] * 9, "各部位"], "row.group-unknown", "分组"),
        (["财\u200b政部"], "row.unseen-characters", "单位"),
        (["财政\n部"], "row.unseen-characters", "单位"),
        (["财政\ufffd"], "row.damaged", "单位"),
        (["长" * 5_000], "row.too-long", "单位"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_place(row: list[str], message: str, column: str) -> None:
    heading = ["单位", "代号", "简称", "类型", "邮箱", "用途", "格式", "语言", "有效期自", "有效期至", "分组"]
    found = problem(heading, row)
    assert (found.line, found.column, found.message) == (2, column, message)
    assert len(found.value) <= 61


def test_a_problem_comes_with_a_suggestion() -> None:
    assert problem(["单位", "分组"], ["财政部", "各部为"]).suggestion == "各部委"
    assert problem(["单位", "用途", "邮箱"], ["财政部", "某", "a@x.example"]).suggestion == "主、抄送、备用"


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        (["单位", "邮箱", "姓名"], [["科技部", "a@x.example", "甲处"], ["科技部", "a@x.example", "乙处"]]),
        (["单位", "简称"], [["财政部", "财部"], ["财政部", "财"]]),
    ],
)
def test_rows_that_contradict_each_other_name_the_first(heading: list[str], rows: list[list[str]]) -> None:
    found = problem(heading, *rows)
    assert (found.line, found.message, found.parameters) == (3, "row.contradicts", {"line": 2})


def test_two_new_bodies_cannot_share_a_short_name() -> None:
    found = problem(["单位", "简称"], ["木竹产业联盟", "木竹"], ["木竹研究中心", "木竹"])
    assert found.message == "row.name-taken"


def test_problems_are_counted_beyond_those_that_are_kept() -> None:
    draft = collect(["单位", "邮箱"], *([["科技部", "nowhere"]] * (MOST_PROBLEMS + 5)))
    assert (len(draft.problems), draft.problem_count) == (MOST_PROBLEMS, MOST_PROBLEMS + 5)


def test_an_apostrophe_before_a_formula_is_taken_away() -> None:
    draft = collect(["单位", "邮箱", "姓名"], ["财政部", "'+tag@x.example", "'=甲处"], ["科技部", "'a@x.example"])
    assert [(contact.address, contact.name) for contact in draft.contacts] == [
        ("+tag@x.example", "=甲处"),
        ("'a@x.example", None),
    ]


def test_what_a_table_has_no_column_for_stays() -> None:
    kept = mailbox("most", name="阅办", mailbox=MailboxRole.CC, language="en", valid_to=date(2027, 1, 1))
    bare = mailbox("most", "BULLETIN@most.example")
    assert merged_contact(kept, bare, frozenset({Field.ORGANIZATION, Field.ADDRESS})) == kept
    assert merged_contact(kept, bare, frozenset(Field)) == mailbox("most")
    assert merged_contact(None, bare, frozenset()) == bare


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026/1/3", date(2026, 1, 3)),
        ("2026.1.3", date(2026, 1, 3)),
        ("2026年1月3日", date(2026, 1, 3)),
        ("20260131", date(2026, 1, 31)),
        ("2026-01-31 00:00:00", date(2026, 1, 31)),
        ("31.01.2026", None),
        ("2026-13-01", None),
    ],
)
def test_days_are_read_as_tables_have_them(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_every_value_has_a_word_in_both_languages_that_is_read_again() -> None:
    for language in LANGUAGES:
        for kind in OrganizationKind:
            assert kind_of(translate(f"organization-kind.{kind.value}", language)) is kind
        for role in MailboxRole:
            assert mailbox_of(translate(f"mailbox-role.{role.value}", language)) is role
    for form in MailFormat:
        assert format_of(form.value) is form
    assert [language_of(text) for text in ("中文", "EN", "zh-CN", "?")] == ["zh-CN", "EN", "zh-CN", None]
    assert words_for("format") == "html、text"


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6))
def test_any_row_is_taken_or_named(rows: list[list[str]]) -> None:
    draft = collect(["单位", "邮箱", "姓名", "用途", "分组", "有效期自"], *rows)
    assert draft.problem_count == len(draft.problems) <= draft.rows
    assert len(draft.contacts) == len(draft.index) == len(draft.lines)
