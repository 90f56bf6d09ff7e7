"""How long one call waits: to connect, for the first words, between words, and for the whole answer.

HTTP libraries know one read timeout per request. A model is silent for long before its first token and never
after it, so the connection asks the call's `Patience` before each read instead.
"""

import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from .errors import DeadlineExceeded

SocketOptions = Iterable[Any] | None


@dataclass(frozen=True)
class Timeouts:
    """Seconds. `total` holds for calls that bring no deadline of their own."""

    connect: float = 1.0
    first_words: float = 8.0
    next_words: float = 4.0
    total: float = 15.0


def instant_in(seconds: float) -> float:
    """A deadline so many seconds from now, on the clock that every call uses."""
    return time.monotonic() + seconds


class Patience:
    """The clock of one call. `deadline` is an instant of `clock` (monotonic), not a length."""

    def __init__(
        self, timeouts: Timeouts, deadline: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._silence: float | None = None
        self._stage = "whole answer"
        self.deadline = clock() + timeouts.total if deadline is None else deadline

    def expect_words(self) -> None:
        """The answer comes word by word: from now on silence counts as well as the whole time."""
        self._silence, self._stage = self._timeouts.first_words, "first words"

    def heard(self) -> None:
        """Words came."""
        self._silence, self._stage = self._timeouts.next_words, "next words"

    def left(self) -> float:
        """Seconds the next read may take; 0 or less when the whole time is over."""
        remaining = self.deadline - self._clock()
        return remaining if self._silence is None else min(self._silence, remaining)

    def connecting(self) -> float:
        return max(0.001, min(self._timeouts.connect, self.deadline - self._clock()))

    def over(self, address: object) -> DeadlineExceeded:
        """The error to raise when a read ran out of time."""
        if self._silence is None or self.deadline - self._clock() <= 0:
            return DeadlineExceeded(
                f"The engine at {address} did not finish its answer in time.", "whole answer"
            )
        return DeadlineExceeded(f"The engine at {address} was silent for {self._silence:g} s.", self._stage)


class PatientStream(httpcore.NetworkStream):
    """A connection whose reads wait as long as the call using it says."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self.patience: Patience | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.patience is None:
            return self._inner.read(max_bytes, timeout)
        left = self.patience.left()
        if left <= 0:
            raise httpcore.ReadTimeout("the call's deadline has passed")
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return PatientStream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class PatientBackend(httpcore.NetworkBackend):
    """httpcore's own network backend, each connection wrapped in a `PatientStream`."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore.NetworkStream:
        return PatientStream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: SocketOptions = None
    ) -> httpcore.NetworkStream:
        _knock(path, timeout)
        return PatientStream(self._inner.connect_unix_socket(path, timeout, socket_options))


def _knock(path: str, timeout: float | None) -> None:
    """Fail here when nobody listens: httpcore leaves its socket open when a connect fails (seen in 1.0.9)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        knock.settimeout(timeout)
        try:
            knock.connect(path)
        except TimeoutError as silent:
            raise httpcore.ConnectTimeout(str(silent)) from silent
        except OSError as refused:
            raise httpcore.ConnectError(str(refused)) from refused
