"""What commands print: words in the operator's language, tables on standard output, refusals on standard error."""

import os
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
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


def fail(sentence: str, code: int) -> int:
    """Print one sentence on standard error and give the exit code."""
    print(" ".join(sentence.split()), file=sys.stderr)
    return code


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table.

    Args:
        columns: message ids of the headings.
        rows: cells, made to text.
        title: heading of the table.
    """
    shown = Table(title=title, title_justify="left", header_style="bold", show_edge=False)
    for column in columns:
        shown.add_column(words(column), overflow="fold")
    for row in rows:
        shown.add_row(*(_cell(cell) for cell in row))
    console.print(shown)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("[", r"\[")
