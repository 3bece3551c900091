"""Mails of the house to itself: what the secretariat has to be told, and what somebody tries out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice says; all but PREVIEW are the names of its templates."""

    UNSUBSCRIBE_RECEIVED = "unsubscribe-received"
    BOUNCE_REPORT = "bounce-report"
    RUN_REPORT = "run-report"
    RUN_PAUSED = "run-paused"
    RUN_REFUSED = "run-refused"
    RUN_OVERDUE = "run-overdue"
    TEST = "test"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail that is owed.

    Args:
        id: minted with it; its Message-ID is made of it, the same on every attempt.
        kind: what it says.
        object_id: what it is about: a ticket, a run (with a number for an alarm), or its own id; one of each kind.
        address: where to.
        created: when it became due to be said.
        details: what else there is to know, plain values.
        attempts: how often it was tried.
    """

    id: str
    kind: NoticeKind
    object_id: str
    address: str
    created: datetime
    details: Mapping[str, object] = field(default_factory=dict)
    attempts: int = 0
