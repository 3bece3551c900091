"""What a password must be, and how it is hashed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor import access
from distributor.access import hashing
from distributor.errors import Refused

GOOD = ("correct horse battery", "春眠不觉晓处处", "xR7-pelikan.9", "bcdfg-23456-hjkmn-pqrst", "我们今晚去看电影吧")
REFUSED = {
    "short": "password-short",
    "elevenchars": "password-short",
    "五个汉字短": "password-short",
    "x" * 129: "password-long",
    "password2024": "password-common",
    "Password!!!2024": "password-common",
    "123456789012": "password-common",
    "98765432109876": "password-common",
    "abcdefghijklmn": "password-common",
    "aaaaaaaaaaaaaa": "password-common",
    "ababababababab": "password-common",
    "woaini5201314": "password-common",
    "zhang-wei-01": "password-name",
    "Zhang-Wei-2024": "password-name",
    "管理员密码123": "password-common",
}


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_or_a_phrase_is_taken(password: str) -> None:
    access.require_strong(password, "li")
    assert access.is_password(password, access.hash_password(password))


@pytest.mark.parametrize("password", REFUSED)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refused:
        access.require_strong(password, "zhang-wei")
    assert refused.value.code == REFUSED[password]


def test_a_name_within_a_long_phrase_does_no_harm() -> None:
    access.require_strong("li crosses the river at dawn", "li")


def test_made_passwords_are_strong_and_never_the_same() -> None:
    made = {access.new_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        access.require_strong(password, "li")


def test_a_hash_does_not_tell_the_password_and_has_a_salt() -> None:
    one, other = access.hash_password("correct horse"), access.hash_password("correct horse")
    assert one != other
    assert one.startswith("$argon2id$")
    assert "correct" not in one
    assert access.is_password("correct horse", one)
    assert not access.is_password("correct hors", one)


def test_an_input_method_of_another_width_types_the_same_password() -> None:
    assert access.is_password("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ", access.hash_password("correct horse"))


def test_an_account_that_is_not_there_costs_the_same_comparison_and_never_opens() -> None:
    stand_in = hashing._nobodys()
    assert stand_in.split("$")[:4] == access.hash_password("correct horse").split("$")[:4]
    assert not access.is_password("no account has this password", None)


def test_a_hash_that_is_none_opens_nothing() -> None:
    assert not access.is_password("anything at all", "not a hash")


def test_a_hash_of_other_parameters_is_to_be_renewed() -> None:
    assert not access.needs_new_hash(access.hash_password("correct horse"))
    assert access.needs_new_hash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$Y2FsY3VsYXRlZA")


@given(st.text(max_size=140), st.text(min_size=1, max_size=20))
def test_the_policy_always_answers(password: str, name: str) -> None:
    code = "none"
    try:
        access.require_strong(password, name)
    except Refused as refused:
        code = refused.code
    assert code in {"none", *REFUSED.values()}
