"""A fake or real engine as a process of this test: started, killed, restarted, asked what it saw."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from housestaff.inference.client import Engine
from housestaff.inference.errors import EngineError

ROOT = Path(__file__).resolve().parents[2]


class EngineProcess:
    """One engine process on a unix socket in a private folder."""

    def __init__(
        self, socket: Path, command: Sequence[str], environment: Mapping[str, str], ready_in: float, log: Path
    ) -> None:
        self.socket = socket
        self.address = f"unix:{socket}"
        self.log = log
        self._command = list(command)
        self._environment = dict(environment)
        self._ready_in = ready_in
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "EngineProcess":
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End it kindly, then not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._end_group()
        self.process = None

    def kill(self) -> None:
        """kill -9 of the engine and of all that it started: real vLLM's core would outlive it."""
        if self.process is not None:
            self._end_group()
            self.process.wait(10)

    def _end_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def restart(self) -> "EngineProcess":
        """kill -9, then a new process at the same address: it has forgotten every adapter."""
        self.kill()
        return self.start()

    def behave(self, mode: str, times: int = 0) -> None:
        self.http("POST", "/fake/behave", {"mode": mode, "times": times})

    def speak(self, text: str) -> None:
        """What a fluent base answers from now on, word for word; "" is the script again."""
        self.http("POST", "/fake/speak", {"text": text})

    def heard(self) -> list[dict[str, str]]:
        """The messages of the last streamed request."""
        found: list[dict[str, str]] = json.loads(self.http("GET", "/fake/heard"))
        return found

    def seen(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.http("GET", "/fake/seen"))
        return found

    def metric(self, name: str) -> float:
        """One number of `/metrics`, summed over its labels; the fake and vLLM name them alike."""
        lines = self.http("GET", "/metrics").splitlines()
        found = [line for line in lines if line.startswith((name + " ", name + "{"))]
        return sum(float(line.rpartition(" ")[2]) for line in found)

    def http(self, method: str, path: str, body: Any = None) -> str:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket)), timeout=10) as client:
            response = client.request(method, f"http://engine{path}", json=body)
            response.raise_for_status()
            return response.text

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + self._ready_in
        with Engine(self.address) as engine:
            while time.monotonic() < until:
                if self.process is None or self.process.poll() is not None:
                    raise AssertionError(
                        f"The engine ended while starting; the end of its log:\n{self._tail()}"
                    )
                try:
                    return engine.health()
                except EngineError:
                    time.sleep(0.1)
        raise AssertionError(f"The engine was not ready in {self._ready_in:g} s:\n{self._tail()}")

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def fake_engine(folder: Path, *options: str, name: str = "engine") -> EngineProcess:
    """A fake engine, not yet started, whose socket and log lie in `folder`."""
    socket = folder / f"{name}.sock"
    command = [sys.executable, "-m", "tests.fakes.engine", "--uds", str(socket), *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}
    return EngineProcess(socket, command, environment, ready_in=15, log=folder / f"{name}.log")
