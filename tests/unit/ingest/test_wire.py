import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.ingest.wire import BROKEN, decode, encode
from distributor.model.finding import Finding, Level
from distributor.model.lines import Align, Box, Form, Line, PageSize, Source, Style

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
EDGE = st.floats(-1e4, 1e4)
STYLES = st.builds(
    Style,
    size=st.none() | EDGE,
    bold=st.none() | st.booleans(),
    font=st.none() | WORDS,
    name=st.none() | WORDS,
    outline=st.none() | st.integers(1, 9),
    align=st.none() | st.sampled_from(Align),
)
LINES = st.builds(
    Line,
    number=st.just(0),
    text=WORDS,
    page=st.none() | st.integers(1, 99),
    box=st.none() | st.builds(Box, EDGE, EDGE, EDGE, EDGE),
    style=st.none() | STYLES,
    paragraph=st.none() | st.integers(1, 999),
    marker=st.none() | WORDS,
    cell=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
    boxed=st.booleans(),
)
FINDINGS = st.builds(
    Finding, st.sampled_from(Level), WORDS, st.none() | st.integers(1, 99), st.dictionaries(WORDS, WORDS, max_size=2)
)


def numbered(lines: list[Line]) -> tuple[Line, ...]:
    import dataclasses

    return tuple(dataclasses.replace(line, number=number) for number, line in enumerate(lines, start=1))


@given(
    st.sampled_from(Form), st.lists(LINES, max_size=4), st.lists(st.builds(PageSize, EDGE, EDGE)), st.lists(FINDINGS)
)
def test_a_source_comes_back_as_it_was(
    form: Form, lines: list[Line], pages: list[PageSize], findings: list[Finding]
) -> None:
    source = Source(form, numbered(lines), tuple(pages), tuple(findings))
    assert decode(encode(source)) == source


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"form": "text"},
        {"form": "spell", "lines": [], "pages": [], "findings": []},
        {"form": "text", "lines": [["short"]], "pages": [], "findings": []},
        {"form": "text", "lines": [["a", None, ["x"], None, None, None, None, False]], "pages": [], "findings": []},
        {"form": "text", "lines": [], "pages": [], "findings": [["info", "a", None, None]]},
    ],
)
def test_anything_else_is_broken(value: object) -> None:
    with pytest.raises(BROKEN):
        decode(json.dumps(value).encode())


def test_values_of_the_wrong_type_never_come_through() -> None:
    line = ["甲", "one", None, [None, 1, 5, {}, True, None], 2.5, 7, None, 0]
    value = {"form": "docx", "lines": [line], "pages": [], "findings": []}
    [read] = decode(json.dumps(value).encode()).lines
    assert (read.page, read.paragraph, read.marker, read.boxed) == (None, None, None, False)
    assert read.style == Style(bold=True)
