"""Print what a correction changes, word by word."""

from rich.markup import escape

from distributor.cli.output import console, say, words
from distributor.publish import ChangeKind, Correction, ItemChange, ItemDifference, Span, SpanKind, is_changed
from distributor.publish import item_difference as compare

_STYLES = {ChangeKind.ADDED: "green", ChangeKind.CHANGED: "yellow", ChangeKind.REMOVED: "red"}
# how much of a stretch that stayed is shown on either side of a change
_AROUND = 16


def print_correction(correction: Correction) -> None:
    """Print the items that came, changed or went, and what else is different.

    Args:
        correction: what was corrected.
    """
    for change in correction.items:
        _print_change(change)
    if correction.reordered:
        say("cli.correct.reordered")
    if correction.frame:
        say("cli.correct.frame")
    if correction.is_empty:
        say("cli.correct.nothing")


def _print_change(change: ItemChange) -> None:
    item = change.after or change.before
    title = item.content.title if item is not None else ""
    kind = escape(words(f"change.{change.kind.value}"))
    console.print(f"[{_STYLES[change.kind]}]{kind}[/]  {escape(title)}")
    if change.kind is ChangeKind.CHANGED:
        for line in _lines(compare(change)):
            console.print("    " + "".join(_shown(span) for span in line), markup=True)


def _lines(difference: ItemDifference) -> list[tuple[Span, ...]]:
    lines = (difference.section, difference.title, *difference.paragraphs, difference.attribution)
    return [line for line in lines if is_changed(line)]


def _shown(span: Span) -> str:
    if span.kind is SpanKind.SAME:
        return escape(_shortened(span.text))
    # brackets as well as colours: not every terminal has colours, and not everybody sees them
    if span.kind is SpanKind.REMOVED:
        return f"[red]{escape(f'[-{span.text}-]')}[/red]"
    return f"[green]{escape(f'{{+{span.text}+}}')}[/green]"


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _AROUND + 1 else f"{text[:_AROUND]}…{text[-_AROUND:]}"
