"""Turns a second through the platform, against the same prompts, calls and adapters sent straight to vLLM."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from typing import Any

from .figures import Figure
from .house import House
from .patients import converse
from .tap import Call

AIM = 0.9
Exchange = list[dict[str, Any]]


def exchanges(calls: list[Call]) -> list[Exchange]:
    """What the house asked of the engine, turn by turn: reading calls, then the spoken one."""
    by_salt: dict[str, list[Exchange]] = {}
    found: list[Exchange] = []
    for call in calls:
        turn = by_salt.setdefault(call.salt, [[]])
        turn[-1].append(call.body)
        if call.body.get("stream"):
            found.append(turn[-1])
            turn.append([])
    return found


async def ask(house: House, recorded: list[Exchange], patients: int, seconds: float) -> Figure:
    """First through the house, then straight, on the same engine in the same run."""
    told, took = await converse(house, patients, seconds)
    through = len(told) / took
    turns, took = await straight(house, recorded, patients, seconds)
    direct = turns / took
    return Figure(
        "turns a second, against straight to vLLM",
        f"{patients} at once, no pause",
        f"{through:.1f} of {direct:.1f} a second: {through / direct:.2f}",
        f"≥ {AIM}",
        through / direct >= AIM,
        {"through": through, "straight": direct, "ratio": through / direct},
    )


async def straight(house: House, recorded: list[Exchange], clients: int, seconds: float) -> tuple[int, float]:
    """The recorded turns over and over, each client under a salt of its own; turns done and the time taken."""
    began = time.monotonic()
    until = began + seconds

    async def one(number: int) -> int:
        connection = Straight(house)
        done = 0
        while time.monotonic() < until:
            for body in recorded[(number + done) % len(recorded)]:
                asked = copy.copy(body)
                asked["cache_salt"] = f"bench-straight-to-vllm-{number}"
                await connection.post(asked)
            done += 1
        connection.close()
        return done

    counts = await asyncio.gather(*(one(number) for number in range(clients)))
    return sum(counts), time.monotonic() - began


class Straight:
    """One kept connection to the engine itself."""

    def __init__(self, house: House) -> None:
        self.socket = str(house.engine_socket)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: dict[str, Any]) -> None:
        """Ask, and read the answer to its end."""
        if self.streams is None:
            self.streams = await asyncio.open_unix_connection(self.socket)
        reader, writer = self.streams
        content = json.dumps(body, ensure_ascii=False).encode()
        head = "POST /v1/chat/completions HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not told.startswith(b"http/1.1 200"):
            raise RuntimeError(f"The engine refused: {told.decode()[:200]}")
        if b"transfer-encoding: chunked" in told:
            while (size := int(await reader.readline(), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            line = next(part for part in told.split(b"\r\n") if part.startswith(b"content-length:"))
            await reader.readexactly(int(line.partition(b":")[2]))

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
