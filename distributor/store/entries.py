"""Marks in writing: one JSON array each, for the journal and for the database alike, so that it is made only once.

In a journal each stands on one line with a checksum, so that a torn or foreign line ends the reading.
"""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from distributor.model.ledger import Mark
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, DeliveryState, Phase, RefusalClass, Reply
from distributor.store.rows import Cell, packed, written

# the cells by name, as they stand in the array
_NAMES: Final = (
    *("worker", "delivery", "run", "fence", "attempt", "state", "at"),
    *("phase", "code", "text", "refusal", "following"),
)
CELLS: Final = {name: place for place, name in enumerate(_NAMES)}
_LENGTH_OF_SUM: Final = 8
_LONGEST_TEXT: Final = 500


def write(mark: Mark, now: datetime | None = None) -> str:
    """Write a mark.

    Args:
        mark: the mark.
        now: its moment when it bears none.
    """
    delivery, reply, following = mark.delivery, mark.reply, mark.next_attempt
    at = mark.at or now
    cells: list[Cell] = [
        mark.worker,
        delivery.id,
        delivery.run_id,
        delivery.fence,
        delivery.attempts,
        mark.state,
        None if at is None else written(at),
        *((None, None, None) if reply is None else (reply.phase, reply.code, shortened(reply.text))),
        mark.refusal,
        None if following is None else written(following),
    ]
    return packed(cells)


def encode(text: str) -> bytes:
    """Make a written mark an entry of a journal.

    Args:
        text: what `write` gave.
    """
    body = text.encode("utf-8", "replace")
    return b"%08x%s\n" % (zlib.crc32(body), body)


def decode(data: bytes) -> Iterator[Mark]:
    """Read entries up to the first one that is not whole.

    Args:
        data: a segment, with or without the zeros behind its entries.
    """
    for line in data.split(b"\n"):
        mark = _mark(line)
        if mark is None:
            return
        yield mark


def shortened(text: str) -> str:
    """Cut the text of a reply to what the ledger keeps, without characters that a database refuses."""
    return text[:_LONGEST_TEXT].replace("\0", "")


def _mark(line: bytes) -> Mark | None:
    body = line[_LENGTH_OF_SUM:]
    try:
        if int(line[:_LENGTH_OF_SUM], 16) != zlib.crc32(body):
            return None
        worker, key, run_id, fence, attempt, state, at, phase, code, text, refusal, following = json.loads(body)
    except ValueError:
        return None
    return Mark(
        delivery=_delivery(key, run_id, fence, attempt),
        state=DeliveryState(state),
        worker=worker,
        reply=None if phase is None else Reply(Phase(phase), code, text),
        refusal=None if refusal is None else RefusalClass(refusal),
        next_attempt=_read(following),
        at=_read(at),
    )


def _delivery(key: str, run_id: str, fence: int, attempts: int) -> Delivery:
    """A delivery of which only what the ledger needs is known."""
    unknown: dict[str, Any] = dict.fromkeys(
        ("address", "organization_name", "list_id", "language", "variant", "message_id", "idempotency_key"), ""
    )
    return Delivery(
        id=key,
        run_id=run_id,
        display_name=None,
        organization=None,
        role=Role.SUBSCRIBER,
        format=MailFormat.TEXT,
        attempts=attempts,
        fence=fence,
        **unknown,
    )


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
