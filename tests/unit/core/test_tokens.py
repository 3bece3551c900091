"""Keys and signed tokens."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from distributor import tokens
from distributor.errors import Refused


def test_keys_spell_no_words_and_do_not_repeat() -> None:
    keys = {tokens.new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert not set("".join(keys)) & set("aeiou0l1")


def test_ids_are_long_enough_to_be_unguessable() -> None:
    assert len(tokens.new_id()) == 26


@given(st.lists(st.text(max_size=40), max_size=4))
def test_what_is_signed_can_be_read(values: list[str]) -> None:
    token = tokens.sign("unsubscribe", values, ["key"])
    assert tokens.verify("unsubscribe", token, ["key"]) == tuple(values)
    assert token.isascii()
    assert not set(token) & set("/+=?&# ")


def test_a_token_of_one_purpose_is_worthless_for_another() -> None:
    token = tokens.sign("unsubscribe", ["a@b.example", "bao"], ["key"])
    with pytest.raises(Refused, match="token-invalid"):
        tokens.verify("preferences", token, ["key"])


def test_tokens_survive_the_rotation_of_keys() -> None:
    token = tokens.sign("unsubscribe", ["a@b.example"], ["old"])
    assert tokens.verify("unsubscribe", token, ["old", "new"]) == ("a@b.example",)
    assert tokens.sign("unsubscribe", ["a@b.example"], ["old", "new"]) == tokens.sign(
        "unsubscribe", ["a@b.example"], ["new"]
    )


@given(st.text(max_size=80))
def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(Refused, match="token-invalid"):
        tokens.verify("unsubscribe", forged, ["key"])


@given(st.lists(st.text(max_size=40), max_size=4) | st.just(["x" * 300]))
def test_tokens_are_those_of_itsdangerous(values: list[str]) -> None:
    salted = URLSafeSerializer(["key"], salt="distributor.unsubscribe", signer_kwargs={"digest_method": hashlib.sha256})
    assert tuple(salted.loads(tokens.sign("unsubscribe", values, ["key"]))) == tuple(values)
    assert tokens.verify("unsubscribe", salted.dumps(values), ["key"]) == tuple(values)
