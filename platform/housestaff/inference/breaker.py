"""A circuit breaker: after a few failures in a row an engine is left alone for a moment, then tried once.

closed → (failures in a row) → open → (rest is over) → half open: one call is let through; its success closes
the breaker, its failure or its silence keeps it open for another rest. Kept per process; nothing is shared.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Literal

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Counts what happened to one engine. Safe between threads."""

    def __init__(
        self, *, failures: int = 5, rest: float = 3.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._try_again_at: float | None = None

    @property
    def state(self) -> State:
        with self._lock:
            if self._try_again_at is None:
                return "closed"
            return "half_open" if self._clock() >= self._try_again_at else "open"

    def admits(self) -> bool:
        """Whether a call may go out now. While half open the first to ask is the trial; the rest wait on."""
        with self._lock:
            if self._try_again_at is None:
                return True
            if self._clock() < self._try_again_at:
                return False
            self._try_again_at = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        """The engine answered, if only to say no."""
        with self._lock:
            self._failures = 0
            self._try_again_at = None

    def failed(self) -> None:
        """The engine did not answer, broke off, or was too slow."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._try_again_at = self._clock() + self._rest
