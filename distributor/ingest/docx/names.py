"""Names of WordprocessingML (ISO/IEC 29500-1) as lxml spells them, and how to read its attributes."""

from typing import Final

from lxml import etree

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
VML: Final = "{urn:schemas-microsoft-com:vml}"
DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"

_OFF: Final = frozenset({"0", "false", "off"})


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Follow a path of WordprocessingML names; None where it ends."""
    for name in path:
        if element is None:
            return None
        element = element.find(W + name)
    return element


def value(element: etree._Element | None, *path: str) -> str | None:
    """The `w:val` of the element at the end of a path."""
    found = child(element, *path)
    return None if found is None else found.get(W + "val")


def number(element: etree._Element | None, *path: str) -> int | None:
    """The `w:val` at the end of a path as a whole number; None when it is none."""
    text = value(element, *path)
    try:
        return None if text is None else int(float(text))
    except (ValueError, OverflowError):
        return None


def switch(element: etree._Element | None, *path: str) -> bool | None:
    """An on-off property at the end of a path; None when it is not there (§17.17.4)."""
    found = child(element, *path)
    return None if found is None else found.get(W + "val", "true") not in _OFF
