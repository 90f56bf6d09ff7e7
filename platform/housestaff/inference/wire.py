"""One HTTP exchange with an engine over a kept connection, its failures turned into typed errors."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpcore

from .addresses import Address
from .errors import EngineBusy, EngineError, EngineRefused, EngineUnavailable, UnknownAdapter
from .patience import Patience, PatientBackend, PatientStream

# vLLM's server closes a connection after five idle seconds: let go first, so that none dies under a request.
IDLE_SECONDS = 4.0
CONNECTIONS = 64
BUSY_RETRY_SECONDS = 1.0
_JSON = [(b"content-type", b"application/json")]


class Wire:
    """The kept connections to one address. Safe between threads; a forked child gets its own."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._owner = 0
        self._kept: httpcore.ConnectionPool | None = None

    @contextmanager
    def exchange(
        self, method: str, path: str, payload: Mapping[str, Any] | None, patience: Patience
    ) -> Iterator[httpcore.Response]:
        """Send one request; the answer's status is 200 and its body still to be read.

        Leaving the block early closes the connection, which is how vLLM learns that it was cancelled.
        """
        waits = {"connect": patience.connecting(), "pool": patience.connecting(), "write": 5.0}
        stream: PatientStream | None = None
        try:
            with self._pool().stream(
                method,
                self.address.url + path,
                headers=_JSON if payload is not None else None,
                content=json.dumps(payload, ensure_ascii=False).encode() if payload is not None else None,
                extensions={"timeout": {**waits, "read": max(0.001, patience.left())}},
            ) as response:
                stream = response.extensions["network_stream"]
                stream.patience = patience
                if response.status != 200:
                    raise refusal(self.address, response.status, dict(response.headers), response.read())
                yield response
                stream.patience = None
        except (httpcore.ReadTimeout, httpcore.WriteTimeout) as slow:
            raise patience.over(self.address) from slow
        except httpcore.TimeoutException as full:
            raise EngineUnavailable(f"The engine at {self.address} accepts no connection.") from full
        except (httpcore.NetworkError, httpcore.ProtocolError) as broken:
            raise EngineUnavailable(f"Nothing answers at {self.address}, or it hung up.") from broken

    def fetch(self, method: str, path: str, payload: Mapping[str, Any] | None, patience: Patience) -> bytes:
        """The whole body of one answer."""
        with self.exchange(method, path, payload, patience) as response:
            return response.read()

    def close(self) -> None:
        if self._kept is not None and self._owner == os.getpid():
            self._kept.close()
        self._kept = None

    def _pool(self) -> httpcore.ConnectionPool:
        if self._kept is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._kept = httpcore.ConnectionPool(
                uds=self.address.socket,
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=PatientBackend(),
            )
        return self._kept


def refusal(address: Address, status: int, headers: Mapping[bytes, bytes], body: bytes) -> EngineError:
    """The error that an HTTP status other than 200 stands for."""
    kind = _kind(body)
    if status in {429, 503}:
        wait = _seconds(headers.get(b"retry-after", b""))
        return EngineBusy(f"The engine at {address} is busy; try again in {wait:g} s.", wait)
    if status == 404:
        return UnknownAdapter(f"The engine at {address} does not serve what was asked for ({kind}).")
    if 400 <= status < 500:
        return EngineRefused(f"The engine at {address} refused the request ({status} {kind}).")
    return EngineUnavailable(f"The engine at {address} failed ({status} {kind}).")


def _kind(body: bytes) -> str:
    """The error's type and parameter, never its message: vLLM may quote the prompt in it."""
    try:
        error = json.loads(body)["error"]
        return " ".join(str(error[name])[:60] for name in ("type", "param") if error.get(name))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "no reason given"


def _seconds(header: bytes) -> float:
    try:
        return min(60.0, max(0.1, float(header)))
    except ValueError:
        return BUSY_RETRY_SECONDS
