"""The colours of mails: those that go with a chosen one, and whether it can be read (WCAG 2.2, 1.4.3)."""

import colorsys
import re
from dataclasses import dataclass
from typing import Final

from distributor.compose.headers import clean
from distributor.errors import Refused
from distributor.model.theme import Theme

# what words in the colour stand on; the style sheets of the templates say the same, and a test compares them
LIGHT_PAPERS: Final = ("#ffffff", "#faf7f2")
DARK_PAPERS: Final = ("#1d1e21", "#26272b")
# for text of any size
LEAST_CONTRAST: Final = 4.5
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_LONGEST_WORDS: Final = 30
_LONGEST_COLOUR: Final = 10
_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class ThemeView:
    """The theme as templates may use it.

    Args:
        colour: of masthead, rules and links on light paper.
        pale: thin rules on light paper.
        dark_colour: of masthead, rules and links on dark paper.
        dark_pale: thin rules on dark paper.
        logo: words above the masthead, or None.
        note: words below the masthead, or None.
    """

    colour: str
    pale: str
    dark_colour: str
    dark_pale: str
    logo: str | None
    note: str | None


def theme_view(theme: Theme) -> ThemeView:
    """Work out the colours that go with a theme."""
    return ThemeView(
        colour=theme.colour,
        pale=_mixed(theme.colour, LIGHT_PAPERS[0], 0.7),
        dark_colour=theme.dark_colour,
        dark_pale=_mixed(theme.dark_colour, DARK_PAPERS[0], 0.65),
        logo=clean(theme.logo or "") or None,
        note=clean(theme.note or "") or None,
    )


def checked_theme(colour: str, dark_colour: str = "", logo: str = "", note: str = "") -> Theme:
    """Make a theme of what somebody typed.

    Args:
        colour: `#rrggbb`, for light paper.
        dark_colour: the same for dark paper; empty for one that goes with `colour`.
        logo: words above the masthead, or empty.
        note: words below the masthead, or empty.

    Raises:
        Refused: `theme-colour-form`, `theme-words-long`, or `theme-contrast-light` and `theme-contrast-dark` with a
            colour of the same hue that can be read.
    """
    light = _form(colour)
    dark = _form(dark_colour) if dark_colour.strip() else readable(light, DARK_PAPERS)
    _require_contrast("theme-contrast-light", light, LIGHT_PAPERS)
    _require_contrast("theme-contrast-dark", dark, DARK_PAPERS)
    return Theme(light, dark, _words(logo), _words(note))


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, papers: tuple[str, ...]) -> str:
    """Give the nearest colour of the same hue that can be read on every paper.

    Args:
        colour: `#rrggbb`.
        papers: what it stands on, all light or all dark.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    goal = 0.0 if _is_light(papers[0]) else 1.0
    nearer = (lightness + (goal - lightness) * step / _STEPS for step in range(_STEPS + 1))
    tried = (_written(colorsys.hls_to_rgb(hue, lighter, saturation)) for lighter in nearer)
    # the last one is black or white, which can be read on every paper of the other kind
    return next(found for found in tried if _least_contrast(found, papers) >= LEAST_CONTRAST)


def _require_contrast(code: str, colour: str, papers: tuple[str, ...]) -> None:
    found = _least_contrast(colour, papers)
    if found < LEAST_CONTRAST:
        suggestion = readable(colour, papers)
        raise Refused(code, colour=colour, contrast=f"{found:.1f}", least=LEAST_CONTRAST, suggestion=suggestion)


def _least_contrast(colour: str, papers: tuple[str, ...]) -> float:
    return min(contrast(colour, paper) for paper in papers)


def _form(colour: str) -> str:
    folded = colour.strip().lower()
    if not _COLOUR.fullmatch(folded):
        raise Refused("theme-colour-form", colour=clean(colour)[:_LONGEST_COLOUR])
    return folded


def _words(typed: str) -> str | None:
    words = clean(typed)
    if len(words) > _LONGEST_WORDS:
        raise Refused("theme-words-long", most=_LONGEST_WORDS, words=words)
    return words or None


def _is_light(colour: str) -> bool:
    return _luminance(colour) > 0.5  # noqa: PLR2004  the middle


def _luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  sRGB (IEC 61966-2-1)
        for value in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _mixed(colour: str, paper: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(paper), strict=True)
    red, green, blue = (own + (other - own) * share for own, other in pairs)
    return _written((red, green, blue))


def _written(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(value * 255):02x}" for value in channels)
