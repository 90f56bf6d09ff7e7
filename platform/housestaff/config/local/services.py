"""What the supervisor is given: a service to keep alive, a task to run once."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


def nothing() -> None:
    """No preparation is needed."""


def at_once() -> bool:
    """Ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Service:
    """A process that is started in its turn, watched, and started again when it ends.

    `prepare` runs before every start and mends what a killed predecessor left. `ready` must answer within a few
    seconds. `patience` is how long it may take to end after `stop_signal`, `start_patience` how long to be ready.
    """

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    directory: Path
    prepare: Callable[[], None] = nothing
    ready: Callable[[], bool] = at_once
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    start_patience: float = 60.0
    pass_fds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Task:
    """A process that must end well before the next step: a migration for instance."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    directory: Path
    patience: float = 300.0


@dataclass
class Running:
    """One service and its present process. `pid` is None between its end and the next start."""

    service: Service
    pid: int | None = None
    started: float = 0.0
    is_ready: bool = False
    restarts: int = 0
    in_a_row: int = 0
    start_again_at: float | None = None
    code: int | None = field(default=None)

    def as_state(self) -> dict[str, object]:
        return {
            "pid": self.pid,
            "started": self.started,
            "ready": self.is_ready,
            "restarts": self.restarts,
            "log": str(self.service.log),
        }
