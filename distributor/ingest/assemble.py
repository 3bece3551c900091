"""The last step of every reader: radicals folded, unseen characters taken out and counted, lines numbered."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from distributor.errors import FileRefused
from distributor.model.finding import Finding, Level
from distributor.model.lines import Form, Line, PageSize, Source
from distributor.text import UnseenKind, fold_radicals, remove_unseen

# a bulletin of a hundred pages has about 100,000 characters in 3,000 lines
MOST_CHARACTERS: Final = 2_000_000
MOST_LINES: Final = 100_000


class UnseenCount:
    """Counts removed characters by kind, with the first line each kind stood in."""

    def __init__(self) -> None:
        self._seen: dict[UnseenKind, tuple[int, int, set[int]]] = {}

    def add(self, kind: UnseenKind, line: int, count: int) -> None:
        """Count characters of one kind removed from a line (1-based)."""
        first, total, lines = self._seen.get(kind, (line, 0, set()))
        lines.add(line)
        self._seen[kind] = (min(first, line), total + count, lines)

    def findings(self) -> tuple[Finding, ...]:
        """One warning for each kind: how many, in how many lines, first where."""
        return tuple(
            Finding(
                Level.WARNING,
                f"removed-{kind}-characters",
                self._seen[kind][0],
                {"count": str(self._seen[kind][1]), "lines": str(len(self._seen[kind][2]))},
            )
            for kind in UnseenKind
            if kind in self._seen
        )


def assemble(
    form: Form, lines: Iterable[Line], pages: tuple[PageSize, ...] = (), findings: Iterable[Finding] = ()
) -> Source:
    """Make a source of the lines a reader found, in their order.

    Args:
        form: how the lines were had.
        lines: their numbers are given anew, their texts cleaned.
        pages: sizes of the pages.
        findings: what the reader noticed.

    Raises:
        FileRefused: no line holds a visible character, or there is far more text than a bulletin has.
    """
    lines = tuple(lines)
    check_amount(sum(len(line.text) for line in lines), len(lines))
    counter = UnseenCount()
    cleaned = tuple(_clean(line, number, counter) for number, line in enumerate(lines, start=1))
    if not any(line.text.strip() for line in cleaned):
        raise FileRefused("no-text")
    return Source(form=form, lines=cleaned, pages=pages, findings=(*counter.findings(), *findings))


def check_amount(characters: int, lines: int = 0) -> None:
    """Stop reading when a file holds far more text than any bulletin.

    Raises:
        FileRefused: more than `MOST_CHARACTERS` or `MOST_LINES`.
    """
    if characters > MOST_CHARACTERS or lines > MOST_LINES:
        raise FileRefused("too-much-text", most=MOST_CHARACTERS)


def _clean(line: Line, number: int, counter: UnseenCount) -> Line:
    text, removed = remove_unseen(fold_radicals(line.text))
    for unseen in removed:
        counter.add(unseen.kind, number, unseen.count)
    return replace(line, number=number, text=text)
