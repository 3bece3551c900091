"""The numbers of a run."""

from distributor.model.run import DeliveryState, RunCounts


def test_a_run_is_finished_when_every_delivery_is_final() -> None:
    counts = RunCounts(3, {DeliveryState.SENT: 2, DeliveryState.FAILED: 1})
    assert counts.is_finished
    assert not RunCounts(3, {DeliveryState.SENT: 2, DeliveryState.IN_DOUBT: 1}).is_finished


def test_the_states_add_up_to_the_total() -> None:
    assert RunCounts(3, {DeliveryState.SENT: 2, DeliveryState.PENDING: 1}).is_balanced
    assert not RunCounts(3, {DeliveryState.SENT: 2}).is_balanced


def test_states_can_be_counted_together() -> None:
    counts = RunCounts(3, {DeliveryState.SENT: 2, DeliveryState.PENDING: 1})
    assert counts.of(DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.FAILED) == 3
