import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.compose import checked_theme, contrast, theme_view
from distributor.compose.theme import DARK_PAPERS, LEAST_CONTRAST, LIGHT_PAPERS, readable
from distributor.errors import Refused
from distributor.model.theme import Theme
from distributor.settings import asset_folder
from tests.support.messages import make_variant
from tests.support.sentences import is_said

COLOURS = st.from_regex("#[0-9a-f]{6}", fullmatch=True)


def style_sheets(name: str) -> str:
    return "".join(path.read_text("utf-8") for path in (asset_folder("templates") / "mail").glob(f"*/{name}"))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_usual_theme_can_be_read_on_every_paper() -> None:
    usual = Theme()
    assert all(contrast(usual.colour, paper) >= LEAST_CONTRAST for paper in LIGHT_PAPERS)
    assert all(contrast(usual.dark_colour, paper) >= LEAST_CONTRAST for paper in DARK_PAPERS)
    assert checked_theme(usual.colour, usual.dark_colour) == usual


def test_the_papers_are_those_of_the_style_sheets() -> None:
    assert all(paper in style_sheets("inline.css") for paper in LIGHT_PAPERS)
    assert all(paper in style_sheets("kept.css") for paper in DARK_PAPERS)


@given(COLOURS)
def test_a_suggestion_can_always_be_read(colour: str) -> None:
    for papers in (LIGHT_PAPERS, DARK_PAPERS):
        assert min(contrast(readable(colour, papers), paper) for paper in papers) >= LEAST_CONTRAST


@given(COLOURS)
def test_a_colour_is_taken_or_refused_with_one_that_is_taken(colour: str) -> None:
    if min(contrast(colour, paper) for paper in LIGHT_PAPERS) < LEAST_CONTRAST:
        with pytest.raises(Refused, match="theme-contrast-light") as refusal:
            checked_theme(colour)
        colour = str(refusal.value.parameters["suggestion"])
    theme = checked_theme(colour)
    assert min(contrast(theme.dark_colour, paper) for paper in DARK_PAPERS) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"colour": "#ffcc00"}, "theme-contrast-light"),
        ({"colour": "#b01116", "dark_colour": "#330000"}, "theme-contrast-dark"),
        ({"colour": "red"}, "theme-colour-form"),
        ({"colour": "#b0111"}, "theme-colour-form"),
        ({"colour": "#b01116;}body{display:none"}, "theme-colour-form"),
        ({"colour": "#b01116", "logo": "字" * 31}, "theme-words-long"),
    ],
)
def test_what_cannot_be_a_theme_is_refused_in_one_sentence(typed: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked_theme(**typed)
    assert refusal.value.code == code
    assert is_said(refusal.value)


def test_words_of_a_theme_are_cleaned_and_may_be_missing() -> None:
    theme = checked_theme(" #B01116 ", logo=" 协发\u202e网\n", note="  ")
    assert (theme.colour, theme.logo, theme.note) == ("#b01116", "协发网", None)


def test_a_theme_colours_the_digest_and_stands_in_its_head() -> None:
    theme = checked_theme("#0050b3", logo="协发网", note="内部资料　注意保存")
    variant = make_variant(theme=theme)
    html = variant.html or ""
    assert "#b01116" not in html
    assert "#f2928c" not in html
    assert html.count("#0050b3") >= 3
    assert theme_view(theme).dark_colour in html
    for rendered in (html, variant.text):
        assert rendered.index("协发网") < rendered.index("内部资料　注意保存")


def test_thin_rules_have_a_pale_colour() -> None:
    view = theme_view(Theme())
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in (view.pale, view.dark_pale))
    assert contrast(view.pale, "#ffffff") < contrast(view.colour, "#ffffff")
