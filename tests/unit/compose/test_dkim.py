import re
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.compose import DkimAlgorithm, DkimKey, aligned, dns_record, from_pem, new_key, prepare, sign, to_pem
from distributor.errors import Misconfigured, Refused
from distributor.model.message import Sender
from distributor.model.recipient import MailFormat
from tests.support.messages import dkim_results, make_frame, make_personal, make_variant, seed_record

RSA = new_key("xiefa.example", "r2026")
ED25519 = new_key("xiefa.example", "e2026", DkimAlgorithm.ED25519)
MESSAGE = prepare(make_variant(seed_record()), make_frame()).build(make_personal())
NOW = datetime(2026, 1, 6, 0, 30, tzinfo=UTC)
SIGNED = sign(MESSAGE, [RSA, ED25519], NOW)


def listed(signed: bytes) -> list[str]:
    found = re.search(rb"\r\n h=([^;]+);", signed)
    assert found is not None
    return [name.strip() for name in found[1].decode().split(":")]


def test_dkimpy_verifies_both_signatures() -> None:
    assert dkim_results(SIGNED, RSA, ED25519) == [True, True]


def test_signing_leaves_the_message_as_it_is() -> None:
    assert SIGNED.endswith(MESSAGE)
    assert SIGNED.count(b"DKIM-Signature:") == 2


def test_every_header_that_is_trusted_is_signed() -> None:
    names = listed(SIGNED)
    head = MESSAGE.partition(b"\r\n\r\n")[0]
    present = {line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")}
    assert present - set(names) == {"X-Idempotency-Key"}
    assert {"List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"} <= set(names)


def test_from_to_subject_and_date_are_signed_once_more_than_they_stand_there() -> None:
    names = listed(SIGNED)
    assert {name for name in names if names.count(name) == 2} == {"From", "To", "Subject", "Date"}


@pytest.mark.parametrize("added", [b"From: a@victim.example", b"To: x@y.example", b"Subject: x", b"Date: x"])
def test_a_second_header_of_these_breaks_the_signature(added: bytes) -> None:
    assert dkim_results(added + b"\r\n" + SIGNED, RSA, ED25519) == [False, False]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"unsubscribe/WyJhIl0", b"unsubscribe/WyJhIl1"),
        (b"\r\nPrecedence: bulk", b"\r\nPrecedence: junk"),
        (b'charset="utf-8"', b'charset="utf-7"'),
    ],
)
def test_a_changed_header_or_body_breaks_the_signature(old: bytes, new: bytes) -> None:
    changed = SIGNED.replace(old, new)
    assert changed != SIGNED
    assert dkim_results(changed, RSA, ED25519) == [False, False]


def test_added_lines_at_the_end_and_refolded_blanks_do_not_break_it() -> None:
    relayed = SIGNED.replace(b"Precedence: bulk", b"Precedence:   bulk ") + b"\r\n\r\n"
    assert dkim_results(relayed, RSA, ED25519) == [True, True]


def test_signatures_are_relaxed_without_a_length_and_say_when_they_were_made() -> None:
    head = SIGNED.removesuffix(MESSAGE)
    assert head.count(b"c=relaxed/relaxed;") == 2
    assert not re.search(rb"[; ]l=", head)
    assert head.count(b" t=1767659400;") == 2
    assert b"t=" not in sign(MESSAGE, [ED25519]).removesuffix(MESSAGE).replace(b"bh=", b"").partition(b" b=")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))


def test_a_text_message_is_signed_too() -> None:
    message = prepare(make_variant(mail_format=MailFormat.TEXT), make_frame()).build(make_personal())
    signed = sign(message, [RSA])
    assert "Content-Transfer-Encoding" in listed(signed)
    assert dkim_results(signed, RSA) == [True]


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("a b\t\r\n"), max_size=60))
def test_any_body_is_hashed_as_dkimpy_hashes_it(body: str) -> None:
    # what goes through SMTP ends with CRLF
    network = "".join(f"{line}\r\n" for line in re.split(r"\r\n|\r|\n", body)).encode()
    message = b"From: a@xiefa.example\r\nSubject:  a \t b\r\n  c\r\n\r\n" + network
    assert dkim_results(sign(message, [ED25519]), ED25519) == [True]


