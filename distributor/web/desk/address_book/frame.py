"""What the pages of the address book share: their tabs, what is looked for, how an edit is answered."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from fastapi import Response
from starlette.datastructures import QueryParams

from distributor.errors import DistributorError, Refused
from distributor.model.history import RecordedAct
from distributor.model.recipient import MailboxRole, MailFormat, OrganizationKind
from distributor.model.searching import BookQuery, Validity
from distributor.web.desk.failures import failure_status
from distributor.web.desk.pages import show
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Flash

PLACE: Final = "address-book"
# name, path below /desk/
TABS: Final = (
    ("organizations", "organizations"),
    ("contacts", "contacts"),
    ("groups", "groups"),
    ("lists", "lists"),
    ("suppressions", "suppressions"),
    ("import", "import"),
    ("history", "address-book/history"),
)
_LONGEST_WORD: Final = 100
_YES_NO: Final = {"yes": True, "no": False}
Choice = TypeVar("Choice")


def show_tab(
    desk: Desk,
    template: str,
    title: str,
    values: Mapping[str, object],
    *,
    tab: str,
    error: DistributorError | None = None,
) -> Response:
    """Show a page of the address book.

    Args:
        desk: the visit.
        template: name below templates/web/desk/address_book.
        title: what the page is about.
        values: the names the template may use beside those of the frame.
        tab: which of the tabs it belongs to.
        error: why a form was not taken, or None.
    """
    frame = {
        "tabs": [(name, path, desk.say(f"desk.book.{name}")) for name, path in TABS],
        "tab": tab,
        "problem": None if error is None else desk_sentence(error, desk.visit.language),
    }
    status = 200 if error is None else failure_status(error)
    name = f"web/desk/address_book/{template}.html"
    return show(desk, name, title, {**values, **frame}, place=PLACE, status=status)


def read_query(asked: QueryParams) -> BookQuery:
    """Read what is looked for; what makes no sense is not asked for.

    Args:
        asked: parameters of the address.
    """
    return BookQuery(
        word=asked.get("word", "")[:_LONGEST_WORD].strip(),
        kind=_one_of(OrganizationKind, asked.get("kind")),
        group=asked.get("group") or None,
        organization=asked.get("organization") or None,
        mailbox=_one_of(MailboxRole, asked.get("mailbox")),
        format=_one_of(MailFormat, asked.get("format")),
        validity=_one_of(Validity, asked.get("validity")),
        suppressed=_YES_NO.get(asked.get("suppressed", "")),
        has_contact=_YES_NO.get(asked.get("has-contact", "")),
    )


def criteria_of(query: BookQuery) -> dict[str, str]:
    """Write what is looked for as parameters of an address; what is not asked for is left out.

    Args:
        query: what is looked for.
    """
    words = {True: "yes", False: "no"}
    values = {
        "word": query.word,
        "kind": query.kind,
        "group": query.group,
        "organization": query.organization,
        "mailbox": query.mailbox,
        "format": query.format,
        "validity": query.validity,
        "suppressed": None if query.suppressed is None else words[query.suppressed],
        "has-contact": None if query.has_contact is None else words[query.has_contact],
    }
    return {name: str(value) for name, value in values.items() if value}


def said(message_id: str, act: RecordedAct | None, **parameters: str | int) -> Flash:
    """Say what an act did, with a way back; that nothing changed, when it did nothing.

    Args:
        message_id: the sentence.
        act: the act, or None.
        parameters: values of the sentence.
    """
    if act is None:
        return Flash("desk.book.unchanged")
    return Flash(message_id, {"count": act.count, **parameters}, undo=f"address-book/undo/{act.id}")


async def tried(
    work: Awaitable[Choice], refused: Callable[[DistributorError], Awaitable[Response]]
) -> Choice | Response:
    """Do what a form asks; when it is refused, show the form again with the reason.

    Args:
        work: what to do.
        refused: shows the form.
    """
    try:
        return await work
    except Refused as error:
        return await refused(error)


def lines_of(text: str) -> list[str]:
    """Read a field with one value a line, or several with separators as people type them."""
    for separator in "；;、\r":
        text = text.replace(separator, "\n")
    return [line.strip() for line in text.split("\n") if line.strip()]


def _one_of(choices: Callable[[str], Choice], value: str | None) -> Choice | None:
    try:
        return choices(value) if value else None
    except ValueError:
        return None
