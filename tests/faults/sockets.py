"""Many listeners on websockets that come back after each loss with `?after=`: what each of them heard, in order."""

import asyncio
import contextlib
import itertools
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from .history import History
from .house import House


@dataclass
class Listener:
    """One socket on a consult's log. `heard` are the durable events' numbers over all its connections."""

    consult: str
    token: str
    heard: list[int] = field(default_factory=list)
    connections: int = 0
    is_open: bool = False


class Audience(threading.Thread):
    """All listeners, on an event loop of their own."""

    def __init__(self, house: House, consults: dict[str, tuple[str, str]], count: int) -> None:
        super().__init__(name="audience", daemon=True)
        self.house = house
        each = itertools.cycle((consult, token) for consult, (_, token) in consults.items())
        self.listeners = [Listener(*next(each)) for _ in range(count)]
        self.ending = threading.Event()

    def __enter__(self) -> "Audience":
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.ending.set()
        self.join(30)

    @property
    def open(self) -> int:
        return sum(listener.is_open for listener in self.listeners)

    @property
    def came_back(self) -> int:
        return sum(listener.is_open and listener.connections > 1 for listener in self.listeners)

    def missed(self, history: History) -> list[str]:
        """What listeners did not hear exactly once and in order."""
        found = []
        for number, listener in enumerate(self.listeners):
            seen = history.consults[listener.consult]
            if listener.heard != list(range(1, seen.last_seq + 1)):
                found.append(f"listener {number} heard {listener.heard} of {seen.last_seq}")
        return found

    def run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        listening = [asyncio.create_task(self._listen(listener)) for listener in self.listeners]
        while not self.ending.is_set():
            await asyncio.sleep(0.1)
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)

    async def _listen(self, listener: Listener) -> None:
        root = self.house.base_url.replace("http", "ws", 1)
        while True:
            after = listener.heard[-1] if listener.heard else 0
            address = f"{root}/ws/consults/{listener.consult}/?after={after}"
            headers = {"Authorization": f"Bearer {listener.token}"}
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    address, additional_headers=headers, proxy=None, open_timeout=20
                ) as socket:
                    listener.connections += 1
                    listener.is_open = True
                    async for words in socket:
                        event = json.loads(words)
                        if "seq" in event:
                            listener.heard.append(event["seq"])
            listener.is_open = False
            await asyncio.sleep(0.3)
