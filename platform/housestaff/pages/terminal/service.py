"""The running service as a patient's terminal sees it: the API over HTTP, the log over the websocket."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

TRIES = 6
PAUSE_SECONDS = 1.0


class Refused(Exception):
    """The service said no, in words; `problem` is its problem object."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "The service refused."))
        self.problem = problem


class Unreachable(Exception):
    """Nobody answers at this address."""


class Service:
    """One patient's way to the house."""

    def __init__(self, base_url: str, token: str, language: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self.http = httpx.Client(base_url=f"{self.base_url}/api/v1/", headers=self.headers, timeout=30)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call; tried again while the service is away, since every write has a key or may be repeated."""
        for _ in range(TRIES):
            try:
                response = self.http.request(method, path, json=body)
            except httpx.TransportError:
                time.sleep(PAUSE_SECONDS)
                continue
            if response.status_code in (429, 502, 503):
                time.sleep(min(float(response.headers.get("Retry-After", PAUSE_SECONDS)), 60))
                continue
            return _read(response)
        raise Unreachable(f"Nobody answers at {self.base_url}. Is it running? Try: make demo")

    def consent_to(self, told: dict[str, Any]) -> None:
        """Say yes to the text that the service asked about."""
        self.ask(
            "POST", "consents/", {"purpose": told["purpose"], "version": told["version"], "granted": True}
        )

    def open(self, agent: str, language: str) -> dict[str, Any]:
        """A new consult; raises Refused with `code: consent_required` where consent is missing."""
        return self.ask("POST", "consults/", {"agent": agent, "language": language})

    def send(self, consult: str, text: str) -> dict[str, Any]:
        """One message under a key of its own: sent again under it, it never doubles."""
        body = {"client_key": uuid4().hex, "text": text}
        return self.ask("POST", f"consults/{consult}/messages/", body)

    def listen(self, consult: str, after: int) -> Iterator[dict[str, Any]]:
        """Every durable event after a number, and the deltas between them, for ever: a lost line is taken up again."""
        url = urlsplit(self.base_url)
        scheme = "wss" if url.scheme == "https" else "ws"
        while True:
            address = f"{scheme}://{url.netloc}/ws/consults/{consult}/?after={after}"
            try:
                with connect(address, additional_headers=self.headers, open_timeout=10) as line:
                    for event in _events(line):
                        after = max(after, event.get("seq", 0))
                        yield event
            except (OSError, TimeoutError, WebSocketException):
                time.sleep(PAUSE_SECONDS)


def _events(line: ClientConnection) -> Iterator[dict[str, Any]]:
    for message in line:
        event: dict[str, Any] = json.loads(message)
        yield event


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        told: dict[str, Any] = response.json()
    except ValueError:
        told = {"detail": f"The service answered {response.status_code} without a reason."}
    if response.is_error:
        raise Refused(told)
    return told
