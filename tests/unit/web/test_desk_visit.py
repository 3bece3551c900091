"""What one page of the desk says to the next, and pages of long lists."""

import pytest
from fastapi import Request

from distributor import tokens
from distributor.errors import Refused
from distributor.web.desk.pages import Paging, page_number
from distributor.web.desk.visit import Flash, desk_of

KEYS = ("a key",)


def request(query: str = "") -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": [], "state": {}})


def test_a_message_is_carried_to_the_next_page() -> None:
    flash = Flash("desk.tickets.closed", {"name": "李明", "count": 3}, undo="tickets/t1/reopen")
    assert Flash.opened(flash.sealed(KEYS), KEYS) == flash
    problem = Flash("desk.send.nobody", is_problem=True)
    assert Flash.opened(problem.sealed(KEYS), KEYS) == problem


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        "anything",
        Flash("desk.tickets.closed").sealed(("another key",)),
        tokens.sign("unsubscribe", ["a", "b"], KEYS),
        tokens.sign("desk-flash", ["only", "two"], KEYS),
    ],
)
def test_nobody_else_can_put_words_into_a_page(cookie: str | None) -> None:
    assert Flash.opened(cookie, KEYS) is None


def test_without_a_gate_nobody_comes_in() -> None:
    with pytest.raises(Refused, match="login-needed"):
        desk_of(request())


@pytest.mark.parametrize(
    ("total", "pages", "more"), [(0, 1, False), (1, 1, False), (20, 1, False), (21, 2, True), (41, 3, True)]
)
def test_a_long_list_has_as_many_pages_as_it_needs(total: int, pages: int, more: bool) -> None:
    paging = Paging(1, 20, total)
    assert (paging.pages, paging.has_more) == (pages, more)


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 1), ("page=3", 3), ("page=0", 1), ("page=-2", 1), ("page=x", 1), ("page=%C2%B2", 1), ("page=" + "9" * 99, 1)],
)
def test_what_is_no_number_of_a_page_is_the_first(query: str, number: int) -> None:
    assert page_number(request(query)) == number
