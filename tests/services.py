"""One real PostgreSQL and one real Redis for a whole run of the suite, in a temporary folder of their own.

`start()` starts them at the first call and ends them when the run does, also when it is killed. A test that
breaks a server makes its own `Cluster(tmp)` or `Redis(tmp)` instead.
"""

import atexit
import functools
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from housestaff.config.local import secret_files
from housestaff.config.local.environment import environment, mint_secrets
from housestaff.config.local.paths import Paths
from housestaff.config.local.postgres import Cluster
from housestaff.config.local.redis import Redis


@dataclass(frozen=True)
class Services:
    """What runs, and how a process is told about it."""

    paths: Paths
    cluster: Cluster
    redis: Redis

    def environment(self, *, role: str, database: str) -> dict[str, str]:
        """The variables for a real process of the platform (web, worker, sweeper) in a test."""
        return {**os.environ, **environment(self.paths, role=role, database=database)}


def directory() -> Path:
    """Where this run's servers live: `HOUSESTAFF_VAR` if the settings named it, else by the process id."""
    return Path(
        os.environ.setdefault(
            "HOUSESTAFF_VAR", f"{tempfile.gettempdir()}/housestaff-test-{os.geteuid()}-{os.getpid()}"
        )
    )


@functools.cache
def start() -> Services:
    """The session's servers, started once. Disk waits are off: the machine's plug isn't pulled here."""
    paths = Paths(directory().resolve())
    paths.make()
    if "HOUSESTAFF_DB_PASSWORD" in os.environ:
        secret_files.write(paths.secrets / "postgres_app", os.environ["HOUSESTAFF_DB_PASSWORD"])
    mint_secrets(paths)
    services = Services(paths, Cluster(paths.var, durable=False), Redis(paths.var, memory="128mb"))
    atexit.register(_end, services)
    services.cluster.ensure_initialised()
    services.cluster.start()
    services.redis.start()
    return services


def _end(services: Services) -> None:
    services.redis.stop()
    services.cluster.stop()
    shutil.rmtree(services.paths.var, ignore_errors=True)
