import pytest

from distributor.web.pace import Pace, is_counted


class Clock:
    """Seconds that go on when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def nothing(*_: object) -> None:
    """An application that never answers."""


def scope(client: str | None = "203.0.113.5", path: str = "/search", method: str = "GET") -> dict[str, object]:
    return {
        "type": "http",
        "path": path,
        "method": method,
        "client": None if client is None else (client, 1234),
    }


def test_a_minute_of_requests_may_come_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    pace = Pace(nothing, a_minute=3, clock=clock)
    assert [pace._wait(scope()) for _ in range(4)] == [0, 0, 0, 20]
    clock.now += 5
    assert pace._wait(scope()) == 15
    clock.now += 15
    assert [pace._wait(scope()) for _ in range(2)] == [0, 20]
    clock.now += 3600
    assert [pace._wait(scope()) for _ in range(4)] == [0, 0, 0, 20]


def test_each_network_has_its_own_and_an_ipv6_network_has_one() -> None:
    pace = Pace(nothing, a_minute=1, clock=Clock())
    assert [pace._wait(scope(f"203.0.113.{host}")) for host in range(3)] == [0, 0, 0]
    assert pace._wait(scope("203.0.113.1")) == 60
    assert pace._wait(scope("2001:db8:0:1::5")) == 0
    assert pace._wait(scope("2001:db8:0:1:ffff::9")) == 60
    assert pace._wait(scope("2001:db8:0:2::5")) == 0


def test_who_has_no_address_is_not_counted() -> None:
    pace = Pace(nothing, a_minute=1, clock=Clock())
    assert [pace._wait(scope(None)) for _ in range(3)] == [0, 0, 0]


def test_the_networks_that_are_remembered_have_an_end() -> None:
    pace = Pace(nothing, a_minute=1, clock=Clock())
    for number in range(10_050):
        pace._wait(scope(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"))
    assert len(pace._buckets) == 10_000
    assert pace._wait(scope("10.0.0.0")) == 0


@pytest.mark.parametrize(
    ("path", "method", "counted"),
    [
        *((path, "GET", True) for path in ("/search", "/search.atom.xml", "/search.json")),
        *(
            (path, "GET", False)
            for path in ("/", "/feeds", "/feeds/all.atom.xml", "/feeds/search", "/searches", "/subscribe")
        ),
        *((path, "POST", True) for path in ("/subscribe", "/subscribe/confirm/token", "/preferences/token/leave")),
        *((path, "POST", False) for path in ("/unsubscribe/token", "/desk/login", "/api/v1/bulletins", "/subscribers")),
    ],
)
def test_searching_and_forms_are_counted_and_nothing_else(path: str, method: str, counted: bool) -> None:
    assert is_counted(scope(path=path, method=method)) is counted
    assert is_counted({**scope(path=f"/briefs{path}", method=method), "root_path": "/briefs"}) is counted
    assert not is_counted({**scope(path=path, method=method), "type": "lifespan"})
