"""The life of a delivery: which event leads from which state to which; drawn in docs/delivery.md."""

from types import MappingProxyType
from typing import Final

from distributor.errors import Conflict
from distributor.model.run import FINAL_STATES, DeliveryEvent, DeliveryState

_S = DeliveryState
_E = DeliveryEvent

TRANSITIONS: Final = MappingProxyType(
    {
        # a worker takes it under a lease and gives it back untouched, or the lease runs out
        (_S.PENDING, _E.CLAIM): _S.CLAIMED,
        (_S.DEFERRED, _E.CLAIM): _S.CLAIMED,
        (_S.CLAIMED, _E.RELEASE): _S.PENDING,
        (_S.CLAIMED, _E.EXPIRE): _S.PENDING,
        # the durable mark before the final dot, and what the relay answers to the dot
        (_S.CLAIMED, _E.MARK): _S.IN_DOUBT,
        (_S.IN_DOUBT, _E.ACCEPT): _S.SENT,
        (_S.IN_DOUBT, _E.DEFER): _S.DEFERRED,
        (_S.IN_DOUBT, _E.REFUSE): _S.FAILED,
        # what the relay answers before the dot
        (_S.CLAIMED, _E.DEFER): _S.DEFERRED,
        (_S.CLAIMED, _E.REFUSE): _S.FAILED,
        # doubt is resolved by the relay's log, by policy or by a person
        (_S.IN_DOUBT, _E.CONFIRM): _S.SENT,
        (_S.IN_DOUBT, _E.REPEAT): _S.PENDING,
        (_S.IN_DOUBT, _E.GIVE_UP): _S.FAILED,
        (_S.DEFERRED, _E.GIVE_UP): _S.FAILED,
        # what comes back later
        (_S.SENT, _E.BOUNCE): _S.FAILED,
        # the reader or the secretariat
        (_S.PENDING, _E.SUPPRESS): _S.SUPPRESSED,
        (_S.DEFERRED, _E.SUPPRESS): _S.SUPPRESSED,
        (_S.CLAIMED, _E.SUPPRESS): _S.SUPPRESSED,
        (_S.PENDING, _E.CANCEL): _S.CANCELLED,
        (_S.DEFERRED, _E.CANCEL): _S.CANCELLED,
        (_S.CANCELLED, _E.REOPEN): _S.PENDING,
        (_S.FAILED, _E.RETRY): _S.PENDING,
        # somebody says that it is not there, and a person sends it again
        (_S.SENT, _E.RESEND): _S.PENDING,
    },
)


def next_state(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    """Give the state that an event leads to.

    Args:
        state: where the delivery stands.
        event: what happened to it.

    Raises:
        Conflict: `delivery-transition` when the table does not allow the event in this state.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise Conflict("delivery-transition", state=state.value, event=event.value)
    return following


def sources(event: DeliveryEvent) -> frozenset[DeliveryState]:
    """Give the states in which an event is allowed, for the condition of an update."""
    return frozenset(state for state, allowed in TRANSITIONS if allowed is event)


def draw() -> str:
    """Draw the table as a Mermaid state diagram; docs/delivery.md holds exactly this text."""
    names = {state: state.value.replace(" ", "_") for state in DeliveryState}
    arrows = [
        f"    {names[state]} --> {names[following]}: {event.value}" for (state, event), following in TRANSITIONS.items()
    ]
    labels = [f'    state "{state.value}" as {names[state]}' for state in DeliveryState if " " in state.value]
    ends = [f"    {names[state]} --> [*]" for state in DeliveryState if state in FINAL_STATES]
    return "\n".join(["stateDiagram-v2", *labels, f"    [*] --> {names[_S.PENDING]}", *arrows, *ends])
