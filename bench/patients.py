"""Patients and a doctor who use the house over HTTP and websockets, and note when what came."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import websockets

from .house import AGENT, House, Person

# Ordinary words: none rings a red flag, which would silence the agent and shorten the turn.
WORDS = (
    "It burns a little when I pass water.",
    "About three weeks, maybe longer.",
    "I get up two or three times a night.",
    "No fever, no chills.",
    "I take a tablet for blood pressure, nothing else.",
    "It is more on the left side, and worse in the evening.",
    "I am not allergic to anything that I know of.",
    "My stream is weaker than it used to be, and I have to wait for it.",
)
MESSAGES_A_CONSULT = 6
TURN_PATIENCE = 60.0


class Http:
    """One kept connection, as little client as possible: the load shares the machine with what it measures."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.head = (
            f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        )
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON of a 200 or 201; anything else is an error of the bench."""
        if self.streams is None or self.streams[0].at_eof():  # idle for five seconds, it was closed
            self.close()
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        content = json.dumps(body).encode()
        told = f"POST /api/v1/{path} HTTP/1.1\r\n{self.head}Content-Length: {len(content)}\r\n\r\n"
        writer.write(told.encode() + content)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
        answer = await reader.readexactly(int(length.partition(":")[2]))
        if " 20" not in head.partition("\r\n")[0]:
            raise RuntimeError(f"{path}: {head.partition(chr(13))[0]} {answer.decode()[:300]}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()


@dataclass
class Told:
    """One message and what came of it; instants of `time.monotonic()`."""

    person: str
    text: str
    sent: float
    committed: float = 0.0
    words: float = 0.0
    ended: float = 0.0


@dataclass
class Patient:
    """One patient at one screen: a consult, its socket, and the messages so far."""

    house: House
    person: Person
    random: random.Random
    told: list[Told] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.http = Http(self.house.port, self.person.token)
        self.screen: contextlib.AsyncExitStack = contextlib.AsyncExitStack()
        self.written = MESSAGES_A_CONSULT
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.screen.aclose()
        self.http.close()

    async def open(self) -> None:
        """A new consult and its socket."""
        await self.screen.aclose()
        opened = await self.http.post("consults/", {"agent": AGENT, "language": "en"})
        self.consult: str = opened["id"]
        address = f"ws://127.0.0.1:{self.house.port}/ws/consults/{self.consult}/?after=0"
        self.socket = await self.screen.enter_async_context(
            websockets.connect(
                address,
                additional_headers={"Authorization": f"Bearer {self.person.token}"},
                proxy=None,
                compression=None,
            )
        )
        self.written = 0

    async def write(self) -> Told:
        """Send the next message; returns when it is committed."""
        if self.written >= MESSAGES_A_CONSULT:
            await self.open()
        # Each message has words of its own, so that a call of the model tells whose turn it belongs to.
        name = "".join(self.random.choices("bdfgklmnprstvz", k=8)).capitalize()
        text = f"{WORDS[self.written % len(WORDS)]} Thanks, {name}."
        self.written += 1
        one = Told(self.person.username, text, time.monotonic())
        answer = await self.http.post(
            f"consults/{self.consult}/messages/", {"client_key": uuid4().hex, "text": text}
        )
        one.committed = time.monotonic()
        self.seq = answer["seq"]
        self.told.append(one)
        return one

    async def turn(self) -> Told:
        """Send a message and read until the agent's answer is whole."""
        one = await self.write()
        async with asyncio.timeout(TURN_PATIENCE):
            while True:
                event = json.loads(await self.socket.recv())
                now = time.monotonic()
                if event["kind"] == "delta" and event["text"] and not one.words:
                    one.words = now
                if event["kind"] == "end" and (event["reply_to"] or 0) >= self.seq:
                    one.words, one.ended = one.words or now, now
                    if event["author"] != "agent":
                        raise RuntimeError(f"A turn failed: {event['code']} {event['text']}")
                    return one


async def converse(
    house: House, patients: int, seconds: float, *, think: tuple[float, float] | None = None, seed: int = 1
) -> tuple[list[Told], float]:
    """So many patients at once, each writing again after its answer and `think` seconds; the turns, and the time taken.

    A first turn of each, before the clock starts, opens consults and warms what is warmed once.
    """
    chance = random.Random(seed)
    started: asyncio.Event = asyncio.Event()
    ready: list[int] = []
    until = 0.0

    async def one(number: int) -> list[Told]:
        nonlocal until
        async with Patient(house, house.patients[number], random.Random(chance.random())) as patient:
            await patient.turn()
            ready.append(number)
            await started.wait()
            if think:
                await asyncio.sleep(patient.random.uniform(0, think[1]))
            patient.told.clear()
            while time.monotonic() < until:
                await patient.turn()
                if think:
                    await asyncio.sleep(patient.random.uniform(*think))
            return patient.told

    tasks = [asyncio.create_task(one(number)) for number in range(patients)]
    while len(ready) < patients and not any(task.done() for task in tasks):
        await asyncio.sleep(0.05)
    began = time.monotonic()
    until = began + seconds
    started.set()
    done = await asyncio.gather(*tasks)
    return [told for each in done for told in each], time.monotonic() - began
