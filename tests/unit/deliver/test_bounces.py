import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver.bounces import read_report
from distributor.deliver.report_parts import decode_field
from distributor.model.report import ReportKind

FOLDER = Path(__file__).parents[2] / "golden" / "bounces"
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8"))
KEYS = ("an older key", "a key for tests")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_report_is_read_as_a_person_would(name: str) -> None:
    report = read_report((FOLDER / f"{name}.eml").read_bytes(), KEYS)
    first = report.undelivered[0] if report.undelivered else None
    found = {
        "kind": report.kind.value,
        "refusal": None if first is None else first.refusal.value,
        "status": None if first is None else first.status,
        "addresses": None if first is None else list(first.addresses),
        "verified": report.trace.verified,
        "envelope_ids": list(report.trace.envelope_ids),
        "message_ids": list(report.trace.message_ids),
        "keys": list(report.trace.keys),
        "token": report.token,
    }
    usual: dict[str, object] = {"verified": None, "envelope_ids": [], "message_ids": [], "keys": [], "token": ""}
    if "refusal" not in EXPECTED[name]:
        found = {key: value for key, value in found.items() if key not in {"refusal", "status", "addresses"}}
    assert found == {**usual, **EXPECTED[name]}


def test_every_sample_has_its_expectation() -> None:
    assert {file.stem for file in FOLDER.glob("*.eml")} == set(EXPECTED)


def test_a_success_names_whom_it_reached_and_nothing_failed() -> None:
    report = read_report((FOLDER / "delivered-report.eml").read_bytes(), KEYS)
    assert report.kind is ReportKind.SUCCESS


def test_the_envelope_recipient_is_believed_like_a_header() -> None:
    sealed = read_report((FOLDER / "verp-address.eml").read_bytes(), KEYS).trace.verified
    address = next(
        line.split(": ")[1] for line in (FOLDER / "verp-address.eml").read_text().splitlines() if "Delivered" in line
    )
    plain = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@x.example\r\nSubject: Undelivered\r\n\r\n550 no such user\r\n"
    assert sealed is not None
    assert read_report(plain, KEYS, recipient=address).trace.verified == sealed
    assert read_report(plain, ["another key"], recipient=address).trace.verified is None


def test_the_idempotency_header_may_have_another_name() -> None:
    data = (FOLDER / "postfix-user-unknown.eml").read_bytes().replace(b"X-Idempotency-Key", b"X-Our-Key")
    assert len(read_report(data, KEYS, header="X-Our-Key").trace.keys) == 1
    assert read_report(data, KEYS).trace.keys == ()


def test_status_and_words_are_shown_once() -> None:
    unknown = read_report((FOLDER / "postfix-user-unknown.eml").read_bytes(), KEYS).undelivered[0]
    spam = read_report((FOLDER / "policy-spam-163.eml").read_bytes(), KEYS).undelivered[0]
    assert unknown.said.startswith("550 5.1.1 <bgt@kjt-gd.example>: Recipient address rejected: User unknown")
    assert spam.said.startswith("5.0.0 554 DT:SPM")


@pytest.mark.parametrize(
    "body",
    [
        "a" * 60_000,
        "\n" * 60_000,
        "<style" * 10_000,
        "<style></style>" * 4_000,
        "<" * 60_000,
        "(#5." * 15_000,
        "a@" + "a" * 60_000,
        "550 " * 15_000,
        "> " * 30_000,
        "delivery to " * 5_000,
    ],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_no_text_keeps_the_reading_busy(body: str, kind: str) -> None:
    head = f"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failure notice\nContent-Type: text/{kind}\n\n"
    report = read_report(f"{head}{body}\n".encode(), KEYS)
    assert report.kind is ReportKind.FAILURE


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("Reporting-MTA: dns; x.example", ReportKind.OTHER),
        ("Final-Recipient: rfc822; a@x.example\nAction: strange\nStatus: 5.1.1", ReportKind.FAILURE),
        ("Final-Recipient: rfc822; a@x.example\nStatus: 4.4.1", ReportKind.DELAY),
        ("Final-Recipient: rfc822; a@x.example\nAction: strange\nStatus: none", ReportKind.OTHER),
    ],
)
def test_a_report_without_a_known_action_goes_by_its_status(fields: str, kind: ReportKind) -> None:
    head = 'Content-Type: multipart/report; boundary="q"\n\n--q\nContent-Type: message/delivery-status\n\n'
    assert read_report(f"{head}{fields}\n\n--q--\n".encode(), KEYS).kind is kind


@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "strange"])
def test_a_part_that_is_coded_badly_is_read_as_far_as_it_goes(coding: str) -> None:
    head = (
        'Content-Type: multipart/report; boundary="q"\n\n--q\n'
        f"Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: {coding}\n\n"
    )
    fields = "=ZZ\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
    assert isinstance(read_report(f"{head}{fields}\n--q--\n".encode(), KEYS).kind, ReportKind)


def test_encoded_words_that_are_none_are_shown_as_they_are() -> None:
    assert decode_field("=?utf-8?b?a?=") == "=?utf-8?b?a?="
    assert decode_field("=?x-strange?b?5pel?= 1") == "日 1"


@given(st.binary(max_size=4_000))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    assert isinstance(read_report(data, KEYS).kind, ReportKind)


@given(st.sampled_from(sorted(EXPECTED)), st.data())
def test_no_damage_to_a_report_breaks_the_reading(name: str, data: st.DataObject) -> None:
    whole = bytearray((FOLDER / f"{name}.eml").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
        if not whole:
            break
    report = read_report(bytes(whole), KEYS)
    assert all(one.diagnostic.isprintable() and len(one.diagnostic) <= 600 for one in report.undelivered)


@given(st.text(max_size=200))
def test_no_field_breaks_the_decoding(value: str) -> None:
    assert decode_field(value).isprintable()


def test_a_mail_within_mails_without_end_is_no_report() -> None:
    data = b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"Subject: x\r\n\r\nx"
    assert read_report(data, KEYS).kind is ReportKind.OTHER
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000))
    assert read_report(deep, KEYS).kind is ReportKind.OTHER


def test_a_report_of_many_megabytes_is_read_at_its_beginning() -> None:
    data = (FOLDER / "mailbox-full.eml").read_bytes()
    head, mark, rest = data.partition(b"--b1--")
    assert read_report(head + b"x" * 20_000_000 + mark + rest, KEYS).kind is ReportKind.FAILURE


def test_a_thousand_recipients_are_read_in_their_order() -> None:
    fields = "".join(f"Final-Recipient: rfc822; r{n}@x.example\nAction: failed\nStatus: 5.1.1\n\n" for n in range(1000))
    head = 'Content-Type: multipart/report; boundary="q"\n\n--q\nContent-Type: message/delivery-status\n\n'
    report = read_report(f"{head}{fields}--q--\n".encode(), KEYS)
    assert report.kind is ReportKind.FAILURE
    assert report.undelivered[0].addresses == ("r0@x.example",)
    assert len(report.undelivered) <= 200
