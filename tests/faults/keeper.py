"""The supervisor of a test's house, as a process: real services under `config.local.supervisor`.

    python -m tests.faults.keeper <folder>

What differs from `make demo`: a fake engine, any free port, a clean copy of the database, patients with tokens, and
a folder of switches (`HOUSESTAFF_FAULTS`) that the processes look into. It ends, with all it started, when the test
process does.
"""

import ctypes
import os
import shutil
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

from housestaff.config import env
from housestaff.config.local import postgres, probes
from housestaff.config.local.environment import DATABASE, mint_secrets
from housestaff.config.local.paths import Paths
from housestaff.config.local.processes import Run
from housestaff.config.local.services import Service, Task
from housestaff.config.local.supervisor import Stopped, Supervisor

INSIDE = Path(__file__).resolve().parent / "inside"
CLEAN = "housestaff_clean"
EMPTY_REDIS = "redis.empty"
PR_SET_PDEATHSIG = 1


class FaultyRun(Run):
    """The one-machine run with a fake engine and a folder of switches."""

    def __init__(self, paths: Paths) -> None:
        os.environ["HOUSESTAFF_ENGINES"] = f"unix:{paths.engine_socket}"
        super().__init__(paths, port=0)
        self.switches = paths.var / "switches"
        self.switches.mkdir(exist_ok=True)

    def environment(self, role: str) -> dict[str, str]:
        return {
            **super().environment(role),
            "PYTHONPATH": os.pathsep.join(map(str, (INSIDE, env.ROOT / "platform", env.ROOT))),
            "HOUSESTAFF_FAULTS": str(self.switches),
            "HOUSESTAFF_CONSULTS_PER_MINUTE": "100000",
            "HOUSESTAFF_MESSAGES_PER_MINUTE": "100000",
        }

    def engine_server(self) -> Service:
        options = self.switches / "engine.options"
        command = 'exec "$0" -m tests.fakes.engine --uds "$1" $(cat "$2" 2>/dev/null)'
        return Service(
            name="engine",
            command=["/bin/sh", "-c", command, sys.executable, str(self.paths.engine_socket), str(options)],
            log=self.paths.log / "engine.log",
            environment=self.environment(postgres.APP),
            directory=env.ROOT,
            ready=lambda: probes.status(self.paths.engine_socket, "/health")[0] == 200,
        )

    def redis_server(self) -> Service:
        """A marked restart finds no data: a Redis that came back empty."""
        service = super().redis_server()
        mark = self.switches / EMPTY_REDIS

        def prepare() -> None:
            service.prepare()
            if mark.exists():
                shutil.rmtree(self.redis.data)
                self.redis.ensure_initialised()
                mark.unlink()

        return replace(service, prepare=prepare)

    def worker(self) -> Service:
        """Ended at once when the tests are over; its soft shutdown is shown by the supervisor's own tests."""
        return replace(super().worker(), patience=1.0)

    def seeding(self) -> Task:
        """Tables, tenants, patients with tokens: one process, for speed."""
        return Task(
            name="seeding",
            command=[sys.executable, "-m", "tests.faults.seeding", str(self.paths.accounts)],
            log=self.paths.log / "seeding.log",
            environment=self.environment(postgres.OWNER),
            directory=env.ROOT,
        )


def start_all(run: FaultyRun, supervisor: Supervisor, listener: socket.socket) -> None:
    """Servers, tables and people, a clean copy, then the doors."""
    run.port = listener.getsockname()[1]
    servers = [run.redis_server(), run.postgres_server(), run.engine_server()]
    for service in servers:
        supervisor.start(service)
    for service in servers:
        supervisor.await_ready(service.name)
    run.create_database()
    supervisor.run(run.seeding())
    run.cluster.create_database(CLEAN, DATABASE)
    doors = [*run.web(listener), run.worker(), *run.sweepers()]
    for service in doors:
        supervisor.start(service)
    for service in doors:
        supervisor.await_ready(service.name)
    supervisor.facts["port"] = run.port


def main() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    paths = Paths(Path(sys.argv[1]))
    paths.make()
    mint_secrets(paths)
    supervisor = Supervisor(paths.state_file)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    try:
        start_all(FaultyRun(paths), supervisor, listener)
        supervisor.watch()
    except Stopped:
        pass
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main()
