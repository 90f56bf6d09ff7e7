"""From the patient's click to the emergency card, with the model down: the card is in the answer of the POST itself."""

from __future__ import annotations

import random
import time
from uuid import uuid4

from .figures import Figure, spread
from .house import House
from .patients import Patient

AIM = 100.0
CARDS = 60
WORDS = (
    "I have crushing chest pain and it goes into my left arm.",
    "我胸口压得疼，喘不上气。",
    "I have not been able to pee since last night and my belly is bursting.",
    "My face is drooping and I cannot lift my arm.",
)


async def ask(house: House) -> Figure:
    """One alarm after the other, each in a consult of its own; the engine is killed first."""
    house.kill_engine()
    chance = random.Random(5)
    taken = []
    async with Patient(house, house.patients[0], chance) as patient:
        for number in range(CARDS):
            await patient.open()
            body = {"client_key": uuid4().hex, "text": WORDS[number % len(WORDS)]}
            began = time.monotonic()
            answer = await patient.http.post(f"consults/{patient.consult}/messages/", body)
            taken.append((time.monotonic() - began) * 1000)
            if not answer["card"]:
                raise RuntimeError(f"No card for {body['text']}")
    found = spread(taken)
    return Figure(
        "the emergency card, model down",
        f"{CARDS} alarms, one after the other",
        f"{found['median']:.0f} ms median, {found['p99']:.0f} ms p99",
        f"≤ {AIM:.0f} ms",
        found["p99"] <= AIM,
        found,
    )
