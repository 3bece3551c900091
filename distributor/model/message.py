"""Messages: a rendered variant with its slots, what is personal, and whose name a mail carries."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from distributor.errors import Refused
from distributor.model.canonical import canonical_json, digest_bytes


class Slot(StrEnum):
    """A place in a rendered variant that is filled for each reader; everything else is the same for all."""

    GREETING = "greeting"
    UNSUBSCRIBE_URL = "unsubscribe_url"
    PREFERENCES_URL = "preferences_url"


# noncharacters: cleaning removes them from every text, so that no bulletin can hold a marker
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARKER = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")


def marker(slot: Slot) -> str:
    """Give the text that stands in a rendered variant where the value of a slot will go."""
    return f"{_OPEN}{slot.value}{_CLOSE}"


def split_at_slots(text: str) -> tuple[str | Slot, ...]:
    """Take a rendered text apart into what all readers get and the slots between, in order.

    Raises:
        Refused: `variant-damaged` when a marker names no slot or is incomplete.
    """
    pieces: list[str | Slot] = []
    for position, piece in enumerate(_MARKER.split(text)):
        if position % 2 == 0:
            if _OPEN in piece or _CLOSE in piece:
                raise Refused("variant-damaged")
            pieces.append(piece)
        elif piece in set(Slot):
            pieces.append(Slot(piece))
        else:
            raise Refused("variant-damaged")
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail, by the digest of its bytes.

    Args:
        name: file name without folders.
        media_type: type of the content.
        size: length in bytes.
        sha256: lower-case hex digest, the key of the stored bytes.
    """

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One rendering of a digest: what a sign-off binds, for one list, role, language and format.

    Args:
        subject: subject line, the same for every reader.
        html: HTML with slot markers and inlined styles, or None where text alone was asked for.
        text: plain text with slot markers, lines ended by line feeds.
        attachment: the file that goes with it, or None.
    """

    subject: str
    html: str | None
    text: str
    attachment: Attachment | None = None

    def to_bytes(self) -> bytes:
        """Serialise canonically, to be stored by its digest."""
        fields: dict[str, object] = {"subject": self.subject, "html": self.html, "text": self.text}
        # left out where there is none: renderings that were signed before there were attachments keep their digest
        return canonical_json(fields if self.attachment is None else {**fields, "attachment": self.attachment})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            Refused: `variant-damaged` for anything else.
        """
        try:
            fields = json.loads(data)
            file = fields.get("attachment")
            attachment = None if file is None else Attachment(**file)
            variant = cls(fields["subject"], fields["html"], fields["text"], attachment)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused("variant-damaged") from error
        if variant.to_bytes() != data:
            raise Refused("variant-damaged")
        return variant

    @property
    def hash(self) -> str:
        """Digest of the canonical bytes."""
        return digest_bytes(self.to_bytes())


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose name the mails carry.

    Args:
        name: display name in From.
        address: address in From.
        reply_to: where answers go: the secretariat.
    """

    name: str
    address: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class MessageFrame:
    """What the headers of all messages of one variant share.

    Args:
        sender: From and Reply-To.
        language: BCP 47, the language of the words around the bulletin.
        list_id: RFC 2919 identifier, for example report.xiefa.xiefa.example.
        list_name: name of the list for people.
        archive_url: https address of past bulletins.
        help_uri: https or mailto URI where a reader finds help.
        owner_uri: https or mailto URI of the people who run the list.
        feedback: up to four fields of Feedback-ID, none of which tells the reader; the last names the sender.
        idempotency_header: name of the header some relays de-duplicate by.
    """

    sender: Sender
    language: str
    list_id: str
    list_name: str
    archive_url: str
    help_uri: str
    owner_uri: str
    feedback: tuple[str, ...]
    idempotency_header: str = "X-Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Personal:
    """What differs from reader to reader; nothing else may.

    Args:
        address: the one recipient.
        display_name: name in To, or None.
        greeting: how the reader is addressed, without the mark that follows (科学技术部).
        unsubscribe_url: https address of the page with the button, which also takes the one-click POST (RFC 8058).
        unsubscribe_mailto: mailto URI that does the same by mail.
        preferences_url: https address of the page that says why this reader gets the mail.
        message_id: Message-ID with angle brackets, the same on every attempt.
        idempotency_key: the same on every attempt.
        sent: moment of sending, with its zone.
    """

    address: str
    display_name: str | None
    greeting: str
    unsubscribe_url: str
    unsubscribe_mailto: str
    preferences_url: str
    message_id: str
    idempotency_key: str
    sent: datetime

    def value(self, slot: Slot) -> str:
        """Give what goes into a slot."""
        return {
            Slot.GREETING: self.greeting,
            Slot.UNSUBSCRIBE_URL: self.unsubscribe_url,
            Slot.PREFERENCES_URL: self.preferences_url,
        }[slot]
