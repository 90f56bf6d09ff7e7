"""A whole house for fault tests: real processes on servers of their own, which a test may kill, stop and inspect.

`House(folder)` starts `keeper.py`, the supervisor that also runs the demo, in a process of its own; it ends
everything when it is told to, or when this process is gone. Bring-up takes about ten seconds, so tests share one.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import redis
from housestaff.config import env
from housestaff.config.local import probes
from housestaff.config.local.environment import DATABASE, environment
from housestaff.config.local.paths import Paths
from housestaff.config.local.postgres import ADMIN, APP, BACKUP, OWNER, Cluster

from tests.faults.keeper import CLEAN, EMPTY_REDIS
from tests.faults.switches import Switches

READY_IN = 30.0
Away = (psycopg2.OperationalError, psycopg2.InterfaceError)
BRING_UP = 90.0


def until(condition: Callable[[], Any], seconds: float, what: str, every: float = 0.1) -> Any:
    """Wait for a condition and give back what it found; fail with a sentence when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"In {seconds:.0f} s it did not happen: {what}"
        time.sleep(every)


class House:
    """The processes by their role, the two databases, the switches."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths(folder.resolve())
        self.paths.make()
        self.cluster = Cluster(self.paths.var)
        self.switches = Switches(self.paths.var / "switches")
        self.switches.folder.mkdir(exist_ok=True)
        self.log = self.paths.log / "keeper.log"
        self._inspector: subprocess.Popen[str] | None = None
        self._reading = threading.local()
        self._connections: list[Any] = []

    # Up and down

    def start(self, *engine_options: str) -> "House":
        self.switches.turn_on("engine.options", " ".join(engine_options))
        with self.log.open("ab") as log:
            self.keeper = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.keeper", str(self.paths.var)],
                cwd=env.ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join((str(env.ROOT / "platform"), str(env.ROOT))),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            until(self._is_up, BRING_UP, f"the house is up; see {self.paths.log}")
            self.accounts: dict[str, Any] = json.loads(self.paths.accounts.read_text(encoding="utf-8"))
            self.wait_ready(BRING_UP)
        except BaseException:
            self.stop()
            raise
        return self

    def _is_up(self) -> bool:
        assert self.keeper.poll() is None, self.log.read_text(errors="replace")[-3000:]
        return "port" in self.state()

    def stop(self) -> None:
        """End everything this house started."""
        for connection in self._connections:
            connection.close()
        if self._inspector is not None:
            self._inspector.communicate()  # its input ends, and so does it
            self._inspector = None
        self.keeper.terminate()
        try:
            self.keeper.wait(60)
        except subprocess.TimeoutExpired:
            self.keeper.kill()
            self.keeper.wait()

    # What runs

    def state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.paths.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.state()['port']}"

    def pid(self, name: str) -> int:
        """The living process of a role; waits while it is being started again."""
        return int(until(lambda: self.state()["services"][name]["pid"], READY_IN, f"{name} runs"))

    def restarts(self, name: str) -> int:
        return int(self.state()["services"][name]["restarts"])

    def send(self, name: str, number: signal.Signals) -> int:
        """A signal to a role; gives the process id it went to."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def kill(self, *names: str) -> None:
        """kill -9, and wait until the supervisor has started a successor: the proof that it happened."""
        before = {name: self.restarts(name) for name in names}
        for name in names:
            self.send(name, signal.SIGKILL)
        for name in names:
            until(lambda name=name: self.restarts(name) > before[name], READY_IN, f"{name} starts again")

    @contextlib.contextmanager
    def stopped(self, *names: str) -> Any:
        """SIGSTOP for the block: the process is there and does nothing."""
        pids = [self.send(name, signal.SIGSTOP) for name in names]
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def not_ready(self) -> str:
        """Why the house is not ready; empty when it is."""
        services = self.state().get("services", {})
        down = [name for name, one in services.items() if not (one["pid"] and one["ready"])]
        if down:
            return f"{down} not up"
        code, told = probes.status(self.state()["port"], "/readyz", timeout=10)
        return "" if code == 200 else f"/readyz says {code} {told}"

    def wait_ready(self, seconds: float = READY_IN) -> float:
        """Until every process and every part is ready; gives the seconds it took."""
        started = time.monotonic()
        deadline = started + seconds
        while why := self.not_ready():
            assert time.monotonic() < deadline, f"not ready in {seconds:.0f} s: {why}"
            time.sleep(0.2)
        return time.monotonic() - started

    def log_of(self, name: str) -> str:
        return (self.paths.log / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    # The servers

    @property
    def redis(self) -> Any:
        return redis.Redis(unix_socket_path=str(self.paths.redis_socket), socket_timeout=5)

    def engine_says(self, path: str) -> str:
        """Ask the fake engine itself, past the platform; empty while it does not answer."""
        return probes.status(self.paths.engine_socket, path)[1]

    def restart_engine(self, *options: str) -> None:
        """kill -9; its successor has these options and has forgotten every adapter."""
        self.switches.turn_on("engine.options", " ".join(options))
        self.kill("engine")

    def lose_redis(self) -> None:
        """kill -9 of Redis; its successor finds no data."""
        self.switches.turn_on(EMPTY_REDIS)
        self.kill("redis")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """A read across tenants, over a connection that each thread keeps; raises one of Away while there is none."""
        kept = getattr(self._reading, "connection", None)
        try:
            return self._rows(kept or self._connect_anew(), sql, values)
        except Away:
            if kept is None:
                raise
            return self._rows(self._connect_anew(), sql, values)

    def _connect_anew(self) -> Any:
        self._reading.connection = None
        connection = self.cluster.connect(BACKUP, DATABASE)
        connection.autocommit = True
        self._connections.append(connection)
        self._reading.connection = connection
        return connection

    def _rows(self, connection: Any, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall())
        except psycopg2.DatabaseError as error:
            if type(error) is psycopg2.DatabaseError:  # a backend that was killed in the middle of an answer
                raise psycopg2.OperationalError(str(error)) from error
            raise

    @contextlib.contextmanager
    def without(self, keys: dict[str, str]) -> Iterator[None]:
        """Without these unique keys (key → table) for the block; they are made again, if the rows still allow it."""
        with contextlib.closing(self.cluster.connect(OWNER, DATABASE)) as owner:
            owner.autocommit = True
            with owner.cursor() as cursor:
                cursor.execute(
                    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)",
                    [list(keys)],
                )
                made = dict(cursor.fetchall())
                assert made.keys() == keys.keys(), f"there is no such key: {keys.keys() - made.keys()}"
                for key, table in keys.items():
                    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
                yield
                with contextlib.suppress(psycopg2.errors.UniqueViolation):
                    for key, table in keys.items():
                        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {key} {made[key]}")
                    return
        self.fresh()

    @contextlib.contextmanager
    def as_admin(self) -> Any:
        """A cursor that no row-level security holds, in a transaction that is rolled back."""
        with (
            contextlib.closing(self.cluster.connect(ADMIN, DATABASE)) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor
            connection.rollback()

    def fresh(self) -> None:
        """A clean database again, under the running processes: they connect anew by themselves."""
        with contextlib.closing(self.cluster.connect(ADMIN, "postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        shutil.rmtree(self.paths.var / "audit", ignore_errors=True)  # the witness of chains that are no more
        self.cluster.create_database(DATABASE, CLEAN)
        self.redis.flushall()
        self.wait_ready()

    # The audit chain

    def audit(self, tenant: str) -> dict[str, Any]:
        """What `audit verify` says of a tenant's chain: `{links, unsealed, problems}`."""
        if self._inspector is None:
            self._inspector = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.faults.inspector"],
                cwd=env.ROOT,
                env={
                    **os.environ,
                    **environment(self.paths, role=APP),
                    "PYTHONPATH": os.pathsep.join((str(env.ROOT / "platform"), str(env.ROOT))),
                    "DJANGO_SETTINGS_MODULE": "housestaff.config.settings.local",
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
        assert self._inspector.stdin is not None and self._inspector.stdout is not None
        self._inspector.stdin.write(f"{tenant}\n")
        told: dict[str, Any] = json.loads(self._inspector.stdout.readline())
        return told
