import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.access import matching_step, new_totp_secret, provisioning_uri, totp_code, totp_step

# RFC 6238, appendix B: the secret for SHA-1, and its codes cut to six digits
SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 1, 5, 8, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    assert totp_code(SECRET, totp_step(moment)) == code
    assert matching_step(SECRET, code, moment) == totp_step(moment)


@pytest.mark.parametrize(("seconds", "holds"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(seconds: int, holds: bool) -> None:
    code = totp_code(SECRET, totp_step(NOW + timedelta(seconds=seconds)))
    assert (matching_step(SECRET, code, NOW) is not None) is holds


def test_a_code_is_good_for_once_and_older_ones_for_nothing() -> None:
    step = totp_step(NOW)
    assert matching_step(SECRET, totp_code(SECRET, step), NOW, last=step) is None
    assert matching_step(SECRET, totp_code(SECRET, step - 1), NOW, last=step) is None
    assert matching_step(SECRET, totp_code(SECRET, step + 1), NOW, last=step) == step + 1


@pytest.mark.parametrize("typed", ["{a} {b}", " {a}-{b} ", "{a}{b}\n", "{wide}"])
def test_blanks_and_full_width_digits_are_taken(typed: str) -> None:
    code = totp_code(SECRET, totp_step(NOW))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert matching_step(SECRET, typed.format(a=code[:3], b=code[3:], wide=wide), NOW) == totp_step(NOW)


@given(st.text())
def test_whatever_else_is_typed_is_no_code(typed: str) -> None:
    codes = {totp_code(SECRET, totp_step(NOW) + drift) for drift in (-1, 0, 1)}
    if not any(code in re.sub(r"\D", "", typed) for code in codes):
        assert matching_step(SECRET, typed, NOW) is None
    assert matching_step(SECRET, typed + "\ud800", NOW) is None


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_totp_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(re.fullmatch("[A-Z2-7]{32}", secret) for secret in secrets)


def test_a_telephone_takes_the_address_over() -> None:
    assert provisioning_uri("ABCD", "李", "联盟 简报") == (
        "otpauth://totp/%E8%81%94%E7%9B%9F%20%E7%AE%80%E6%8A%A5%3A%E6%9D%8E"
        "?secret=ABCD&issuer=%E8%81%94%E7%9B%9F%20%E7%AE%80%E6%8A%A5&digits=6&period=30"
    )
