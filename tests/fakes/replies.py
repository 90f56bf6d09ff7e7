"""The shapes in which vLLM answers over HTTP, written by hand on ASGI so that the fake stays fast."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def body_of(receive: Receive) -> dict[str, Any]:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    found: dict[str, Any] = json.loads(body) if body else {}
    return found


async def say(send: Send, body: bytes, last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not last})


async def answer(send: Send, status: int, content: Any) -> None:
    body = b"" if content is None else json.dumps(content).encode()
    if isinstance(content, str):
        body = content.encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await say(send, body, last=True)


def chunk(asked: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> bytes:
    event = envelope(asked, "chat.completion.chunk", {"delta": delta, "finish_reason": finish})
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def completion(asked: dict[str, Any], text: str, finish: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return envelope(asked, "chat.completion", {"message": message, "finish_reason": finish})


def envelope(asked: dict[str, Any], kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-fake",
        "object": kind,
        "created": int(time.time()),
        "model": asked["model"],
        "choices": [{"index": 0, **choice}],
    }