def test_equal_headers_are_hashed_from_the_lowest_up() -> None:
    message = b"From: a@xiefa.example\r\nList-Help: one\r\nList-Help: two\r\n\r\nx\r\n"
    assert dkim_results(sign(message, [RSA]), RSA) == [True]


def test_what_has_no_end_of_its_header_is_refused() -> None:
    with pytest.raises(Refused):
        sign(b"From: a@xiefa.example\r\n", [RSA])


@pytest.mark.parametrize("key", [RSA, ED25519])
def test_a_key_comes_back_from_its_pem(key: DkimKey) -> None:
    again = from_pem(key.domain, key.selector, to_pem(key))
    assert again.algorithm is key.algorithm
    assert dns_record(again) == dns_record(key)
    assert dkim_results(sign(MESSAGE, [again]), key) == [True]


def test_the_record_names_the_selector_and_is_cut_into_strings() -> None:
    record = dns_record(RSA)
    assert record.name == "r2026._domainkey.xiefa.example"
    assert record.value.startswith("v=DKIM1; k=rsa; p=MIIB")
    strings = re.findall(r'"([^"]*)"', record.zone_line)
    assert len(strings) == 2
    assert "".join(strings) == record.value
    assert max(map(len, strings)) <= 255
    assert record.zone_line.startswith("r2026._domainkey.xiefa.example. IN TXT ( ")
    assert re.fullmatch(r"v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=", dns_record(ED25519).value)


def test_a_key_does_not_show_its_secret() -> None:
    assert repr(RSA) == "DkimKey('xiefa.example', 'r2026', rsa-sha256)"


def pem_of(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_weak_key_is_refused() -> None:
    weak = pem_of(rsa.generate_private_key(65537, 1024))  # noqa: S505  to be refused
    with pytest.raises(Misconfigured) as refusal:
        from_pem("xiefa.example", "old", weak)
    assert refusal.value.code == "dkim-key-weak"
    assert refusal.value.parameters["bits"] == 1024


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        pem_of(ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_what_is_no_usable_key_is_refused(pem: bytes) -> None:
    with pytest.raises(Misconfigured) as refusal:
        from_pem("xiefa.example", "s", pem)
    assert refusal.value.code == "dkim-key-unreadable"


@pytest.mark.parametrize("selector", ["", "a b", "选择", "-a", "a;d=evil.example", "A"])
def test_a_selector_is_a_dns_label(selector: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        new_key("xiefa.example", selector, DkimAlgorithm.ED25519)
    assert refusal.value.code == "dkim-selector-invalid"


def from_domain(address: str) -> bytes:
    """The mail of a list whose sender is another one."""
    frame = make_frame(sender=Sender("名单", address, "secretariat@xiefa.example"))
    return prepare(make_variant(seed_record()), frame).build(make_personal())


@pytest.mark.parametrize(
    ("address", "domains"),
    [
        ("bulletin@xiefa.example", ["xiefa.example", "xiefa.example"]),
        ("bulletin@news.xiefa.example", ["xiefa.example", "xiefa.example"]),
        ("bulletin@Other.example", ["other.example"]),
        ("bulletin@notxiefa.example", ["xiefa.example", "xiefa.example"]),
    ],
)
def test_the_keys_of_the_domain_in_from_sign(address: str, domains: list[str]) -> None:
    other = new_key("Other.example", "o2026", DkimAlgorithm.ED25519)
    signed = sign(from_domain(address), [RSA, ED25519, other], NOW)
    assert re.findall(rb"\bd=([^;]+);", signed.partition(b"\r\nDate:")[0]) == [name.encode() for name in domains]
    assert set(dkim_results(signed, RSA, ED25519, other)) == {True}


def test_a_domain_in_chinese_signs_by_its_a_label() -> None:
    key = new_key("联盟.example", "c2026", DkimAlgorithm.ED25519)
    assert key.domain == "xn--2zyr5r.example"
    assert aligned([RSA, key], "xn--2zyr5r.example") == (key,)
    assert sign(from_domain("a@联盟.example"), [RSA, key]).startswith(b"DKIM-Signature: v=1; a=ed25519-sha256;")


@pytest.mark.parametrize("domain", ["", "a b", "-.example", "a..example", "bulletin@xiefa.example", "联\u202e盟"])
def test_what_is_no_domain_cannot_sign(domain: str) -> None:
    with pytest.raises(Misconfigured, match="dkim-domain-invalid"):
        new_key(domain, "r2026", DkimAlgorithm.ED25519)
