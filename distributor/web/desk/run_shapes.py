"""Values of the pages of runs as their templates want them; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from distributor.model.ledger import LedgerRow
from distributor.model.progress import LedgerQuery
from distributor.model.run import DeliveryState, RefusalClass, RunCounts, RunStatus
from distributor.usecases.list_runs import RunSummary

_S = DeliveryState
# how a bar is divided, from left to right
_PARTS: Final = (
    ("sent", (_S.SENT,)),
    ("doubt", (_S.IN_DOUBT,)),
    ("failed", (_S.FAILED,)),
    ("left-out", (_S.SUPPRESSED, _S.CANCELLED)),
    ("waiting", (_S.PENDING, _S.CLAIMED, _S.DEFERRED)),
)
_LONGEST_WORD: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar.

    Args:
        name: sent, doubt, failed, left-out or waiting.
        number: how many deliveries.
        begin: where it begins, in percent.
        width: how wide it is, in percent.
    """

    name: str
    number: int
    begin: float
    width: float


Bar = tuple[Part, ...]


def bar_of(counts: RunCounts) -> Bar:
    """Divide a bar by states; parts without a delivery are left out.

    Args:
        counts: deliveries by state.
    """
    parts: list[Part] = []
    begin = 0.0
    for name, states in _PARTS:
        number = counts.of(*states)
        if number:
            width = 100 * number / counts.total
            parts.append(Part(name, number, round(begin, 2), round(width, 2)))
            begin += width
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class RunAct:
    """Something an operator can do to a run now.

    Args:
        name: its name in addresses and sentences.
        is_grave: somebody goes without the mail.
        number: how many deliveries it touches, None when that is no question.
    """

    name: str
    is_grave: bool = False
    number: int | None = None


def acts_of(summary: RunSummary) -> tuple[RunAct, ...]:
    """Give what can be done to a run as it stands.

    Args:
        summary: the run and its numbers.
    """
    counts, status = summary.counts, summary.status
    left = counts.of(_S.PENDING, _S.CLAIMED, _S.DEFERRED)
    acts: list[RunAct] = []
    is_cancelled = summary.run.paused is not None and summary.run.pause_reason == "cancelled"
    if summary.run.paused is not None and not counts.is_finished and not is_cancelled:
        acts.append(RunAct("resume", number=left))
    elif status in {RunStatus.WAITING, RunStatus.SENDING}:
        acts.append(RunAct("pause", number=left))
    if counts.of(_S.FAILED) and not is_cancelled:
        acts.append(RunAct("retry", number=counts.of(_S.FAILED)))
    if counts.of(_S.IN_DOUBT):
        acts.append(RunAct("resolve", number=counts.of(_S.IN_DOUBT)))
    if is_cancelled and counts.of(_S.CANCELLED):
        acts.append(RunAct("reopen", number=counts.of(_S.CANCELLED)))
    elif left and not is_cancelled:
        acts.append(RunAct("cancel", is_grave=True, number=left))
    return tuple(acts)


def query_of(parameters: Mapping[str, str]) -> LedgerQuery:
    """Read from an address which deliveries are looked for; what nobody knows is left out.

    Args:
        parameters: of the address.
    """
    state, refusal = parameters.get("state", ""), parameters.get("reason", "")
    return LedgerQuery(
        state=DeliveryState(state) if state in set(DeliveryState) else None,
        refusal=RefusalClass(refusal) if refusal in set(RefusalClass) else None,
        word=" ".join(parameters.get("word", "").split())[:_LONGEST_WORD],
        organization=parameters.get("body") or None,
    )


def parameters_of(query: LedgerQuery) -> dict[str, str]:
    """Write for an address which deliveries are looked for."""
    written = {
        "state": query.state.value if query.state else "",
        "reason": query.refusal.value if query.refusal else "",
        "word": query.word,
        "body": query.organization or "",
    }
    return {name: value for name, value in written.items() if value}


def may_send_again(row: LedgerRow) -> bool:
    """Tell whether a delivery can be sent once more by hand."""
    return row.delivery.state in {_S.SENT, _S.FAILED}
