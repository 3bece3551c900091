import pytest
from starlette.types import Message, Receive, Scope, Send

from distributor.web.errors import ErrorBoundary
from distributor.web.security import SecurityHeaders

pytestmark = pytest.mark.anyio


async def nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def fails_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("half-way")


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError(scope["type"])


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def sent_by(app: object, scope: Scope) -> list[Message]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, nothing, send)  # type: ignore[operator]
    return messages


async def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    with pytest.raises(RuntimeError, match="half-way"):
        await sent_by(ErrorBoundary(fails_late), {"type": "http", "path": "/"})


async def test_what_is_no_request_fails_as_it_did() -> None:
    with pytest.raises(RuntimeError, match="lifespan"):
        await sent_by(ErrorBoundary(fails), {"type": "lifespan"})


async def test_a_header_that_a_page_set_itself_stays() -> None:
    start, body = await sent_by(SecurityHeaders(answers, https=True), {"type": "http", "scheme": "http"})
    headers = dict(start["headers"])
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"strict-transport-security" not in headers
    assert body["body"] == b"ok"


async def test_what_is_no_request_gets_no_headers() -> None:
    start, _ = await sent_by(SecurityHeaders(answers, https=True), {"type": "websocket", "scheme": "wss"})
    assert start["headers"] == [(b"x-frame-options", b"SAMEORIGIN")]
