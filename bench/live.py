"""From a committed message to its row on the doctor's socket, at ten times the daily mean of 110,000."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time

import websockets

from .figures import Figure, spread
from .house import PATIENTS, House
from .patients import MESSAGES_A_CONSULT, Patient

A_SECOND = 13
AIM_MEDIAN, AIM_P99 = 100.0, 500.0


class Doctor:
    """A doctor's live list: when each row last changed, instant by instant."""

    def __init__(self) -> None:
        self.heard: dict[str, list[float]] = {}

    async def listen(self, house: House) -> None:
        address = f"ws://127.0.0.1:{house.port}/ws/worklist/?after=0"
        told = {"Authorization": f"Bearer {house.doctor.token}"}
        async with websockets.connect(
            address, additional_headers=told, proxy=None, compression=None
        ) as screen:
            async for frame in screen:
                now = time.monotonic()
                self.heard.setdefault(json.loads(frame)["id"], []).append(now)


async def ask(house: House, seconds: float) -> Figure:
    """Messages at a steady rate over many consults, each answered by the agent meanwhile."""
    doctor = Doctor()
    listening = asyncio.create_task(doctor.listen(house))
    chance = random.Random(3)
    async with contextlib.AsyncExitStack() as stack:
        patients = []
        for person in house.patients:
            patient = await stack.enter_async_context(Patient(house, person, chance))
            await patient.turn()
            patient.told.clear()
            patients.append(patient)
        rows = consults_of(house)
        writing = []
        began = time.monotonic()
        for number in range(int(A_SECOND * seconds)):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            patient = patients[number % PATIENTS]
            patient.written = number % MESSAGES_A_CONSULT % 4  # stay in the one consult whose row is known
            writing.append(asyncio.create_task(patient.write()))
        done = [await one for one in writing]
        await asyncio.sleep(2)
        delays = []
        for number, told in enumerate(done):
            heard = doctor.heard[rows[patients[number % PATIENTS].consult]]
            first = next((at for at in heard if at > told.sent), None)
            delays.append(max(0.0, (first - told.committed) * 1000) if first else float("inf"))
    listening.cancel()
    found = spread(delays)
    return Figure(
        "committed → on the doctor's socket",
        f"{A_SECOND} messages a second for {seconds:.0f} s, {PATIENTS} consults; {house.kind} engine",
        f"{found['median']:.0f} ms p50, {found['p99']:.0f} ms p99 ({found['count']:.0f} messages)",
        f"p50 ≤ {AIM_MEDIAN:.0f} ms, p99 ≤ {AIM_P99:.0f} ms",
        found["median"] <= AIM_MEDIAN and found["p99"] <= AIM_P99,
        found,
    )


def consults_of(house: House) -> dict[str, str]:
    """Which row of the worklist stands for which consult."""
    rows: dict[str, str] = {}
    path: str | None = "worklist/?filter=all"
    with house.api(house.doctor) as door:
        while path:
            page = door.get(path).json()
            rows |= {row["consult"]: row["id"] for row in page["results"]}
            path = page["next"]
    return rows
