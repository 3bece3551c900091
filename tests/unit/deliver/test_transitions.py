from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver import TRANSITIONS, draw, next_state, sources
from distributor.errors import Conflict
from distributor.model.run import FINAL_STATES, DeliveryEvent, DeliveryState

DOCUMENT = Path(__file__).parents[3] / "docs" / "delivery.md"


def test_the_usual_way_leads_from_pending_over_doubt_to_sent() -> None:
    state = DeliveryState.PENDING
    for event in (DeliveryEvent.CLAIM, DeliveryEvent.MARK, DeliveryEvent.ACCEPT):
        state = next_state(state, event)
    assert state is DeliveryState.SENT


@given(st.sampled_from(DeliveryState), st.sampled_from(DeliveryEvent))
def test_an_event_that_the_table_lacks_is_a_conflict_that_names_both(
    state: DeliveryState, event: DeliveryEvent
) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
        return
    with pytest.raises(Conflict) as caught:
        next_state(state, event)
    assert caught.value.code == "delivery-transition"
    assert caught.value.parameters == {"state": state.value, "event": event.value}


def test_nothing_but_a_mark_before_the_dot_leads_into_doubt() -> None:
    assert {event for (_, event), to in TRANSITIONS.items() if to is DeliveryState.IN_DOUBT} == {DeliveryEvent.MARK}


def test_nothing_is_sent_that_was_not_in_doubt_before() -> None:
    assert {state for (state, _), to in TRANSITIONS.items() if to is DeliveryState.SENT} == {DeliveryState.IN_DOUBT}


def test_a_delivery_in_doubt_is_neither_suppressed_nor_cancelled() -> None:
    for event in (DeliveryEvent.SUPPRESS, DeliveryEvent.CANCEL):
        assert DeliveryState.IN_DOUBT not in sources(event)


def test_only_a_bounce_and_a_person_who_sends_again_leave_a_final_state() -> None:
    assert {event for (state, event) in TRANSITIONS if state in FINAL_STATES} == {
        DeliveryEvent.BOUNCE,
        DeliveryEvent.REOPEN,
        DeliveryEvent.RETRY,
        DeliveryEvent.RESEND,
    }


def test_every_state_is_reached_and_every_open_state_can_end() -> None:
    reached = {DeliveryState.PENDING}
    while more := {to for (state, _), to in TRANSITIONS.items() if state in reached} - reached:
        reached |= more
    assert reached == set(DeliveryState)
    ending = set(FINAL_STATES)
    while more := {state for (state, _), to in TRANSITIONS.items() if to in ending} - ending:
        ending |= more
    assert ending == set(DeliveryState)


def test_the_drawing_in_the_documents_is_the_table() -> None:
    assert f"```mermaid\n{draw()}\n```" in DOCUMENT.read_text(encoding="utf-8")
