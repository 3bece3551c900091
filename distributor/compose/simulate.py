"""How mail programs show the same mail: by day, by night, and without its style sheets, as QQ and 163 do; pure."""

import re
from typing import Final

_STYLE: Final = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_AT_NIGHT: Final = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)\s*")
_SCHEMES: Final = re.compile(r"(color-scheme\s*:\s*)light dark")


def as_shown(page: str, *, dark: bool = False, styles: bool = True) -> str:
    """Give the HTML of a mail as one kind of mail program shows it, whatever the reader's own screen prefers.

    Args:
        page: the HTML.
        dark: by night; without style sheets it looks the same by day and by night.
        styles: whether the program keeps style sheets.
    """
    if not styles:
        return _STYLE.sub("", page)
    scheme = "dark" if dark else "light"
    chosen = _SCHEMES.sub(rf"\g<1>{scheme}", page)
    if dark:
        return _AT_NIGHT.sub("@media all", chosen)
    return _AT_NIGHT.sub("@media not all", chosen)
