"""What commands print: words in the operator's language, tables on standard output, refusals on standard error."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from distributor.i18n import negotiate, translate

console = Console(highlight=False, soft_wrap=True)


def language() -> str:
    """The language of the command line: the setting's variable, Chinese by default."""
    return negotiate(os.environ.get("DISTRIBUTOR_LANGUAGE"))


def words(message_id: str, /, **parameters: object) -> str:
    """Give the sentence for a message id in the language of the command line."""
    return translate(message_id, language(), **parameters)


def say(message_id: str, /, **parameters: object) -> None:
    """Print a sentence on standard output."""
    console.print(words(message_id, **parameters), markup=False)


def note(message_id: str, /, **parameters: object) -> None:
    """Print a sentence on standard error: what is worth knowing and no part of the answer."""
    print(words(message_id, **parameters), file=sys.stderr)


def fail(sentence: str, code: int) -> int:
    """Print one sentence on standard error and give the exit code."""
    print(" ".join(sentence.split()), file=sys.stderr)
    return code


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table, or that there is nothing yet.

    Args:
        columns: message ids of the headings.
        rows: cells, made to text.
        title: heading of the table.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    if not cells:
        say("cli.table.none" if title is None else "cli.table.none-of", title=title)
        return
    shown = Table(title=title, title_justify="left", header_style="bold", show_edge=False)
    for column in columns:
        shown.add_column(words(column), overflow="fold")
    for row in cells:
        shown.add_row(*row)
    console.print(shown)


@contextmanager
def counting(message_id: str, /) -> Iterator[Callable[[int, int], None]]:
    """Show how far a long work has come, on a terminal alone; gives what is to be told of it: done, and of how many.

    Args:
        message_id: names the work.
    """
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        bar = shown.add_task(words(message_id), total=None)
        yield lambda done, total: shown.update(bar, completed=done, total=total)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("[", r"\[")
