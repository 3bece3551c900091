"""Automatic numbers of a DOCX: the numbers and bullets Word draws but does not hold as text (§17.9)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from distributor.ingest.docx.names import W, child, number, switch, value
from distributor.ingest.docx.numerals import render_number
from distributor.ingest.symbols import fold_symbols

_PLACE: Final = re.compile(r"%([1-9])")
_LEVELS: Final = 9


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    number_format: str = "decimal"
    text: str = ""
    legal: bool = False
    restart: int | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    abstract: int
    levels: tuple[_Level, ...]
    overrides: tuple[tuple[int, int], ...] = ()


class Numbering:
    """The lists of a document with their counters; ask for markers in the order of the text."""

    def __init__(self, root: etree._Element | None) -> None:
        self._abstract = _by_id(root, "abstractNum", "abstractNumId")
        self._lists = {i: self._read_list(e) for i, e in _by_id(root, "num", "numId").items()}
        self._counters: dict[int, list[int | None]] = {}
        self._begun: set[int] = set()

    def level_of_style(self, list_id: int, style: str | None) -> int | None:
        """The level of a list that is tied to a paragraph style; None when none is."""
        found = self._lists.get(list_id)
        levels = found.levels if found else ()
        return next((i for i, level in enumerate(levels) if style is not None and level.style == style), None)

    def marker(self, list_id: int, level: int) -> str | None:
        """Count one paragraph of a list and return what Word draws before it; None when that is nothing.

        Args:
            list_id: `w:numId`.
            level: 0-based level.
        """
        found = self._lists.get(list_id)
        if found is None or not 0 <= level < len(found.levels):
            return None
        counters = self._counters.setdefault(found.abstract, [None] * _LEVELS)
        self._begin(list_id, found, counters)
        _advance(counters, found.levels, level)
        return _draw(counters, found.levels, level)

    def _begin(self, list_id: int, found: _List, counters: list[int | None]) -> None:
        # a list that overrides its start begins anew the first time it is used
        if list_id not in self._begun:
            self._begun.add(list_id)
            for level, _ in found.overrides:
                counters[level] = None

    def _read_list(self, element: etree._Element) -> _List:
        abstract = number(element, "abstractNumId") or 0
        levels = dict(_levels(self._definition(abstract)))
        overrides = []
        for override in element.iterfind(W + "lvlOverride"):
            index = _integer(override.get(W + "ilvl"))
            levels.update(_levels(override))
            start = number(override, "startOverride")
            if index is not None and 0 <= index < _LEVELS and start is not None:
                old = levels.get(index, _Level())
                levels[index] = _Level(start, old.number_format, old.text, old.legal, old.restart, old.style)
                overrides.append((index, start))
        return _List(abstract, tuple(levels.get(i, _Level()) for i in range(_LEVELS)), tuple(overrides))

    def _definition(self, abstract: int) -> etree._Element | None:
        # a list style is defined once and pointed to by name
        element = self._abstract.get(abstract)
        link = value(element, "numStyleLink")
        if link is None:
            return element
        return next((e for e in self._abstract.values() if value(e, "styleLink") == link), element)


def _by_id(root: etree._Element | None, name: str, attribute: str) -> dict[int, etree._Element]:
    found = {}
    for element in root.iterfind(W + name) if root is not None else ():
        identity = _integer(element.get(W + attribute))
        if identity is not None:
            found[identity] = element
    return found


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _levels(element: etree._Element | None) -> Iterable[tuple[int, _Level]]:
    for level in element.iterfind(W + "lvl") if element is not None else ():
        index = _integer(level.get(W + "ilvl"))
        if index is not None and 0 <= index < _LEVELS:
            yield index, _read_level(level)


def _read_level(level: etree._Element) -> _Level:
    start = number(level, "start")
    return _Level(
        start=1 if start is None else start,
        number_format=_format(level),
        text=value(level, "lvlText") or "",
        legal=bool(switch(level, "isLgl")),
        restart=number(level, "lvlRestart"),
        style=value(level, "pStyle"),
    )


def _format(level: etree._Element) -> str:
    # newer formats hide in an alternative; its fallback is what older programs draw
    found = child(level, "numFmt")
    if found is None:
        found = next(level.iter(W + "numFmt"), None)
    return "decimal" if found is None else str(found.get(W + "val", "decimal"))


def _advance(counters: list[int | None], levels: tuple[_Level, ...], level: int) -> None:
    for above in range(level):
        if counters[above] is None:
            counters[above] = levels[above].start
    current = counters[level]
    counters[level] = levels[level].start if current is None else current + 1
    for below in range(level + 1, _LEVELS):
        restart = levels[below].restart
        if restart is None or restart > level:
            counters[below] = None


def _draw(counters: list[int | None], levels: tuple[_Level, ...], level: int) -> str | None:
    own = levels[level]
    if own.number_format == "none" and not own.text:
        return None
    if own.number_format == "bullet":
        return fold_symbols(own.text).strip() or None

    def place(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        count = counters[index]
        number_format = "decimal" if own.legal else levels[index].number_format
        return "" if count is None or number_format == "none" else render_number(count, number_format)

    return _PLACE.sub(place, own.text).strip() or None
