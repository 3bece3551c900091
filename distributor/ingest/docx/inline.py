"""The content of one paragraph: runs of text with their look, line and page breaks, text boxes anchored in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from distributor.ingest.docx.names import DRAWING, MATH, MC, VML, W, child, value
from distributor.ingest.docx.styles import Look, Styles, run_look
from distributor.ingest.symbols import fold_symbols
from distributor.model.lines import Align, Style
from distributor.text import has_han

# deleted or moved away, instructions of fields, reading aids of ruby, properties
_LEFT_OUT: Final = frozenset(
    W + name for name in ("delText", "instrText", "delInstrText", "pPr", "rPr", "sdtPr", "sdtEndPr", "rt", "rubyPr")
)
_DELETED: Final = frozenset({W + "del", W + "moveFrom"})
_ADDED: Final = frozenset({W + "ins", W + "moveTo"})
_TEXT: Final = frozenset({W + "t", MATH + "t"})
_TAB: Final = frozenset({W + "tab", W + "ptab"})


@dataclass(slots=True)
class Remarks:
    """What was left out or accepted on the way."""

    deletions: int = 0
    insertions: int = 0
    hidden: int = 0


@dataclass(slots=True)
class Content:
    """What a paragraph holds, printed line by printed line.

    Args:
        lines: stretches of text with their look; a soft break starts a further line.
        boxes: text boxes anchored in the paragraph, in order.
        titles: words drawn as a picture (WordArt), in order.
        notes: ids of the footnotes and endnotes it refers to.
        pages: for each line, page starts before it (explicit breaks, and those Word remembers).
    """

    lines: list[list[tuple[str, Look]]] = field(default_factory=lambda: [[]])
    boxes: list[etree._Element] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    pages: list[int] = field(default_factory=lambda: [0])

    def write(self, text: str, look: Look) -> None:
        """Add text to the current line."""
        self.lines[-1].append((text, look))

    def break_line(self) -> None:
        """Start a further line of the same paragraph."""
        self.lines.append([])
        self.pages.append(0)

    def break_page(self, *, remembered: bool) -> None:
        """Start a page; a break Word remembers right after an explicit one is the same break."""
        if any(text.strip() for text, _ in self.lines[-1]):
            self.break_line()
        if not (remembered and self.pages[-1]):
            self.pages[-1] += 1


class InlineReader:
    """Walks the runs of paragraphs; deletions, hidden text and field instructions stay out and are counted."""

    def __init__(self, styles: Styles, remarks: Remarks) -> None:
        self._styles = styles
        self._remarks = remarks
        self._handlers: dict[str, Callable[[etree._Element, Content, Look], None]] = {
            W + "r": self._run,
            W + "br": self._break,
            W + "cr": lambda _, content, __: content.break_line(),
            W + "lastRenderedPageBreak": lambda _, content, __: content.break_page(remembered=True),
            W + "noBreakHyphen": lambda _, content, look: content.write("-", look),
            W + "sym": _symbol,
            W + "txbxContent": lambda element, content, _: content.boxes.append(element),
            VML + "textpath": _drawn_words,
            W + "footnoteReference": _note,
            W + "endnoteReference": _note,
            MC + "AlternateContent": lambda element, content, look: self.read(choose(element), content, look),
        }

    def read(self, element: etree._Element | None, content: Content, look: Look) -> None:
        """Add what an element holds to the content.

        Args:
            element: a paragraph or anything inside it.
            content: grows.
            look: look of the paragraph's runs unless they say otherwise.
        """
        for part in element if element is not None else ():
            self._one(part, content, look)

    def _one(self, part: etree._Element, content: Content, look: Look) -> None:
        tag = part.tag
        if tag in _TEXT:
            content.write(part.text or "", look)
        elif tag in _TAB:
            content.write("\t", look)
        elif tag in _DELETED:
            self._remarks.deletions += 1
        elif tag in self._handlers:
            self._handlers[tag](part, content, look)
        elif tag not in _LEFT_OUT:
            self._remarks.insertions += tag in _ADDED
            self.read(part, content, look)

    def _run(self, run: etree._Element, content: Content, look: Look) -> None:
        properties = child(run, "rPr")
        styled = self._styles.character(value(properties, "rStyle")).toggled(look)
        own = run_look(properties).over(styled)
        if own.hidden:
            self._remarks.hidden += sum(len(text.text or "") for text in run.iter(W + "t"))
        else:
            self.read(run, content, own)

    @staticmethod
    def _break(element: etree._Element, content: Content, _: Look) -> None:
        kind = element.get(W + "type")
        if kind == "page":
            content.break_page(remembered=False)
        else:
            content.break_line()


def choose(alternatives: etree._Element) -> etree._Element | None:
    """Take one branch of `mc:AlternateContent`: the first choice that holds words, else the fallback."""
    for choice in alternatives.iterfind(MC + "Choice"):
        if next(choice.iter(W + "t", VML + "textpath", DRAWING + "t"), None) is not None:
            return choice
    fallback = alternatives.find(MC + "Fallback")
    return alternatives.find(MC + "Choice") if fallback is None else fallback


def _symbol(element: etree._Element, content: Content, look: Look) -> None:
    code = element.get(W + "char") or ""
    try:
        content.write(fold_symbols(chr(int(code, 16))), look)
    except (ValueError, OverflowError):
        return


def _drawn_words(element: etree._Element, content: Content, _: Look) -> None:
    words = element.get("string") or ""
    if words.strip():
        content.titles.append(words)


def _note(element: etree._Element, content: Content, _: Look) -> None:
    kind = "footnotes" if element.tag == W + "footnoteReference" else "endnotes"
    identity = element.get(W + "id") or ""
    content.notes.append((kind, identity))


def line_style(pieces: list[tuple[str, Look]], base: Style) -> Style:
    """The look of most characters of a line, with the paragraph's own properties."""
    weights: dict[Look, int] = {}
    for text, look in pieces:
        weights[look] = weights.get(look, 0) + len(text.replace(" ", "").replace("\u3000", ""))
    if not weights:
        return base
    bold = sum(weight for look, weight in weights.items() if look.bold)
    main = max(weights, key=lambda look: weights[look])
    chinese = has_han("".join(text for text, _ in pieces))
    return Style(
        size=main.size,
        bold=bold * 2 > sum(weights.values()),
        font=(main.font or main.western_font) if chinese else (main.western_font or main.font),
        name=base.name,
        outline=base.outline,
        align=base.align,
    )


def paragraph_style(name: str | None, outline: int | None, align: Align | None, look: Look) -> Style:
    """The style of a paragraph without characters of its own."""
    return Style(look.size, look.bold, look.font or look.western_font, name, outline, align)
