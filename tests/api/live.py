"""The house as its clients meet it: uvicorn, a Celery worker and a sweeper, on a free port of loopback."""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
from websockets.sync.client import ClientConnection, connect

from tests import services

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in to the live house."""

    base_url: str
    tenant: str
    role: str
    username: str
    password: str
    token: str

    def door(self, **headers: str) -> httpx.Client:
        """An HTTP client of the API with this account's token."""
        told = {"Authorization": f"Bearer {self.token}", **headers}
        return httpx.Client(base_url=f"{self.base_url}/api/v1/", headers=told, timeout=40)

    def socket(self, path: str, **headers: str) -> ClientConnection:
        """A websocket with this account's token."""
        told = {"Authorization": f"Bearer {self.token}", **headers}
        return open_socket(self.base_url, path, **told)


@dataclass(frozen=True)
class Live:
    """A running house with the demo's people."""

    base_url: str
    database: str
    accounts: tuple[Account, ...]

    def account(self, role: str, tenant: str = "riverside", number: int = 0) -> Account:
        found = [one for one in self.accounts if (one.tenant, one.role) == (tenant, role)]
        return found[number]


def open_socket(base_url: str, path: str, **headers: str) -> ClientConnection:
    address = base_url.replace("http://", "ws://") + path
    return connect(address, additional_headers=headers, open_timeout=20, proxy=None)


def consent(door: httpx.Client) -> None:
    """Say yes to every text that is asked of the account's own person."""
    for told in door.get("consents/").json()["results"]:
        answer = {"purpose": told["purpose"], "version": told["version"], "granted": True}
        assert door.post("consents/", json=answer | {"subject": told["subject"]}).status_code == 201


def open_consult(door: httpx.Client, agent: str = "urology", language: str = "en") -> str:
    answer = door.post("consults/", json={"agent": agent, "language": language})
    assert answer.status_code == 201, answer.text
    return cast(str, answer.json()["id"])


def say(door: httpx.Client, consult: str, text: str, key: str | None = None) -> httpx.Response:
    return door.post(f"consults/{consult}/messages/", json={"client_key": key or uuid4().hex, "text": text})


def soon(look: Callable[[], Any], patience: float = 10.0) -> Any:
    """What `look` finds as soon as it finds something; fails when the time is over."""
    until = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def running(template: str, database: str) -> Iterator[Live]:
    """Start the house on a copy of the template database; end its processes by their own ids."""
    house = services.start()
    house.cluster.create_database(database, template)
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    out = house.paths.var / f"{database}.json"
    seed = [sys.executable, str(ROOT / "manage.py"), "seed_demo", "--out", str(out), "--base-url", base_url]
    subprocess.run(seed, env=_environment("housestaff_owner", database), check=True, capture_output=True)
    python = [sys.executable, "-W", "ignore", "-m"]
    commands = {
        "web": [*python, "uvicorn", "housestaff.config.asgi:application", "--fd", str(listener.fileno())],
        "worker": [
            *python, "celery", "-A", "housestaff.config.celery", "worker", "--queues=turns,sync",
            "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle",
        ],
        "sweeper": [sys.executable, str(ROOT / "manage.py"), "sweep"],
    }  # fmt: skip
    started = [_start(name, command, database, listener) for name, command in commands.items()]
    try:
        soon(lambda: _answers(base_url) or _who_ended(started, database), PATIENCE)
        soon(lambda: _all_up(base_url), PATIENCE)
        told = json.loads(out.read_text(encoding="utf-8"))
        yield Live(base_url, database, tuple(Account(base_url, **one) for one in told["users"]))
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        listener.close()


def _environment(role: str, database: str) -> dict[str, str]:
    told = services.start().environment(role=role, database=database)
    return {
        **told,
        "PYTHONPATH": str(ROOT / "platform"),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "housestaff.config.settings.test",
    }


def _start(name: str, command: list[str], database: str, listener: socket.socket) -> subprocess.Popen[bytes]:
    role = "housestaff_app" if name == "web" else "housestaff_worker"
    with (services.start().paths.log / f"{database}-{name}.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=_environment(role, database), stdout=log, stderr=log,
            stdin=subprocess.DEVNULL, pass_fds=(listener.fileno(),), start_new_session=True,
        )  # fmt: skip


def _who_ended(started: list[subprocess.Popen[bytes]], database: str) -> bool:
    """Fail with the last lines of the logs once a process has ended instead of starting."""
    if any(process.poll() is not None for process in started):
        logs = sorted(services.start().paths.log.glob(f"{database}-*.log"))
        raise AssertionError(
            "\n".join(log.read_text(encoding="utf-8", errors="replace")[-2000:] for log in logs)
        )
    return False


def _answers(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/healthz", timeout=20).status_code == 200
    except httpx.HTTPError:
        return False


def _all_up(base_url: str) -> bool:
    parts = httpx.get(f"{base_url}/readyz", timeout=20).json()["parts"]
    return all(parts[name] == "ok" for name in ("database", "broker", "worker", "sweeper"))
