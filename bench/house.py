"""A whole house for the bench, started as `make demo` starts it, and the engine it talks to."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from housestaff.config import env
from housestaff.config.local import postgres, probes
from housestaff.config.local.engine import LocalEngine, from_settings
from housestaff.config.local.environment import environment
from housestaff.config.local.paths import Paths

PATIENTS = 32
TENANT, AGENT = "riverside", "urology"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Person:
    """A patient or a doctor of the bench's house."""

    username: str
    token: str


class House:
    """PostgreSQL, Redis, web, worker and sweepers under the demo's supervisor; the engine runs beside them.

    `engine` is "vllm" or "instant": the suite's fake, which answers at once. The house asks at `tap_socket`, where a
    tap may listen; `without_tap` makes it the engine's own.
    """

    def __init__(self, engine: str, *, say: Say) -> None:
        self.kind, self.say = engine, say
        self.folder = Path(tempfile.mkdtemp(prefix="housestaff-bench-"))
        self.paths = Paths(self.folder)
        self.engine_socket = self.folder / "beside" / "engine.sock"
        self.tap_socket = self.folder / "beside" / "tap.sock"
        self._engine: subprocess.Popen[bytes] | None = None
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port: int = one.getsockname()[1]
        self.patients: list[Person] = []
        self.doctor = Person("", "")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            self.say(f"starting the {self.kind} engine")
            self._start_engine()
            self.say("starting the house")
            self._demo("up", "--detach")
            self._seed()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._demo("down", check=False)
        if self._engine is not None:
            self._engine.terminate()
            try:
                self._engine.wait(20)
            except subprocess.TimeoutExpired:
                self._engine.kill()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.say(f"its logs are in {self.folder}")

    # Parts

    def _start_engine(self) -> None:
        (self.folder / "beside").mkdir(mode=0o700)
        with (self.folder / "beside" / "engine.log").open("wb") as log:
            command, outer, folder = self._engine_command()
            self._engine = subprocess.Popen(
                command, env=outer, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 240
        while probes.status(self.engine_socket, "/health")[0] != 200:
            if self._engine.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The engine did not start; see {self.folder / 'beside' / 'engine.log'}.")
            time.sleep(0.2)

    def _engine_command(self) -> tuple[list[str], dict[str, str], Path]:
        if self.kind == "instant":
            path = os.pathsep.join((str(env.ROOT), str(env.ROOT / "platform")))
            command = [sys.executable, "-m", "tests.fakes.engine", "--uds", str(self.engine_socket)]
            return command, {**os.environ, "PYTHONPATH": path}, env.ROOT
        local = LocalEngine(self.folder / "beside", base=from_settings(self.folder).settings.base)
        if why := local.why_not():
            raise SystemExit(f"There is no engine to measure: {why}.")
        local.ensure_initialised()
        command = [
            str(self.engine_socket) if part == str(local.settings.socket) else part
            for part in local.command()
        ]
        return command, local.environment(), local.cache

    def _demo(self, *verb: str, check: bool = True) -> None:
        outer = {name: value for name, value in os.environ.items() if not name.startswith("HOUSESTAFF_")}
        outer |= {
            "PYTHONPATH": str(env.ROOT / "platform"),
            "HOUSESTAFF_VAR": str(self.folder),
            "HOUSESTAFF_PORT": str(self.port),
            "HOUSESTAFF_ENGINES": f"unix:{self.tap_socket}",
            "HOUSESTAFF_CONSULTS_PER_MINUTE": "1000000",
            "HOUSESTAFF_MESSAGES_PER_MINUTE": "1000000",
        }
        done = subprocess.run(
            [sys.executable, "-m", "housestaff.config.local.demo", *verb],
            env=outer,
            cwd=env.ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check and done.returncode != 0:
            raise SystemExit(f"The house did not start:\n{done.stdout}{done.stderr}")

    def _seed(self) -> None:
        told = subprocess.run(
            [sys.executable, "-m", "bench.seeding", TENANT, str(PATIENTS)],
            env={
                **os.environ,
                **environment(self.paths, role=postgres.OWNER),
                "PYTHONPATH": os.pathsep.join((str(env.ROOT), str(env.ROOT / "platform"))),
                "DJANGO_SETTINGS_MODULE": "housestaff.config.settings.local",
            },
            cwd=env.ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.patients = [Person(**one) for one in json.loads(told.stdout)]
        users = json.loads(self.paths.accounts.read_text(encoding="utf-8"))["users"]
        owner = next(one for one in users if (one["tenant"], one["role"]) == (TENANT, "owner"))
        self.doctor = Person(owner["username"], owner["token"])
        for patient in self.patients:
            with self.api(patient) as door:
                for text in door.get("consents/").json()["results"]:
                    answer = {key: text[key] for key in ("purpose", "version", "subject")}
                    door.post("consents/", json={**answer, "granted": True}).raise_for_status()

    def api(self, person: Person) -> httpx.Client:
        """The API as one person."""
        return httpx.Client(
            base_url=f"{self.base_url}/api/v1/",
            headers={"Authorization": f"Bearer {person.token}"},
            timeout=30,
        )

    def kill_engine(self) -> None:
        """From now on there is no model."""
        if self._engine is not None:
            self._engine.kill()
            self._engine.wait()

    def without_tap(self) -> None:
        """From now on nothing stands between house and engine."""
        self.tap_socket.unlink(missing_ok=True)
        self.tap_socket.symlink_to(self.engine_socket)
        self.wait_ready()

    def wait_ready(self) -> None:
        """Until `/readyz` is green: every release is served by the engine."""
        deadline = time.monotonic() + 60
        while probes.status(self.port, "/readyz", timeout=10)[0] != 200:
            if time.monotonic() > deadline:
                raise SystemExit(f"The house is not ready: {probes.status(self.port, '/readyz')[1]}")
            time.sleep(0.3)
