"""From nodes to sections and items, with everything that was taken off on the way."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from distributor.model.bulletin import Attribution, Item, Noise, Section
from distributor.parse.attribution import read_attribution, read_signature
from distributor.parse.chars import ends_sentence
from distributor.parse.kinds import ATTRIBUTION, NOTE, SECTION, TITLE
from distributor.parse.nodes import Node, heading_text, running_text

MARKER = "marker"
_INLINE = re.compile(r"(?P<raw>[（(【\[][^（）()【】\[\]]*(?:[（(][^（）()]*[）)][^（）()【】\[\]]*)*[）)】\]])\s*$")
_INLINE_BARE = re.compile(
    r"(?<=[。！？”])\s*(?P<raw>(?:来源|信息来源|稿源|供稿|供稿单位|作者|摘自)\s*[:：][^。，；]{2,40}|——\s*摘自[^。]{2,40})$"
)


@dataclass(slots=True)
class _Draft:
    """An item that is still growing."""

    title: str
    line: int
    confidence: float
    paragraphs: list[str] = field(default_factory=list)
    attribution: Attribution | None = None

    def done(self) -> Item:
        if self.attribution is None:
            self._take_inline()
        return Item(self.title, tuple(self.paragraphs), self.attribution, self.line, self.confidence)

    def _take_inline(self) -> None:
        """An attribution printed at the end of the last paragraph is taken out of it."""
        if not self.paragraphs:
            return
        text = self.paragraphs[-1]
        match = _INLINE.search(text) or _INLINE_BARE.search(text)
        if match and match.start() > 0 and ends_sentence(text[: match.start()].rstrip()):
            self.attribution = read_attribution(match["raw"])
            if self.attribution:
                self.paragraphs[-1] = text[: match.start()].rstrip()


@dataclass(frozen=True, slots=True)
class Body:
    """What the rows of the body became."""

    sections: tuple[Section, ...]
    preamble: tuple[str, ...]
    noise: tuple[Noise, ...]


def assemble(nodes: Sequence[Node]) -> Body:
    """Build sections and items from nodes in order.

    Args:
        nodes: as the structure finder cut them; paragraphs before the first heading are the preamble.
    """
    sections: list[tuple[str | None, int, list[_Draft]]] = []
    preamble: list[str] = []
    noise: list[Noise] = []
    sure = 1.0  # of the heading right above
    for node in nodes:
        if node.kind is SECTION:
            sections.append((_heading(node, noise), node.line, []))
            sure = min(sure, node.confidence)
        elif node.kind is TITLE:
            if not sections:
                sections.append((None, node.line, []))
            # the first item answers for the heading of its section
            sections[-1][2].append(_Draft(_heading(node, noise), node.line, min(sure, node.confidence)))
            sure = 1.0
        elif node.kind is NOTE:
            preamble.append(running_text(node.facts))
        else:
            _add(sections[-1][2][-1], node)
    done = tuple(Section(title, tuple(draft.done() for draft in items), line) for title, line, items in sections)
    return Body(done, tuple(preamble), tuple(noise))


def _heading(node: Node, noise: list[Noise]) -> str:
    text, removed = heading_text(node.facts)
    if removed:
        noise.append(Noise(removed, MARKER, node.line))
    return text


def _add(item: _Draft, node: Node) -> None:
    text = running_text(node.facts)
    if node.kind is ATTRIBUTION:
        found = read_attribution(text) or read_signature(text)
        if found and item.attribution is None:
            item.attribution = found
            return
    item.paragraphs.append(text)
