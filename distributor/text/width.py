"""How wide a text is printed, in half-width columns."""

import unicodedata


def display_width(text: str, *, ambiguous: int = 2) -> int:
    """Count the columns a text takes in a fixed-width font (UAX 11, East Asian Width).

    Args:
        text: one line, without control characters.
        ambiguous: columns of a character that is wide among Chinese text and narrow elsewhere (quotes, dashes, ①).
    """
    return sum(_columns(character, ambiguous) for character in text)


def _columns(character: str, ambiguous: int) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    east_asian = unicodedata.east_asian_width(character)
    if east_asian in {"W", "F"}:
        return 2
    return ambiguous if east_asian == "A" else 1
