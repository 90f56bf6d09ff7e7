"""Server-sent events as vLLM writes them: `data: {…}` lines, an empty line between, `data: [DONE]` last."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .errors import BadOutput

DONE = b"[DONE]"


def events(body: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON object of each event, however the bytes were cut. Ends at `[DONE]` or at the end."""
    rest = b""
    for piece in body:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if not line.startswith(b"data:"):
                continue  # empty lines and keep-alive comments
            data = line[5:].strip()
            if data != DONE:
                yield _object(data)


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadOutput("The engine sent an event that is no JSON object.")
    return found
