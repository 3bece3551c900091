"""The work that every peer gets: the two parts of a message, a greeting and a link of its own for each recipient."""

import email
import email.policy
import sys
from dataclasses import dataclass
from pathlib import Path

LINK = "https://bulletin.xiefa.example/u/"
# stands where each message has something of its own
GREETING, TOKEN = "{{greeting}}", "{{token}}"


@dataclass(frozen=True)
class Work:
    """What is to be sent.

    Args:
        port: of the relay on loopback.
        number: of recipients.
        folder: for files.
        subject: of the message.
        text: its text part, with places to fill.
        html: its HTML part, with places to fill.
    """

    port: int
    number: int
    folder: Path
    subject: str
    text: str
    html: str

    def address(self, place: int) -> str:
        """Give the address of a recipient."""
        return f"r{place}@kjt-gd.example"

    def link(self, place: int) -> str:
        """Give the link to unsubscribe of a recipient, about as long as ours."""
        return f"{LINK}{place:080d}"

    def filled(self, part: str, place: int) -> str:
        """Fill the places of a part for a recipient."""
        return part.replace(GREETING, f"第{place}处").replace(TOKEN, self.link(place))


def read() -> Work:
    """Read the arguments and the message."""
    port, number, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    message = email.message_from_bytes((folder / "message").read_bytes(), policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    head = f"{GREETING}：\n{TOKEN}\n"
    text, html = head + parts["text/plain"], f"<p>{head}</p>{parts['text/html']}"
    return Work(port, number, folder, str(message["subject"]), text, html)
