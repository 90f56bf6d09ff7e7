"""Where one run keeps its things: all under one folder, sockets where their path is short enough."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from housestaff.config.local.errors import StartError

# A unix socket's path may have 107 bytes; the longest name we add is shorter than 25.
LONGEST_SOCKET_DIRECTORY = 75
OUTSIDE = Path("/var/lib")


@dataclass(frozen=True)
class Paths:
    """The folders of a run (`var/demo`, or a temporary one in tests)."""

    var: Path

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def redis(self) -> Path:
        return self.var / "redis"

    @property
    def engine(self) -> Path:
        return self.var / "engine"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def run(self) -> Path:
        """Sockets and pid files: inside the folder, or under /tmp when its path is too long for a socket."""
        inside = self.var / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY:
            return inside
        return Path(tempfile.gettempdir()) / f"housestaff-{os.geteuid()}-{self._digest()}"

    @property
    def outside(self) -> Path:
        """Root's PostgreSQL where user namespaces are forbidden: its dropped user can't enter the checkout."""
        return OUTSIDE / f"housestaff-{self._digest()}"

    def _digest(self) -> str:
        """A short name for this run, so that the folders of two checkouts never meet."""
        return hashlib.sha256(os.fsencode(self.var.resolve())).hexdigest()[:16]

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"

    @property
    def engine_socket(self) -> Path:
        return self.run / "engine.sock"

    @property
    def state_file(self) -> Path:
        """What the supervisor knows: name, pid, start time and restarts of each process."""
        return self.run / "supervisor.json"

    @property
    def accounts(self) -> Path:
        return self.var / "accounts.json"

    def make(self) -> None:
        """Create every folder, closed to everyone else."""
        self.var.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.log, self.secrets):
            make_private(folder)


def make_private(folder: Path) -> None:
    """Create a folder only we can enter; refuse one that somebody else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StartError(f"{folder} belongs to somebody else. Remove it, then start again.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
