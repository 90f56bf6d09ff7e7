"""An engine of one's own, for an exam or an evaluation: started, awaited, and gone afterwards whatever happens."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .client import Engine
from .errors import EngineError

START_SECONDS = 240.0
END_SECONDS = 20.0
LINES = 15


class EngineDidNotStart(RuntimeError):
    """With the last lines the engine wrote."""


class EngineProcess:
    """One server process, from `with` to the end of its block; what it writes goes to `log`.

    It starts while its owner does other things; `await_ready` waits for it.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        address: str,
        log: Path,
        folder: Path | None = None,
    ) -> None:
        # setpriv: it must not outlive who started it, also after kill -9.
        self._command = ["setpriv", "--pdeathsig", "TERM", *command]
        self._environment = dict(environment)
        self._folder = folder
        self.address, self.log = address, log

    def __enter__(self) -> Self:
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        # Its session is its own: what it started, vLLM's engine core above all, must not outlive it either.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def await_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when it answers with its model loaded; raises EngineDidNotStart."""
        until = time.monotonic() + seconds
        with Engine(self.address) as engine:
            while time.monotonic() < until and self._process.poll() is None:
                try:
                    engine.health()
                    return
                except EngineError:
                    time.sleep(0.2)
        raise EngineDidNotStart("\n".join(self._last_lines()))

    def _last_lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()[-LINES:]
