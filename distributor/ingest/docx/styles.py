"""Styles of a DOCX: what a paragraph and a run look like once inheritance is resolved (ISO/IEC 29500-1 §17.7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from distributor.ingest.docx.names import W, child, number, switch, value
from distributor.model.lines import Align

_ALIGNMENTS: Final = {
    "left": Align.LEFT,
    "start": Align.LEFT,
    "center": Align.CENTER,
    "right": Align.RIGHT,
    "end": Align.RIGHT,
    "both": Align.JUSTIFY,
    "distribute": Align.JUSTIFY,
}
_BODY_OUTLINE: Final = 9
_HALF_POINTS: Final = 2


@dataclass(frozen=True, slots=True)
class Look:
    """Properties of a run; None where nothing is said."""

    bold: bool | None = None
    hidden: bool | None = None
    size: float | None = None
    font: str | None = None
    western_font: str | None = None

    def over(self, base: "Look") -> "Look":
        """This look where it says something, the base where it does not."""
        return Look(
            base.bold if self.bold is None else self.bold,
            base.hidden if self.hidden is None else self.hidden,
            base.size if self.size is None else self.size,
            self.font or base.font,
            self.western_font or base.western_font,
        )

    def toggled(self, base: "Look") -> "Look":
        """A character style over a paragraph style: on-off properties set in both cancel out (§17.7.3)."""
        over = self.over(base)
        bold, hidden = _toggle(self.bold, base.bold), _toggle(self.hidden, base.hidden)
        return Look(bold, hidden, over.size, over.font, over.western_font)


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """Properties of a paragraph; None where nothing is said.

    Args:
        name: name of its style.
        outline: outline level, 1 is the highest.
        align: how it is set.
        list_id: list (`w:numId`) it belongs to; 0 takes it out of a list.
        level: 0-based level in that list.
        page_break: whether it starts a page.
        run: what its runs look like unless they say otherwise.
    """

    name: str | None = None
    outline: int | None = None
    align: Align | None = None
    list_id: int | None = None
    level: int | None = None
    page_break: bool | None = None
    run: Look = Look()

    def over(self, base: "ParagraphLook") -> "ParagraphLook":
        """This look where it says something, the base where it does not; the name is this one's."""
        return ParagraphLook(
            self.name or base.name,
            base.outline if self.outline is None else self.outline,
            self.align or base.align,
            base.list_id if self.list_id is None else self.list_id,
            base.level if self.level is None else self.level,
            base.page_break if self.page_break is None else self.page_break,
            self.run.over(base.run),
        )


def _toggle(own: bool | None, base: bool | None) -> bool | None:
    return own != base if own and base is not None else base if own is None else own or base


def run_look(properties: etree._Element | None) -> Look:
    """Read `w:rPr`."""
    if properties is None:
        return Look()
    size = number(properties, "sz")
    fonts = child(properties, "rFonts")
    return Look(
        bold=switch(properties, "b"),
        hidden=switch(properties, "vanish"),
        size=None if size is None else size / _HALF_POINTS,
        font=None if fonts is None else fonts.get(W + "eastAsia"),
        western_font=None if fonts is None else fonts.get(W + "ascii"),
    )


def paragraph_look(properties: etree._Element | None, run: Look | None = None) -> ParagraphLook:
    """Read `w:pPr`; the look of the paragraph mark is not that of its runs."""
    if properties is None:
        return ParagraphLook(run=run or Look())
    outline = number(properties, "outlineLvl")
    return ParagraphLook(
        outline=outline + 1 if outline is not None and 0 <= outline <= _BODY_OUTLINE else None,
        align=_ALIGNMENTS.get(value(properties, "jc") or ""),
        list_id=number(properties, "numPr", "numId"),
        level=number(properties, "numPr", "ilvl"),
        page_break=switch(properties, "pageBreakBefore"),
        run=run or Look(),
    )


class Styles:
    """The styles part, resolved on demand."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._default: str | None = None
        self._resolved: dict[str, ParagraphLook] = {}
        self._base = run_look(child(root, "docDefaults", "rPrDefault", "rPr"))
        for style in root.iterfind(W + "style") if root is not None else ():
            identity = str(style.get(W + "styleId", ""))
            self._styles[identity] = style
            if style.get(W + "type") == "paragraph" and style.get(W + "default") in {"1", "true", "on"}:
                self._default = identity

    def paragraph(self, identity: str | None) -> ParagraphLook:
        """What a paragraph of a style looks like; without a style, the document's default."""
        found = self._resolve(identity if identity in self._styles else self._default)
        return ParagraphLook(run=self._base) if found is None else found.over(ParagraphLook(run=self._base))

    def character(self, identity: str | None) -> Look:
        """What a character style says."""
        found = self._resolve(identity)
        return Look() if found is None else found.run

    def list_style(self, identity: str | None) -> str | None:
        """The style in the chain of a paragraph style that puts it into a list, for levels tied to a style."""
        chain = self._chain(identity or self._default)
        return next((name for name in chain if child(self._styles[name], "pPr", "numPr", "numId") is not None), None)

    def _resolve(self, identity: str | None) -> ParagraphLook | None:
        if identity is None or identity not in self._styles:
            return None
        if identity not in self._resolved:
            look = ParagraphLook(name=value(self._styles[identity], "name"))
            for name in self._chain(identity):
                style = self._styles[name]
                look = look.over(paragraph_look(child(style, "pPr"), run_look(child(style, "rPr"))))
            self._resolved[identity] = look
        return self._resolved[identity]

    def _chain(self, identity: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while identity in self._styles and identity not in seen:
            yield identity
            seen.add(identity)
            identity = value(self._styles[identity], "basedOn") or ""
