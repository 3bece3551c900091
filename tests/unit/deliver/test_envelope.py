import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver.envelope import on_the_wire

LINES = st.lists(st.binary(max_size=12).map(lambda line: re.sub(rb"[\r\n]", b".", line)), max_size=12)
# what one server or another takes for the end of a message
ENDS = re.compile(rb"(?:\r\n|\r|\n)\.(?:\r\n|\r|\n)")


def unstuffed(wire: bytes) -> bytes:
    return b"".join(line.removeprefix(b".") for line in re.findall(rb".*?\r\n", wire, re.DOTALL))


@given(LINES)
def test_the_receiver_gets_the_message_back(lines: list[bytes]) -> None:
    message = b"".join(line + b"\r\n" for line in lines)
    wire = on_the_wire(message)
    assert wire is not None
    assert unstuffed(wire) == (message or b"\r\n")
    assert re.search(rb"(?:\A|\r\n)\.\r\n", wire) is None


@given(st.text(alphabet="a.\r\n", max_size=12).map(str.encode))
def test_nothing_that_looks_like_an_end_reaches_the_wire(message: bytes) -> None:
    wire = on_the_wire(message)
    assert wire is None or ENDS.search(b"\r\n" + wire) is None
    assert wire is None or wire.endswith(b"\r\n")


@pytest.mark.parametrize("message", [b"a\n.\r\n", b"a\r.\r\n", b"a.\nb\r\n", b"a.\rb\r\n", b".\n", b"\n."])
@pytest.mark.parametrize("others", [b"", b"x.y\r\n" * 600], ids=["few dots", "many dots"])
def test_a_dot_beside_a_bare_line_end_is_refused(message: bytes, others: bytes) -> None:
    assert on_the_wire(others + message) is None


def test_a_message_of_many_dots_is_stuffed_like_one_of_few() -> None:
    line = b".a.b\r\n"
    assert on_the_wire(line * 1000) == (b"." + line) * 1000
    assert on_the_wire(line * 3) == (b"." + line) * 3
