"""Builders of what messages are made of, and readers of what came out; everything has a default."""

import re
import sys
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from distributor.compose import DkimKey, Fullness, digest_context, dns_record, message_frame, render_digest
from distributor.compose.digest import reduced
from distributor.ingest import read
from distributor.model.message import MessageFrame, Personal, Sender, Variant
from distributor.model.recipient import MailFormat, RecipientList, Role
from distributor.model.record import BulletinRecord
from distributor.model.theme import Theme
from distributor.parse import parse
from tests.support.records import SHANGHAI, make_item_record, make_publication, make_record

SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
SENDER = Sender("联盟协发网秘书处", "bulletin@xiefa.example", "secretariat@xiefa.example")
REPORT = RecipientList("report", "报送名单", ("报",), Role.REPORT)
SEND = RecipientList("send", "分送名单", ("送",), Role.SEND)
SUBSCRIBERS = RecipientList("subscribers", "订阅者", (), Role.SUBSCRIBER, must_receive=False)


def seed_record() -> BulletinRecord:
    """The reference bulletin as it is kept, with a masthead given by hand."""
    bulletin = parse(read(SEED.read_bytes(), SEED.name)).bulletin
    placed = [(section.title, item) for section in bulletin.sections for item in section.items]
    items = tuple(
        make_item_record(position, item, key=f"k{position:09d}", section=section)
        for position, (section, item) in enumerate(placed)
    )
    return make_record(id="b3cd4fgh5j", items=items, distribution=bulletin.distribution)


def make_variant(
    record: BulletinRecord | None = None,
    recipient_list: RecipientList = REPORT,
    *,
    language: str = "zh_CN",
    mail_format: MailFormat = MailFormat.HTML,
    fullness: Fullness = Fullness.FULL,
    theme: Theme | None = None,
) -> Variant:
    """The rendering of a bulletin for a list; the reference bulletin's shape is not needed for most facts."""
    context = digest_context(make_publication(), record or make_record(), recipient_list, theme)
    return render_digest(reduced(context, fullness), language, mail_format)


def make_frame(**overrides: Any) -> MessageFrame:  # noqa: ANN401  a builder passes any field on
    """What the headers of all messages share."""
    frame = message_frame(make_publication(), SENDER, REPORT, "b001")
    fields = {name: getattr(frame, name) for name in MessageFrame.__dataclass_fields__}
    return MessageFrame(**{**fields, **overrides})


def make_personal(**overrides: Any) -> Personal:  # noqa: ANN401  as above
    """What one reader's message carries."""
    fields: dict[str, Any] = {
        "address": "bgt@most.example",
        "display_name": "科学技术部办公厅",
        "greeting": "科学技术部",
        "unsubscribe_url": "https://bulletin.xiefa.example/unsubscribe/WyJhIl0.tok-en_",
        "unsubscribe_mailto": "mailto:secretariat@xiefa.example?subject=unsubscribe%20WyJhIl0.tok-en_",
        "preferences_url": "https://bulletin.xiefa.example/why/WyJhIl0.tok-en_",
        "message_id": "<d4f5g6h7@xiefa.example>",
        "idempotency_key": "d4f5g6h7",
        "sent": datetime(2026, 1, 6, 8, 30, tzinfo=SHANGHAI),
    }
    return Personal(**{**fields, **overrides})


def read_message(message: bytes) -> EmailMessage:
    """Decode a message with the standard library's parser, which records defects."""
    parsed = message_from_bytes(message, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def content(message: EmailMessage, subtype: str) -> str:
    """The decoded text of one part, line ends as line feeds."""
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def links(rendered: str) -> list[str]:
    """Every https and mailto address and bare contact in the order of its first place."""
    found = re.findall(r"(?:https://|mailto:)[^\s\"<>]+|\ufdd0[a-z_]+_url\ufdd1|secretariat@[a-z.]+", rendered)
    return list(dict.fromkeys(link.removeprefix("mailto:") for link in found))


def dkim_results(message: bytes, *keys: DkimKey) -> list[bool]:
    """What dkimpy says about each signature, given the DNS records of the keys."""
    import dkim

    records = {f"{dns_record(key).name}.".encode(): dns_record(key).value.encode() for key in keys}
    if "nacl" not in sys.modules:
        dkim.nacl = _nacl()
    verifier = dkim.DKIM(message)
    count = sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)

    def lookup(name: bytes, timeout: float = 5) -> bytes | None:
        del timeout
        return records.get(name)

    def holds(index: int) -> bool:
        try:
            return bool(verifier.verify(idx=index, dnsfunc=lookup))
        except dkim.DKIMException:
            return False

    return [holds(index) for index in range(count)]


def _nacl() -> SimpleNamespace:
    """What dkimpy asks of PyNaCl for Ed25519, by the library we have."""
    from base64 import b64decode

    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    class VerifyKey:
        def __init__(self, key: bytes, encoder: object) -> None:
            del encoder
            self._key = Ed25519PublicKey.from_public_bytes(b64decode(key))

        def verify(self, digest: bytes, signature: bytes) -> bytes:
            self._key.verify(signature, digest)
            return digest

    return SimpleNamespace(
        signing=SimpleNamespace(VerifyKey=VerifyKey),
        encoding=SimpleNamespace(Base64Encoder=None),
        exceptions=SimpleNamespace(BadSignatureError=InvalidSignature, ValueError=ValueError),
    )
