"""Findings of a bulletin that a person edited: what the edit settled goes, what it brought comes."""

from collections.abc import Sequence
from typing import Final

from distributor.model.bulletin import Item, Masthead
from distributor.model.finding import Finding
from distributor.parse.findings import item_findings
from distributor.parse.wording import doubled_words

# what can be asked anew of the items alone; the rest speaks of the file
_OF_ITEMS: Final = frozenset(
    {
        "unclear-structure",
        "item-without-body",
        "missing-attribution",
        "long-title",
        "suspicious-title",
        "attribution-mismatch",
        "duplicate-item",
        "doubled-words",
    }
)


def findings_after_edit(
    before: Sequence[Finding], masthead: Masthead, items: Sequence[Item], *, typed: bool
) -> tuple[Finding, ...]:
    """Give the findings of a bulletin as it stands after an edit.

    Args:
        before: its findings so far.
        masthead: its masthead now.
        items: all its items now, in order.
        typed: a person has typed the masthead, so that what stands in it is no guess any more.
    """
    settled = {"title-missing", "title-taken", "date-missing", "date-taken"} if typed else set()
    if masthead.issue:
        settled.add("number-missing")
    kept = [finding for finding in before if finding.code not in _OF_ITEMS | settled]
    found = (*kept, *item_findings(items), *doubled_words(items))
    return tuple(sorted(found, key=lambda finding: finding.line or 0))
