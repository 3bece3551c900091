import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Masthead
from distributor.model.finding import Level
from distributor.publish.numbering import number_findings, read_number


def head(issue: str | None, day: str | None = "2023-12-05") -> Masthead:
    return Masthead("简报", issue, day)


def codes(issue: str | None, *others: Masthead, day: str | None = "2023-12-05") -> list[str]:
    return [finding.code for finding in number_findings(head(issue, day), others)]


@pytest.mark.parametrize(
    ("issue", "series", "year", "number", "total"),
    [
        ("第12期", "", 2023, 12, None),
        ("第十二期", "", 2023, 12, None),
        ("第一百零五期", "", 2023, 105, None),
        ("第二〇期", "", 2023, 20, None),
        ("第 12 期", "", 2023, 12, None),
        ("2022年第3期", "", 2022, 3, None),
        ("第12期（总第345期）", "", 2023, 12, 345),
        ("总第345期", "", 2023, None, 345),
        ("总345期", "", 2023, None, 345),
        ("增刊第2期", "增刊", 2023, 2, None),
        ("增刊（二）", "增刊", 2023, 2, None),
        ("2023年增刊", "增刊", 2023, 1, None),
        ("特刊", "特刊", 2023, 1, None),
    ],
)
def test_numbers_are_read_as_they_are_printed(
    issue: str, series: str, year: int, number: int | None, total: int | None
) -> None:
    read = read_number(head(issue))
    assert read is not None
    assert (read.series, read.year, read.number, read.total) == (series, year, number, total)


@pytest.mark.parametrize("issue", [None, "", "试刊", "十二月号"])
def test_what_is_no_number_is_none(issue: str | None) -> None:
    assert read_number(head(issue)) is None


@given(st.text(alphabet="第总增刊期年（）0123456789一二十百千〇零 ", max_size=20))
def test_any_number_can_be_read(issue: str) -> None:
    read_number(head(issue))
    number_findings(head(issue), [head("第1期"), head(issue, "2023-01")])


def test_the_first_bulletin_has_nothing_to_be_held_against() -> None:
    assert codes("第12期") == []
    assert codes(None) == []


def test_the_number_that_follows_is_no_finding() -> None:
    assert codes("第12期", head("第11期", "2023-11-05"), head("第10期", "2023-10-05")) == []


def test_a_number_that_another_bulletin_has_is_doubled() -> None:
    (finding,) = number_findings(head("第12期"), [head("第12期", "2023-11-05")])
    assert (finding.code, finding.level) == ("number-doubled", Level.WARNING)
    assert finding.parameters == {"number": "第12期", "day": "2023-11-05"}
    assert codes("第12期", head("第12期", "2022-12-05")) == ["number-skipped"]


def test_numbers_that_are_left_out_are_named() -> None:
    (finding,) = number_findings(head("第12期"), [head("第9期", "2023-09-05")])
    assert (finding.code, finding.parameters["expected"]) == ("number-skipped", "10")


def test_a_new_year_begins_with_one_or_goes_on() -> None:
    last = head("第12期", "2022-12-05")
    assert codes("第1期", last) == []
    assert codes("第13期", last) == []
    assert codes("第5期", last) == ["number-skipped"]


def test_a_gap_that_is_filled_later_is_no_finding() -> None:
    assert codes("第10期", head("第9期", "2023-09-05"), head("第12期", "2024-01-05")) == []


def test_a_lower_number_after_a_higher_one_is_out_of_order() -> None:
    assert codes("第10期", head("第9期", "2023-09-05"), head("第11期", "2023-11-05")) == ["number-backwards"]


def test_extra_issues_count_by_themselves() -> None:
    others = (head("第11期", "2023-11-05"), head("增刊第1期", "2023-11-20"))
    assert codes("增刊第2期", *others) == []
    assert codes("增刊第1期", *others) == ["number-doubled"]
    assert codes("第12期", *others) == []


def test_the_number_in_all_goes_on_by_one() -> None:
    last = head("第11期（总第344期）", "2023-11-05")
    assert codes("第12期（总第345期）", last) == []
    assert codes("第12期（总第347期）", last) == ["total-unexpected"]
    assert codes("第12期（总第344期）", last) == ["number-doubled"]
    assert codes("第12期", last) == []


@pytest.mark.parametrize(
    ("known", "day", "suggested"),
    [
        (("第11期", "2023-11-05"), "2023-12-05", "第12期"),
        (("2023年第11期", "2023-11-05"), "2023-12-05", "2023年第12期"),
        (("2023年第12期", "2023-12-05"), "2024-01-05", "2024年第1期"),
        (("第11期（总第344期）", "2023-11-05"), "2023-12-05", "第12期（总第345期）"),
        (("总第344期", "2023-11-05"), "2024-01-05", "总第345期"),
        (("第12期", "2023-12-05"), None, "第13期"),
    ],
)
def test_a_bulletin_without_a_number_is_offered_the_next(
    known: tuple[str, str], day: str | None, suggested: str
) -> None:
    (finding,) = number_findings(head(None, day), [head(*known)])
    assert (finding.code, finding.level, finding.parameters["number"]) == ("number-suggested", Level.INFO, suggested)


def test_numbers_that_never_began_anew_go_on_in_a_new_year() -> None:
    known = [head("第40期", "2021-06-05"), head("第60期", "2022-06-05"), head("第80期", "2023-06-05")]
    (finding,) = number_findings(head(None, "2024-01-05"), known)
    assert finding.parameters["number"] == "第81期"


def test_extra_issues_suggest_nothing() -> None:
    assert codes(None, head("增刊第2期")) == []
