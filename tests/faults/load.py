"""Patients of both tenants who write at once over HTTP, each message under one key until they know its fate.

Three in four are patient: they try again, with the same key, until they are answered. The rest give up at the first
broken call, so that histories hold messages of unknown fate. Some write a second message after the first; with
`rounds`, all write so many, with pauses, so that the load lasts some seconds on a fast machine too.
"""

import asyncio
import random
import threading
import time
from typing import Any

import httpx

from .history import Sent
from .house import House, until

CONSULTS = 24
WRITERS = 112
TRIES_FOR = 40.0
ROUND_PAUSE = 2.0


class Load(threading.Thread):
    """Writers on their own event loop; `with Load(…) as load:` opens consults, then lets all write at once."""

    def __init__(
        self, house: House, seed: int, *, consults: int = CONSULTS, writers: int = WRITERS, rounds: int = 0
    ):
        super().__init__(name="load", daemon=True)
        self.house = house
        self.seed = seed
        self.random = random.Random(seed)
        self.writers, self.consults_wanted, self.rounds = writers, consults, rounds
        self.sent: list[Sent] = []
        self.consults: dict[str, tuple[str, str]] = {}  # consult → tenant, its patient's token
        self.in_flight = self.most_in_flight = 0
        self.go = threading.Event()
        self.failure: BaseException | None = None

    def __enter__(self) -> "Load":
        self.start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.go.set()
        self.join(TRIES_FOR + 60)
        if kind is None:
            assert not self.is_alive(), "the load did not end"
            if self.failure is not None:
                raise self.failure

    def await_consults(self) -> None:
        until(lambda: self.failure or len(self.consults) == self.consults_wanted, 60, "consults are open")
        if self.failure is not None:
            raise self.failure

    def await_in_flight(self, count: int = 100) -> None:
        """Let them write; return when so many messages wait for their answer at once.

        The web is held meanwhile, so that it is so many on a fast machine and on a slow one.
        """
        with self.house.stopped("web-1", "web-2"):
            self.go.set()
            until(
                lambda: self.failure or self.in_flight >= count,
                30,
                f"{count} messages are in flight",
                every=0.01,
            )

    def run(self) -> None:
        try:
            asyncio.run(self._all())
        except BaseException as error:
            self.failure = error

    async def _all(self) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        async with httpx.AsyncClient(
            base_url=f"{self.house.base_url}/api/v1/",
            limits=limits,
            timeout=httpx.Timeout(15, connect=5),
            verify=False,
        ) as client:
            await self._open_consults(client)
            while not self.go.is_set():
                await asyncio.sleep(0.02)
            await asyncio.gather(*(self._write(client, number) for number in range(self.writers)))

    async def _open_consults(self, client: httpx.AsyncClient) -> None:
        tenants = sorted(self.house.accounts)
        for number in range(self.consults_wanted):
            tenant = tenants[number % len(tenants)]
            people = self.house.accounts[tenant]
            token = people["patients"][(number // len(tenants)) % len(people["patients"])]
            body = {"agent": people["agent"], "language": self.random.choice(["en", "zh"])}
            answer = await client.post("consults/", json=body, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 201, answer.text
            self.consults[answer.json()["id"]] = tenant, token

    async def _write(self, client: httpx.AsyncClient, number: int) -> None:
        consults = list(self.consults)
        consult = consults[number % len(consults)]
        tenant, token = self.consults[consult]
        patient = self.random.random() < 0.75
        for turn in range(self.rounds or self.random.choice([1, 1, 1, 2])):
            if turn and self.rounds:
                await asyncio.sleep(self.random.uniform(0, ROUND_PAUSE))
            key = f"{self.seed}.{number}.{turn}"
            message = Sent(
                tenant, consult, key, f"a note of writer {number}, number {turn}", time.monotonic()
            )
            self.sent.append(message)
            await self._send(client, message, token, patient=patient)

    async def _send(self, client: httpx.AsyncClient, message: Sent, token: str, *, patient: bool) -> None:
        give_up = message.first_sent + TRIES_FOR
        while True:
            status, told = await self._post(client, message, token)
            message.answers.append(status)
            if 200 <= status < 300:
                message.outcome, message.seq = "ok", told["seq"]
            elif 400 <= status < 500 and status != 429:
                message.outcome = "refused"
            elif patient and time.monotonic() < give_up:
                await asyncio.sleep(self.random.uniform(0.1, 0.5))
                continue
            message.ended = time.monotonic()
            return

    async def _post(self, client: httpx.AsyncClient, message: Sent, token: str) -> tuple[int, Any]:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = await client.post(
                f"consults/{message.consult}/messages/",
                json={"client_key": message.key, "text": message.text},
                headers={"Authorization": f"Bearer {token}"},
            )
            return answer.status_code, answer.json() if answer.status_code < 300 else None
        except httpx.HTTPError:
            return 0, None
        finally:
            self.in_flight -= 1
