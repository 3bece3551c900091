"""The cells of one row of a table as text: which of them cannot be used, and why."""

from collections.abc import Collection, Mapping
from typing import Final

from distributor.recipients.importing.columns import Field
from distributor.recipients.rows import MOST_CHARACTERS
from distributor.text import unseen_in

Cells = Mapping[Field, str]
_BREAKS: Final = frozenset("\t\r\n\f")
_FORMULA: Final = frozenset("=+-@＝＋－＠")


class WrongRow(Exception):
    """A row that cannot be taken.

    Args:
        field: the column, None for the whole row.
        message: id of the sentence.
        suggestion: what may have been meant, or empty.
        parameters: values the sentence names.
    """

    def __init__(self, field: Field | None, message: str, suggestion: str = "", **parameters: object) -> None:
        super().__init__(message)
        self.field, self.message, self.suggestion, self.parameters = field, message, suggestion, parameters


def bare(cell: str) -> str:
    """Take away the apostrophe by which an export keeps a spreadsheet from reading a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def require_plain(row: Cells) -> None:
    """Refuse a row with a cell that is damaged, too long or holds what nobody sees.

    Raises:
        WrongRow: `row.damaged`, `row.too-long` or `row.unseen-characters`.
    """
    if _is_plain(row.values()):
        return
    for field, text in row.items():
        _require_plain(field, text)


def _is_plain(texts: Collection[str]) -> bool:
    """Whether no cell of a row can be wrong by its characters or its length; most rows are so."""
    joined = "".join(texts)
    return (
        len(joined) <= MOST_CHARACTERS
        and "\ufffd" not in joined
        and _BREAKS.isdisjoint(joined)
        and not unseen_in(joined)
    )


def _require_plain(field: Field, text: str) -> None:
    if "\ufffd" in text:
        raise WrongRow(field, "row.damaged")
    if field is Field.ADDRESS:
        # a cell may hold several addresses, on several lines; each is cleaned and checked by itself
        return
    if len(text) > MOST_CHARACTERS and field is not Field.GROUPS:
        raise WrongRow(field, "row.too-long", limit=MOST_CHARACTERS)
    if unseen_in(text) or (field is not Field.GROUPS and not _BREAKS.isdisjoint(text)):
        raise WrongRow(field, "row.unseen-characters")
