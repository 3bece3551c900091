"""Bulletins written down by hand in tests/golden/outlines: what each line prints and, after `=>`, what is meant.

MT title=…;;issue=…;;date=…;;publisher=…   the masthead as it must be read
m TEXT || RIGHT                            a printed line of the masthead, with what stands at its right end
C HEAD | dots                              a contents table made of the titles below; `dots` with page numbers
N TEXT                                     the editor's note
S PRINTED => NAME                          a section heading
T LINE⏎LINE => TITLE                       a title, ⏎ is a manual break
P TEXT                                     a paragraph
A PRINTED | KIND | BODY;BODY | SOURCE      an attribution on a line of its own
I PRINTED | KIND | BODY;BODY | SOURCE      an attribution at the end of the paragraph above
D PRINTED => KIND: NAME;NAME ~QUALIFIER    a line of the distribution
F TEXT || RIGHT                            a line of the imprint
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from distributor.model.bulletin import Attribution, Bulletin, DistributionGroup, Item, Masthead, Section
from tests.support.bulletins import Block

FOLDER = Path(__file__).parents[1] / "golden" / "outlines"


@dataclass(slots=True)
class _Draft:
    """A bulletin that is still being read from its outline."""

    blocks: list[Block] = field(default_factory=list)
    masthead: Masthead = field(default_factory=Masthead)
    sections: list[tuple[str | None, list[Item]]] = field(default_factory=list)
    groups: list[DistributionGroup] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)
    contents: tuple[int, bool] | None = None

    def take(self, mark: str, rest: str) -> None:
        """Take in one line of the outline."""
        printed, _, meant = rest.partition(" => ")
        match mark:
            case "MT":
                self.masthead = Masthead(**dict(pair.strip().split("=", 1) for pair in rest.split(";;")))
            case "m" | "F":
                text, _, right = printed.partition(" || ")
                kind = "imprint" if mark == "F" else "date" if right else "masthead"
                self.blocks.append(Block(kind, (text,), tail=right))
            case "C":
                head, _, mode = rest.partition(" | ")
                self.blocks.append(Block("contents", (head,), spaced=True))
                self.contents = len(self.blocks), mode == "dots"
            case "N":
                self.preamble.append(rest)
                self.blocks.append(Block("note", (rest,), spaced=True))
            case "S":
                self.sections.append((meant or printed, []))
                self.blocks.append(Block("section", (printed,), spaced=True))
            case "T":
                self._title(printed, meant)
            case "P":
                self._change(paragraphs=(*self._item().paragraphs, rest))
                self.blocks.append(Block("text", (rest,)))
            case "A" | "I":
                self._attribution(rest, inline=mark == "I")
            case "D":
                self.groups += map(_group, meant.split(" && "))
                first = self.blocks[-1].kind != "footer"
                self.blocks.append(Block("footer", (printed,), spaced=first))
            case _:
                raise ValueError(mark)

    def _item(self) -> Item:
        return self.sections[-1][1][-1]

    def _change(self, **values: object) -> None:
        item = self.sections[-1][1].pop()
        known = {"title": item.title, "paragraphs": item.paragraphs, "attribution": item.attribution}
        self.sections[-1][1].append(Item(**{**known, **values}))  # type: ignore[arg-type]

    def _title(self, printed: str, meant: str) -> None:
        if not self.sections:
            self.sections.append((None, []))
        self.sections[-1][1].append(Item((meant or printed).replace("⏎", ""), (), None))
        self.blocks.append(Block("title", tuple(printed.split("⏎")), spaced=True))

    def _attribution(self, rest: str, *, inline: bool) -> None:
        raw, kind, bodies, source = [*re.split(r"\s*\|\s*", rest), "", "", ""][:4]
        organizations = tuple(body for body in bodies.split(";") if body)
        self._change(attribution=Attribution(raw, kind, organizations, (), source or None))
        if inline:
            text = self.blocks.pop().lines[0]
            self.blocks.append(Block("text", (text + raw,)))
        else:
            self.blocks.append(Block("attribution", (raw,)))

    def done(self) -> tuple[Bulletin, tuple[Block, ...]]:
        """The truth and the blocks that print it."""
        blocks = list(self.blocks)
        if self.contents:
            place, paged = self.contents
            blocks[place:place] = _entries(self.blocks, paged=paged)
        sections = tuple(Section(title, tuple(items)) for title, items in self.sections)
        return Bulletin(self.masthead, sections, tuple(self.groups), tuple(self.preamble)), tuple(blocks)


def _entries(blocks: list[Block], *, paged: bool) -> list[Block]:
    entries: list[Block] = []
    for number, block in enumerate(blocks):
        if block.kind in ("section", "title"):
            page = f"\0{number // 8 + 1}" if paged and block.kind == "title" else ""
            entries.append(Block("contents", ("".join(block.lines),), tail=page))
    return entries


def _group(text: str) -> DistributionGroup:
    kind, _, names = text.partition(": ")
    names, _, suffix = names.partition(" ~")
    entries = tuple(name.strip() for name in names.split(";") if name.strip())
    return DistributionGroup(kind.strip(), entries, suffix.strip() or None)


def read_outline(path: Path) -> tuple[Bulletin, tuple[Block, ...]]:
    """The truth of an outline and the blocks that print it."""
    draft = _Draft()
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        draft.take(mark, rest)
    return draft.done()
