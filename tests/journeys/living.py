"""The whole house as `make demo` starts it, in a folder of its own, with a fake engine in place of vLLM."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

from tests.fakes.running import EngineProcess, fake_engine

ROOT = Path(__file__).resolve().parents[2]
START_PATIENCE = 280


@dataclass(frozen=True)
class Account:
    """Who can sign in."""

    tenant: str
    role: str
    username: str
    password: str
    token: str


class LivingHouse:
    """PostgreSQL, Redis, web, worker, sweepers and the fake engine, each a real process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="housestaff-journey-"))
        self.engine: EngineProcess = fake_engine(self.folder / "engine-side", "--tokens-per-second", "30")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port: int = one.getsockname()[1]
        self.accounts: dict[str, Account] = {}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def accounts_file(self) -> Path:
        return self.folder / "accounts.json"

    def environment(self) -> dict[str, str]:
        outer = {name: value for name, value in os.environ.items() if not name.startswith("HOUSESTAFF_")}
        outer.pop("DJANGO_SETTINGS_MODULE", None)
        return outer | {
            "PYTHONPATH": str(ROOT / "platform"),
            "HOUSESTAFF_VAR": str(self.folder),
            "HOUSESTAFF_PORT": str(self.port),
            "HOUSESTAFF_ENGINES": self.engine.address,
            "HOUSESTAFF_SIGN_INS_PER_MINUTE": "1000",
            "HOUSESTAFF_CONSULTS_PER_MINUTE": "1000",
            "HOUSESTAFF_MESSAGES_PER_MINUTE": "1000",
        }

    def __enter__(self) -> "LivingHouse":
        try:
            (self.folder / "engine-side").mkdir()
            self.engine.start()
            done = self._demo("up", "--detach")
            assert done.returncode == 0, done.stdout + done.stderr
            told = json.loads(self.accounts_file.read_text(encoding="utf-8"))
            self.accounts = {user["username"]: Account(**user) for user in told["users"]}
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._demo("down")
        self.engine.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _demo(self, *verb: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "housestaff.config.local.demo", *verb],
            env=self.environment(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_PATIENCE,
            check=False,
        )

    def api(self, username: str) -> httpx.Client:
        """The API as one person."""
        return httpx.Client(
            base_url=f"{self.base_url}/api/v1/",
            headers={"Authorization": f"Bearer {self.accounts[username].token}"},
            timeout=30,
        )

    def log_of(self, name: str) -> str:
        """What a process said, for a failure's message."""
        path = self.folder / "log" / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
