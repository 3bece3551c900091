"""Damaged files for fuzz tests: a good file with bytes changed, cut, doubled or put in."""

import os
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st

FULL = os.environ.get("DISTRIBUTOR_TEST_FUZZ") == "full"

Wound = tuple[float, str, bytes]

wounds = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from(["change", "cut", "double", "insert", "end"]),
        st.binary(min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=6,
)


def examples(few: int, many: int) -> settings:
    """Settings of a fuzz test: a few examples in the suite, many in the full fuzz set."""
    return settings(max_examples=many if FULL else few, deadline=None)


def damage(data: bytes, wounds: list[Wound]) -> bytes:
    """Wound a file; each wound is a place (0 to 1), what happens there, and some bytes."""
    for place, kind, junk in wounds:
        data = _WOUNDS[kind](data, round(place * len(data)), junk)
    return data


_WOUNDS: dict[str, Callable[[bytes, int, bytes], bytes]] = {
    "change": lambda data, at, junk: data[:at] + junk + data[at + len(junk) :],
    "cut": lambda data, at, junk: data[:at] + data[at + 7 * len(junk) :],
    "double": lambda data, at, junk: data[: at + 40 * len(junk)] + data[at:],
    "insert": lambda data, at, junk: data[:at] + junk + data[at:],
    "end": lambda data, at, _: data[: max(at, 1)],
}
