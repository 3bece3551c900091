"""The commands of one transaction, and what makes a message or an address unfit before a word is said."""

import re
from dataclasses import dataclass
from typing import Final

import idna

from distributor.deliver.offers import Offers
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply

_ADDRESS: Final = re.compile(r"[^\s<>\x00-\x1f\x7f@]{1,64}@[^\s<>\x00-\x1f\x7f@]{1,255}")
_PRINTABLE: Final = re.compile(r"[!-~]{1,100}")

_FEW_DOTS: Final = 500
_LINE_ENDS: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one address.

    Args:
        envelope_from: address for reports, empty for none.
        recipient: the address.
        size: length of the message in octets (RFC 1870).
        wire: the message as it goes over the wire, without its final dot.
        envelope_id: name of the delivery in reports, or None.
    """

    envelope_from: str
    recipient: str
    size: int
    wire: bytes
    envelope_id: str | None = None


def unfit(phase: Phase, reason: str, refusal: RefusalClass) -> Outcome:
    """Fail a delivery by our own judgement; the relay was not asked."""
    return Outcome(DeliveryState.FAILED, Reply(phase, 0, reason), refusal)


def on_the_wire(message: bytes) -> bytes | None:
    """Double the dot at the beginning of a line and end the last line (RFC 5321 §4.5.2).

    Args:
        message: lines ended by CRLF.

    Returns:
        None when some dot stands beside a line end and some line end is bare: there some servers see a final dot
        (smuggling). Without such dots a bare line end is harmless and not looked for: in a message in base64 that
        would take longer than everything else here.
    """
    whole = message if message.endswith(b"\r\n") else message + b"\r\n"
    at, dots = whole.find(b"."), 0
    while at > 0 and dots < _FEW_DOTS:
        if whole[at - 1] in _LINE_ENDS or whole[at + 1] in _LINE_ENDS:
            return _with_care(whole)
        at, dots = whole.find(b".", at + 1), dots + 1
    return whole if at < 0 else _with_care(whole)


def _with_care(message: bytes) -> bytes | None:
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:
        return None
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def check_message(letter: Letter, offers: Offers) -> Outcome | None:
    """Find out whether a relay can take a message; None when it can.

    Args:
        letter: the message.
        offers: what the relay offers.
    """
    if offers.size and letter.size > offers.size:
        return unfit(Phase.MAIL, "message-too-big", RefusalClass.MESSAGE)
    if not offers.eight_bit and not letter.wire.isascii():
        return unfit(Phase.MAIL, "relay-without-8bitmime", RefusalClass.MESSAGE)
    return None


def commands(letter: Letter, offers: Offers, *, asks_reports: bool) -> tuple[bytes, bytes] | Outcome:
    """Write MAIL and RCPT, or say why this letter cannot be sent.

    Args:
        letter: message and addresses.
        offers: what the relay offers.
        asks_reports: ask for reports about failures.
    """
    sender, recipient = _ascii_domain(letter.envelope_from), _ascii_domain(letter.recipient)
    if recipient is None or not _ADDRESS.fullmatch(recipient):
        return unfit(Phase.RCPT, "address-malformed", RefusalClass.ADDRESS)
    if sender is None or (sender and not _ADDRESS.fullmatch(sender)):
        return unfit(Phase.MAIL, "sender-malformed", RefusalClass.MESSAGE)
    international = not (sender + recipient).isascii()
    if international and not offers.smtputf8:
        return unfit(Phase.RCPT, "relay-without-smtputf8", RefusalClass.MESSAGE)
    mail, rcpt = [f"MAIL FROM:<{sender}>"], [f"RCPT TO:<{recipient}>"]
    if offers.size is not None:
        mail.append(f"SIZE={letter.size}")
    if offers.eight_bit and not letter.wire.isascii():
        mail.append("BODY=8BITMIME")
    if international:
        mail.append("SMTPUTF8")
    if offers.reports and asks_reports:
        rcpt.append("NOTIFY=FAILURE")
        mail.append("RET=HDRS")
        if letter.envelope_id is not None and _PRINTABLE.fullmatch(letter.envelope_id):
            mail.append(f"ENVID={_xtext(letter.envelope_id)}")
    return f"{' '.join(mail)}\r\n".encode(), f"{' '.join(rcpt)}\r\n".encode()


def _ascii_domain(address: str) -> str | None:
    """Turn the domain into A-labels (RFC 5890); None when it has none."""
    if address.isascii():
        return address
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return None


def _xtext(text: str) -> str:
    """Write a value as RFC 3461 §4 wants it: `+` and `=` as `+HH`."""
    return text.replace("+", "+2B").replace("=", "+3D")
