"""A small web server on loopback that serves documents as the product promises to: conditional, strong tags."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from distributor.model.document import Document


@dataclass
class FeedServer:
    """Where it listens, and what it answered: (path, status) in order."""

    url: str
    answers: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def serving(documents: Iterable[Document]) -> Iterator[FeedServer]:
    """Serve documents on an ephemeral port of loopback until the block ends."""
    stored = {f"/{document.path}": document for document in documents}
    answers: list[tuple[str, int]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            document = stored.get(unquote(self.path))
            if document is None:
                self._answer(HTTPStatus.NOT_FOUND, None)
            elif self.headers.get("If-None-Match") == document.etag:
                self._answer(HTTPStatus.NOT_MODIFIED, document)
            else:
                self._answer(HTTPStatus.OK, document)

        def _answer(self, status: HTTPStatus, document: Document | None) -> None:
            answers.append((unquote(self.path), int(status)))
            body = document.body if document is not None and status is HTTPStatus.OK else b""
            self.send_response(status)
            if document is not None:
                self.send_header("Content-Type", document.media_type)
                self.send_header("ETag", document.etag)
                self.send_header("Last-Modified", format_datetime(document.last_modified.astimezone(UTC), usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield FeedServer(f"http://127.0.0.1:{server.server_port}", answers)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
