"""What an import changes, worked out part by part, so that two hundred thousand mailboxes fit into little memory."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import recipients
from distributor.model.history import Action, Change, Subject
from distributor.model.recipient import address_key
from distributor.recipients.importing import Draft, ImportOptions, merged_contact
from distributor.store import address_book, suppressions

_CHUNK = 5_000
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import would change.

    Args:
        organizations: bodies and groups that are added or change.
        added: mailboxes that are new.
        changed: mailboxes that change.
        unchanged: mailboxes of the table that are as it says.
        removed: mailboxes that go.
        suppressed: mailboxes of the table that are not written to, and stay so.
        removal: set when so many go that it must be said twice: how many, and how many there are.
        shown: the first changes, for people.
    """

    organizations: tuple[Change, ...] = ()
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    suppressed: int = 0
    removal: tuple[int, int] | None = None
    shown: tuple[Change, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.organizations or self.added or self.changed or self.removed)


async def summarize(
    connection: AsyncConnection,
    draft: Draft,
    options: ImportOptions,
    bodies: Sequence[Change],
    progress: Callable[[str, int], None],
) -> ImportSummary:
    """Compare a table with what is kept; a table with a problem is compared no further.

    Args:
        connection: an open transaction.
        draft: what the table says.
        options: how it is taken.
        bodies: changes of bodies and groups.
        progress: told the step `compare` and how many mailboxes are done.
    """
    if draft.problem_count:
        return ImportSummary()
    counts = dict.fromkeys(Action, 0)
    shown: list[Change] = []
    async for chunk, done in contact_chunks(connection, draft):
        for change in chunk:
            counts[change.action] += 1
        shown += chunk[: MOST_SHOWN - len(shown)]
        progress("compare", done)
    async for chunk in removal_chunks(connection, draft, options):
        counts[Action.REMOVE] += len(chunk)
        shown += chunk[: max(0, MOST_SHOWN - len(shown))]
    kept = (await address_book.totals(connection))[Subject.CONTACT]
    removed = counts[Action.REMOVE]
    return ImportSummary(
        organizations=tuple(bodies),
        added=counts[Action.ADD],
        changed=counts[Action.CHANGE],
        unchanged=len(draft.contacts) - counts[Action.ADD] - counts[Action.CHANGE],
        removed=removed,
        suppressed=await _suppressed(connection, draft),
        removal=(removed, kept) if recipients.is_mass(removed, kept) else None,
        shown=tuple(shown),
    )


async def contact_chunks(connection: AsyncConnection, draft: Draft) -> AsyncIterator[tuple[list[Change], int]]:
    """Give the changes of mailboxes, part by part, and how many mailboxes of the table are done.

    Args:
        connection: an open transaction.
        draft: what the table says.
    """
    keys = list(draft.index)
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        kept = await address_book.find_contacts(connection, part)
        found = (
            recipients.compare_rows(
                Subject.CONTACT,
                key,
                kept.get(key),
                merged_contact(kept.get(key), draft.contacts[draft.index[key]], draft.given),
            )
            for key in part
        )
        yield [change for change in found if change is not None], start + len(part)


async def removal_chunks(
    connection: AsyncConnection, draft: Draft, options: ImportOptions
) -> AsyncIterator[list[Change]]:
    """Give the mailboxes that the table lacks and that therefore go, part by part.

    Args:
        connection: an open transaction.
        draft: what the table says.
        options: how it is taken.
    """
    if not options.replace:
        return
    going = [
        key
        async for organization, address in address_book.contact_keys(connection)
        if (key := f"{organization} {address}") not in draft.index
        and (options.group is None or organization in draft.touched)
    ]
    for start in range(0, len(going), _CHUNK):
        kept = await address_book.find_contacts(connection, going[start : start + _CHUNK])
        yield [Change(Action.REMOVE, Subject.CONTACT, key, contact) for key, contact in kept.items()]


async def _suppressed(connection: AsyncConnection, draft: Draft) -> int:
    stopped = {address_key(one.address) for one in await suppressions.load(connection)}
    return sum(key.partition(" ")[2] in stopped for key in draft.index) if stopped else 0
