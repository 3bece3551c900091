"""A small IMAP server on loopback: one folder, what a client of ours says to it (RFC 3501), and no more."""

import re
import socketserver
import threading
from types import TracebackType
from typing import Self


class ImapServer:
    """The server; it serves in threads.

    Args:
        mails: the mails in its folder.
        password: the password it takes.
        knows_id: offer ID (RFC 2971).
    """

    def __init__(self, mails: list[bytes], *, password: str = "secret", knows_id: bool = True) -> None:  # noqa: S107  of the tests alone
        self.mails = dict(enumerate(mails, start=11))
        self.seen: set[int] = set()
        self.password = password
        self.knows_id = knows_id
        self.commands: list[str] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.serve(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Serve."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self, talk: socketserver.StreamRequestHandler) -> None:
        """Hold one conversation."""
        talk.wfile.write(b"* OK scripted\r\n")
        while line := talk.rfile.readline():
            tag, _, rest = line.decode("ascii", "replace").rstrip("\r\n").partition(" ")
            self.commands.append(rest)
            answer, status = self._answer(rest)
            talk.wfile.write(answer + f"{tag} {status}\r\n".encode())
            if rest.upper().startswith("LOGOUT"):
                return

    def _answer(self, said: str) -> tuple[bytes, str]:
        verb = said.partition(" ")[0].upper()
        if verb == "CAPABILITY":
            return (b"* CAPABILITY IMAP4REV1" + (b" ID" if self.knows_id else b"") + b"\r\n"), "OK done"
        if verb == "LOGIN":
            good = self.password in said
            return b"", "OK in" if good else "NO [AUTHENTICATIONFAILED] Unsafe Login"
        if verb == "SELECT":
            return (b"* %d EXISTS\r\n" % len(self.mails)), "OK done" if '"INBOX"' in said else "NO no such folder"
        if verb == "UID":
            return self._uid(said)
        return b"", "OK done"

    def _uid(self, said: str) -> tuple[bytes, str]:
        verb, _, rest = said[4:].partition(" ")
        if verb == "SEARCH":
            unseen = " ".join(str(number) for number in sorted(set(self.mails) - self.seen))
            return f"* SEARCH {unseen}\r\n".encode(), "OK done"
        numbers = [int(number) for number in re.match(r"[\d,]+", rest).group().split(",")]  # type: ignore[union-attr]  # a test's own client
        if verb == "STORE":
            self.seen |= set(numbers)
            return b"", "OK done"
        data = self.mails[numbers[0]]
        head = f"* 1 FETCH (UID {numbers[0]} BODY[]<0> {{{len(data)}}}\r\n".encode()
        return head + data + b")\r\n", "OK done"
