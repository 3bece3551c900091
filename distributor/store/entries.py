"""Entries of a journal: one line each, with a checksum, so that a torn or foreign line ends the reading."""

import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from distributor.model.ledger import Mark
from distributor.model.recipient import MailFormat, Role
from distributor.model.run import Delivery, DeliveryState, Phase, RefusalClass, Reply
from distributor.store.marks import shortened

_LENGTH_OF_SUM = 8
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(mark: Mark) -> bytes:
    """Write a mark as one entry.

    Args:
        mark: the mark, with its moment.
    """
    delivery, reply = mark.delivery, mark.reply
    values = [
        mark.worker,
        delivery.id,
        delivery.run_id,
        delivery.fence,
        delivery.attempts,
        mark.state.value,
        _written(mark.at),
        None if reply is None else [reply.phase.value, reply.code, shortened(reply.text)],
        None if mark.refusal is None else mark.refusal.value,
        _written(mark.next_attempt),
    ]
    body = _ENCODE(values).encode("utf-8", "replace")
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


def _mark(line: bytes) -> Mark | None:
    body = line[_LENGTH_OF_SUM:]
    try:
        if int(line[:_LENGTH_OF_SUM], 16) != zlib.crc32(body):
            return None
        worker, key, run_id, fence, attempts, state, at, reply, refusal, following = json.loads(body)
    except ValueError:
        return None
    return Mark(
        delivery=_delivery(key, run_id, fence, attempts),
        state=DeliveryState(state),
        worker=worker,
        reply=None if reply is None else Reply(Phase(reply[0]), reply[1], reply[2]),
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


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
