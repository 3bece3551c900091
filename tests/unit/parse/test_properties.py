"""Facts that hold for every text and for every bulletin that the composer can make."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.errors import FileRefused
from distributor.model.bulletin import Bulletin
from distributor.model.canonical import digest
from distributor.model.lines import Align, Box, Form, Line, Source, Style
from distributor.parse import Given, parse
from distributor.parse.accounting import unaccounted
from tests.support.bulletins import Composer, Look
from tests.support.lines import bulletin_text, source_of
from tests.support.printing import Paper, as_docx, as_extracted, as_pdf, as_seed, as_word

PIECES = st.sampled_from(
    [
        "联盟动态",
        "一、",
        "（一）",
        "1. ",
        "◆",
        "【】",
        "——",
        "近日，",
        "木竹联盟召开会议",
        "（木竹联盟秘书处供稿）",
        "来源：",
        "报：",
        "抄\u3000送：",
        "科技部",
        "、",
        "，",
        "。",
        "；",
        "：",
        "？",
        "《",
        "》",
        "“",
        "”",
        "（",
        "）",
        " ",
        "  ",
        "\u3000\u3000",
        "\n",
        "\n\n",
        " \n",
        "\x0c",
        "\t",
        "5",
        "- 5 -",
        "第12期（总第3期）",
        "2026年3月5日",
        "二〇二六年三月五日",
        "目录",
        "……1",
        "编者按：",
        "共印20份",
        "责任编辑：",
        "秘密★",
        "Time-Sensitive",
        "www.lm.example/",
        "́",
        "会议指出",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=60).map("".join)
STYLES = st.none() | st.builds(
    Style,
    size=st.none() | st.sampled_from([9.0, 12.0, 16.0]),
    bold=st.none() | st.booleans(),
    name=st.none() | st.sampled_from(["Heading 1", "标题 2", "正文"]),
    outline=st.none() | st.integers(1, 3),
    align=st.none() | st.sampled_from(Align),
)
BOXES = st.builds(
    lambda left, top, width: Box(left, top, left + width, top + 12),
    st.floats(0, 300), st.floats(0, 800), st.floats(0, 400),
)  # fmt: skip
LINES = st.builds(
    Line,
    number=st.integers(1, 99),
    text=st.lists(PIECES, max_size=6).map("".join),
    page=st.none() | st.integers(1, 3),
    box=st.none() | BOXES,
    style=STYLES,
    paragraph=st.none() | st.integers(0, 5),
    marker=st.none() | st.sampled_from(["1.", "（一）", "•", "x"]),
    cell=st.none() | st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)),
    boxed=st.booleans(),
)
SOURCES = st.builds(Source, st.sampled_from(Form), st.lists(LINES, max_size=25).map(tuple))
LOOKS = st.builds(
    Look,
    sections=st.sampled_from(["plain", "一、", "【】", "★", "■", "◆◆", "——", "part", "none"]),
    items=st.sampled_from(["plain", "1.", "1、", "（一）", "◆", "●"]),
    attributions=st.sampled_from(["supplied", "signed", "source", "taken", "inline", "summary", "dash", "none"]),
    masthead=st.booleans(), contents=st.booleans(), note=st.booleans(), footer=st.booleans(), imprint=st.booleans(),
    lists=st.booleans(), broken=st.just(0.0), letterspaced=st.booleans(),
)  # fmt: skip
# real random numbers: the extremes that shrinking prefers are no bulletins
RANDOM = st.integers(0, 10**6).map(random.Random)
SLOW = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _check(source: Source) -> None:
    try:
        parsed = parse(source)
    except FileRefused:
        return
    assert unaccounted(source, parsed) == {}


@SLOW
@given(TEXTS)
def test_any_text_is_parsed_without_loss_or_refused(text: str) -> None:
    _check(source_of(text))


@SLOW
@given(TEXTS, TEXTS, TEXTS)
def test_any_text_around_a_bulletin_is_accounted_for(head: str, body: str, foot: str) -> None:
    _check(source_of(bulletin_text(head=head, foot=body + "\n" + foot)))


@SLOW
@given(SOURCES)
def test_any_lines_are_parsed_without_loss_or_refused(source: Source) -> None:
    _check(source)


def _outline(bulletin: Bulletin) -> list[object]:
    sections = [
        (
            section.title,
            [(item.title, item.paragraphs, item.attribution and item.attribution.raw) for item in section.items],
        )
        for section in bulletin.sections
    ]
    groups = [(group.kind, group.entries, group.suffix) for group in bulletin.distribution]
    return [bulletin.masthead, bulletin.preamble, sections, groups]


@SLOW
@given(LOOKS, RANDOM)
def test_a_composed_document_is_read_back(look: Look, rng: random.Random) -> None:
    truth, blocks = Composer(rng, look).compose()
    assert _outline(parse(as_docx(blocks, Paper())).bulletin) == _outline(truth)


@SLOW
@given(LOOKS, RANDOM)
def test_a_composed_text_of_a_word_processor_is_read_back(look: Look, rng: random.Random) -> None:
    truth, blocks = Composer(rng, look).compose()
    assert _outline(parse(as_word(blocks, Paper())).bulletin) == _outline(truth)


@SLOW
@given(RANDOM)
def test_a_composed_bulletin_in_the_style_of_the_reference_is_read_back(rng: random.Random) -> None:
    look = Look(masthead=False, broken=rng.choice((0.0, 0.5)), attributions=rng.choice(("supplied", "summary")))
    truth, blocks = Composer(rng, look).compose()
    assert _outline(parse(as_seed(blocks, Paper(columns=76, indent=False), rng)).bulletin) == _outline(truth)


@SLOW
@given(LOOKS, RANDOM, st.booleans(), st.booleans())
def test_nothing_of_a_composed_bulletin_is_lost(look: Look, rng: random.Random, centred: bool, indent: bool) -> None:
    _, blocks = Composer(rng, look).compose()
    paper = Paper(columns=rng.choice((54, 66)), centred=centred, indent=indent, hanging=rng.random() < 0.5)
    for source in (as_pdf(blocks, paper), as_extracted(blocks, paper), as_extracted(blocks, paper, keep_layout=True)):
        _check(source)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_lines_give_the_same_bulletin(seed: int) -> None:
    _, blocks = Composer(random.Random(seed)).compose()  # noqa: S311  no secret
    source = as_pdf(blocks, Paper())
    assert digest(parse(source)) == digest(parse(source))


def test_metadata_given_by_hand_is_no_part_of_the_account() -> None:
    source = source_of(bulletin_text())
    assert unaccounted(source, parse(source, Given("刊名", "第1期", "2026-01-01", "秘书处"))) == {}


def test_the_account_shows_what_is_missing() -> None:
    source = source_of(bulletin_text())
    parsed = parse(source)
    more = Source(source.form, (*source.lines, Line(99, "漏")))
    fewer = Source(source.form, source.lines[1:])
    assert unaccounted(more, parsed) == {"漏": 1}
    assert set(unaccounted(fewer, parsed).values()) == {-1}
