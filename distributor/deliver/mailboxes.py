"""Mailboxes in which reports arrive: a Maildir, an mbox file, a folder of an IMAP server; read in threads."""

import base64
import imaplib
import mailbox
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.canonical import digest_bytes
from distributor.settings import Security

# of what is longer the beginning says enough
_MOST_BYTES: Final = 2 * 1024 * 1024
_TIMEOUT_SECONDS: Final = 60
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class BoxedMail:
    """One mail of a mailbox.

    Args:
        key: names it until it is settled.
        data: its bytes, or the beginning of a long one.
    """

    key: str
    data: bytes


class ReportBox(Protocol):
    """A mailbox in which reports arrive."""

    @property
    def name(self) -> str:
        """How it is called in messages."""

    def fetch(self, limit: int) -> list[BoxedMail]:
        """Give the oldest mails that are not settled.

        Args:
            limit: how many at most.

        Raises:
            RelayTrouble: `report-box` when it cannot be read.
        """

    def settle(self, keys: Sequence[str]) -> None:
        """Let mails that were taken not come again.

        Args:
            keys: of `fetch`.

        Raises:
            RelayTrouble: `report-box`.
        """


@dataclass(frozen=True, slots=True)
class MaildirBox:
    """A Maildir; what was taken moves from `new` to `cur` and is marked as seen.

    Args:
        folder: the folder that holds `new` and `cur`.
    """

    folder: Path

    @property
    def name(self) -> str:
        """Its folder."""
        return str(self.folder)

    def fetch(self, limit: int) -> list[BoxedMail]:
        """Give what stands in `new`; see ReportBox."""
        with _troubles(self.name):
            files = sorted(entry for entry in (self.folder / "new").iterdir() if entry.is_file())
            return [BoxedMail(file.name, _beginning(file)) for file in files[:limit]]

    def settle(self, keys: Sequence[str]) -> None:
        """Move it to `cur`; see ReportBox."""
        with _troubles(self.name):
            (self.folder / "cur").mkdir(exist_ok=True)
            for key in keys:
                # another worker may have moved it already
                with suppress(FileNotFoundError):
                    (self.folder / "new" / key).replace(self.folder / "cur" / f"{key.split(':')[0]}:2,S")


@dataclass(frozen=True, slots=True)
class MboxBox:
    """An mbox file, locked while it is read; what was taken is removed.

    Args:
        file: the file.
    """

    file: Path

    @property
    def name(self) -> str:
        """Its file."""
        return str(self.file)

    def fetch(self, limit: int) -> list[BoxedMail]:
        """Give its first mails; see ReportBox."""
        with self._opened() as box:
            mails = (box.get_bytes(key)[:_MOST_BYTES] for key in box.keys()[:limit])
            return [BoxedMail(digest_bytes(data), data) for data in mails]

    def settle(self, keys: Sequence[str]) -> None:
        """Remove them; see ReportBox."""
        with self._opened() as box:
            for key in list(box.iterkeys()):
                if digest_bytes(box.get_bytes(key)[:_MOST_BYTES]) in keys:
                    box.remove(key)
            box.flush()

    @contextmanager
    def _opened(self) -> Iterator[mailbox.mbox]:
        with _troubles(self.name):
            box = mailbox.mbox(self.file, create=False)
            box.lock()
            try:
                yield box
            finally:
                box.unlock()
                box.close()


@dataclass(frozen=True, slots=True)
class ImapBox:
    """A folder of an IMAP server (RFC 3501); what was taken is marked as seen, nothing is deleted.

    Args:
        host: name of the server.
        port: its port.
        security: how the conversation is protected.
        username: user name.
        password: password or 授权码.
        folder: name of the folder.
        trust: PEM file of the authority that signed its certificate, beside those of the system.
    """

    host: str
    port: int = 993
    security: Security = Security.TLS
    username: str = ""
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    trust: Path | None = None

    @property
    def name(self) -> str:
        """Its server and folder."""
        return f"{self.host}/{self.folder}"

    def fetch(self, limit: int) -> list[BoxedMail]:
        """Give unseen mails without marking them; see ReportBox."""
        with self._selected() as server:
            _, found = server.uid("SEARCH", "UNSEEN")
            ids = [number.decode("ascii") for number in (found[0] or b"").split()][:limit]
            return [BoxedMail(number, data) for number in ids if (data := _fetched(server, number)) is not None]

    def settle(self, keys: Sequence[str]) -> None:
        """Mark them as seen; see ReportBox."""
        if not keys:
            return
        with self._selected() as server:
            server.uid("STORE", ",".join(keys), "+FLAGS.SILENT", r"(\Seen)")

    @contextmanager
    def _selected(self) -> Iterator[imaplib.IMAP4]:
        with _troubles(self.name):
            server = self._connected()
            try:
                server.login(self.username, self.password)
                # NetEase answers a client that does not introduce itself with "Unsafe Login" (RFC 2971)
                if "ID" in server.capabilities:
                    server.xatom("ID", '("name" "distributor")')
                status, said = server.select(quoted_folder(self.folder))
                if status != "OK":
                    raise RelayTrouble("report-box", box=self.name, problem=_said(said))
                yield server
            finally:
                with suppress(OSError, imaplib.IMAP4.error):
                    server.logout()

    def _connected(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self.trust is not None:
            context.load_verify_locations(cafile=self.trust)
        if self.security is Security.TLS:
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=_TIMEOUT_SECONDS)
        if self.security is Security.NONE and self.host not in _LOOPBACK:
            raise Misconfigured("credentials-without-tls", relay=self.name)
        server = imaplib.IMAP4(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        if self.security is Security.STARTTLS:
            try:
                server.starttls(context)
            except BaseException:
                server.shutdown()
                raise
        return server


def quoted_folder(name: str) -> str:
    """Write the name of a folder as IMAP wants it: quoted, beyond ASCII in its own UTF-7 (RFC 3501 §5.1.3).

    Args:
        name: the name as people see it.
    """
    written = re.sub(r"[^\x20-\x7e]+|&", lambda found: _utf7(found.group()), name)
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    if text == "&":
        return "&-"
    coded = base64.b64encode(text.encode("utf-16-be")).decode("ascii")
    return f"&{coded.rstrip('=').replace('/', ',')}-"


def _fetched(server: imaplib.IMAP4, number: str) -> bytes | None:
    # PEEK leaves it unseen, and only its beginning is sent
    _, parts = server.uid("FETCH", number, f"(BODY.PEEK[]<0.{_MOST_BYTES}>)")
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)


def _beginning(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES)


def _said(parts: Sequence[object]) -> str:
    first = parts[0] if parts else b""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return re.sub(r"\s+", " ", text)[:200]


@contextmanager
def _troubles(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ssl.SSLError, imaplib.IMAP4.error, mailbox.Error) as error:
        problem = error if isinstance(error, OSError) else str(error)[:200]
        raise RelayTrouble("report-box", box=name, problem=problem) from error
