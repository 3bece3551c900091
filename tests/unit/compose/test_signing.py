"""What is signed is the same whether a message was made for many readers or is read as it stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.compose import (
    DkimAlgorithm,
    Prepared,
    Unsigned,
    begin_signing,
    check_message,
    new_key,
    prepare,
    sign,
)
from distributor.errors import DistributorError
from distributor.model.message import Attachment, Variant
from distributor.model.recipient import MailFormat
from tests.support.messages import dkim_results, make_frame, make_personal, make_variant, seed_record

RSA = new_key("xiefa.example", "r2026")
ED25519 = new_key("xiefa.example", "e2026", DkimAlgorithm.ED25519)
FILE = b"%PDF-1.7 of the bulletin"


def with_file(variant: Variant) -> Variant:
    return replace(variant, attachment=Attachment("简报.pdf", "application/pdf", len(FILE), "0" * 64))


HTML = make_variant(seed_record())
TEXT = make_variant(seed_record(), mail_format=MailFormat.TEXT)
FRAME = make_frame()
PREPARED = {
    "html": prepare(HTML, FRAME),
    "text": prepare(TEXT, FRAME),
    "html with a file": prepare(with_file(HTML), FRAME, FILE),
    "text with a file": prepare(with_file(TEXT), FRAME, FILE),
    "a header of ours that is signed": prepare(HTML, make_frame(idempotency_header="Content-Transfer-Encoding")),
}


@pytest.mark.parametrize("kind", PREPARED)
@given(
    name=st.none() | st.text(max_size=120),
    greeting=st.text(max_size=150),
    local=st.from_regex(r"[a-z0-9+._-]{1,60}", fullmatch=True),
    token=st.from_regex(r"[A-Za-z0-9._-]{1,300}", fullmatch=True),
    later=st.integers(0, 10**7),
)
@settings(max_examples=40)
def test_the_shared_form_covers_what_the_finished_message_says(
    kind: str, name: str | None, greeting: str, local: str, token: str, later: int
) -> None:
    personal = make_personal(
        address=f"{local}@most.example",
        display_name=name,
        greeting=greeting,
        unsubscribe_url=f"https://bulletin.xiefa.example/unsubscribe/{token}",
        message_id=f"<{local.strip('.')}x@xiefa.example>",
        idempotency_key=token,
        sent=datetime(2026, 1, 6, tzinfo=UTC) + timedelta(seconds=later),
    )
    try:
        unsigned = PREPARED[kind].write(personal)
    except DistributorError:
        return
    message = unsigned.message
    check_message(message)
    read = Unsigned.read(message)
    assert (unsigned.names, unsigned.fields) == (read.names, read.fields)
    assert b"".join(unsigned.covered) == b"".join(read.covered)


@pytest.mark.parametrize("kind", PREPARED)
def test_both_ways_give_the_same_signature(kind: str) -> None:
    personal = make_personal()
    prepared: Prepared = PREPARED[kind]
    signing = begin_signing(prepared.write(personal), [RSA, ED25519], personal.sent)
    signed = signing.finish(signing.values())
    assert signed == sign(prepared.build(personal), [RSA, ED25519], personal.sent)
    assert dkim_results(signed, RSA, ED25519) == [True, True]


def test_only_rsa_is_slow() -> None:
    unsigned = PREPARED["text"].write(make_personal())
    assert [begin_signing(unsigned, keys).is_slow for keys in ([], [ED25519], [RSA], [ED25519, RSA])] == [
        False,
        False,
        True,
        True,
    ]


def test_without_keys_a_message_stays_as_it_is() -> None:
    message = PREPARED["text"].build(make_personal())
    assert sign(message, []) == message


def test_the_size_is_known_before_the_first_message() -> None:
    for prepared in PREPARED.values():
        assert abs(prepared.size - len(prepared.build(make_personal()))) < 1000
