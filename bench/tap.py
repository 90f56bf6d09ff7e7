"""A tap between house and engine: passes every byte on and notes when each call of the model began and gave its words."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CONTENT = re.compile(rb'"content": ?"((?:[^"\\]|\\.)*)"')
_SENTENCE = re.compile(r"[.!?。！？](?=.)|[。！？]", re.DOTALL)


@dataclass
class Call:
    """One call of the model. `words`: the instant at which a first whole sentence, or the whole answer, was there."""

    body: dict[str, Any]
    began: float
    words: float = 0.0
    ended: float = 0.0
    said: str = field(default="", repr=False)

    @property
    def salt(self) -> str:
        return str(self.body["cache_salt"])


class Tap:
    """Listens at one unix socket, forwards to another, and keeps the generation calls it saw."""

    def __init__(self, at: Path, to: Path) -> None:
        self.at, self.to = at, to
        self.calls: list[Call] = []

    async def __aenter__(self) -> Tap:
        self.server = await asyncio.start_unix_server(self._pass_on, str(self.at))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, outer = await asyncio.open_unix_connection(str(self.to))
        except OSError:
            writer.close()
            return
        running: list[Call] = []
        tasks = [
            asyncio.create_task(self._asked(reader, outer, running)),
            asyncio.create_task(self._answered(inner, writer, running)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the bench is over
        finally:
            for task in tasks:
                task.cancel()
            for each in (writer, outer):
                each.close()
            _end(running)

    async def _asked(
        self, reader: asyncio.StreamReader, outer: asyncio.StreamWriter, running: list[Call]
    ) -> None:
        held = b""
        while data := await reader.read(65536):
            now = time.monotonic()
            outer.write(data)
            held += data
            head, mark, body = held.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if mark and len(body) >= (int(length[1]) if length else 0):
                held = b""
                _end(running)
                if b"/v1/chat/completions" in head.partition(b"\r\n")[0]:
                    running.append(Call(json.loads(body), now))
                    self.calls.append(running[-1])

    async def _answered(
        self, inner: asyncio.StreamReader, writer: asyncio.StreamWriter, running: list[Call]
    ) -> None:
        while data := await inner.read(65536):
            now = time.monotonic()
            writer.write(data)
            if running:
                _hear(running[-1], data, now)


def _hear(call: Call, data: bytes, now: float) -> None:
    call.ended = now
    if not call.body.get("stream"):
        call.words = now  # the whole answer counts: the last bytes are when it is there
        return
    call.said += "".join(part.decode("utf-8", "replace") for part in _CONTENT.findall(data))
    if not call.words and (_SENTENCE.search(call.said) or b"[DONE]" in data):
        call.words = now


def _end(running: list[Call]) -> None:
    for call in running:
        call.words = call.words or call.ended
    running.clear()
