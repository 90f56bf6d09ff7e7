"""Bodies that come in chunks and name no length: WSGI reads as much as was named, so they are gathered first."""

from collections.abc import Awaitable, Callable
from typing import Any

from housestaff.access.parsing import MOST_BYTES

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def names_no_length(scope: dict[str, Any]) -> bool:
    """Whether the body of this request has to be gathered."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers and b"content-length" not in headers


async def gathered(scope: dict[str, Any], receive: Receive) -> tuple[dict[str, Any], Receive]:
    """The request with its length and a body that is here already; one byte over the limit is enough to refuse it."""
    body, more = b"", True
    while more and len(body) <= MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    body = body[: MOST_BYTES + 1]
    headers = [pair for pair in scope["headers"] if pair[0] != b"transfer-encoding"]
    scope = {**scope, "headers": [*headers, (b"content-length", str(len(body)).encode())]}
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> dict[str, Any]:
        return waiting.pop() if waiting else await receive()

    return scope, replay
