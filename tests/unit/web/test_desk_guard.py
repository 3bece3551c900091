"""What keeps foreign sites out of the desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import Refused
from distributor.web.desk import guard

PUBLIC = "https://bulletin.xiefa.example"
OWN = guard.own_origins("desk.xiefa.example", PUBLIC)


def test_a_form_token_is_good_for_its_session_alone_and_looks_different_each_time() -> None:
    one, other = guard.make_form_token("secret"), guard.make_form_token("secret")
    assert one != other
    assert guard.is_form_token("secret", one)
    assert guard.is_form_token("secret", other)
    assert not guard.is_form_token("another", one)


@given(st.text(max_size=100))
def test_no_other_text_is_a_form_token(text: str) -> None:
    assert not guard.is_form_token("secret", text)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://desk.xiefa.example"},
        {"origin": "https://desk.xiefa.example", "sec-fetch-site": "same-origin"},
        {"origin": PUBLIC},
        {"origin": "HTTPS://DESK.xiefa.example"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_a_page_of_this_site_may_send_a_form(headers: dict[str, str]) -> None:
    guard.require_same_origin(headers, OWN)
    assert PUBLIC in OWN


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "https://desk.xiefa.example.evil.example"},
        {"origin": "https://desk.xiefa.example:8443"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        {"origin": "https://desk.xiefa.example", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_any_other_page_may_not(headers: dict[str, str]) -> None:
    with pytest.raises(Refused, match="foreign-origin"):
        guard.require_same_origin(headers, OWN)


@pytest.mark.parametrize(
    "wanted",
    [
        "/desk/",
        "/desk/users",
        "/desk/bulletins/b001/plan?lang=en",
        "/desk/audit?page=3&lang=en",
        "/desk/users/%E6%9D%8E",
    ],
)
def test_a_login_leads_to_the_page_that_was_asked_for(wanted: str) -> None:
    assert guard.safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            None,
            "",
            "/",
            "//evil.example",
            "https://evil.example/desk/",
            "/desk",
            "/deskevil",
            "desk/",
            "/desk//evil.example",
        ),
        *(
            "/\\evil.example",
            "/desk/\\evil",
            "/desk/\r\nSet-Cookie: a=b",
            "/desk/\x00",
            "javascript:alert(1)",
            "/desk/ x",
        ),
        *("/desk/../captured", "/desk/李", "/desk/" + "a" * 600),
    ],
)
def test_a_login_leads_nowhere_else(wanted: str | None) -> None:
    assert guard.safe_next(wanted) == "/desk/"


@given(st.text(max_size=80))
def test_where_a_login_leads_is_always_a_path_of_the_desk(wanted: str) -> None:
    assert guard.safe_next(wanted).startswith("/desk/")
    assert guard.safe_next(f"/desk/{wanted}").startswith("/desk/")


@pytest.mark.parametrize(
    ("scheme", "host", "base_url", "secure"),
    [
        ("https", "desk.xiefa.example", PUBLIC, True),
        # a proxy took https off
        ("http", "bulletin.xiefa.example", PUBLIC, True),
        ("http", "bulletin.xiefa.example:8000", PUBLIC, True),
        ("http", None, PUBLIC, True),
        # the demo
        ("http", "127.0.0.1:8000", PUBLIC, False),
        ("http", "localhost:8000", PUBLIC, False),
        ("http", "[::1]:8000", PUBLIC, False),
        ("http", "[::1]", PUBLIC, False),
        ("http", "127.0.0.1.evil.example", PUBLIC, True),
        # a house without https
        ("http", "intranet.example", "http://intranet.example", False),
    ],
)
def test_cookies_are_for_https_alone_where_there_is_https(
    scheme: str, host: str | None, base_url: str, secure: bool
) -> None:
    names = guard.cookie_names(scheme, host, base_url)
    assert names.is_secure is secure
    assert {names.session, names.guest, names.flash} == {
        f"{'__Host-' if secure else ''}desk{end}" for end in ("", "-guest", "-flash")
    }
