"""A house for one exam: a throwaway PostgreSQL, an engine of its own, and commands that run inside."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from housestaff.agents.adapters import Published, publish
from housestaff.config import env
from housestaff.config.local import postgres
from housestaff.config.local.engine import LocalEngine
from housestaff.config.local.environment import DATABASE, environment, mint_secrets
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths
from housestaff.config.local.postgres import Cluster
from housestaff.inference.client import Engine
from housestaff.inference.process import EngineDidNotStart, EngineProcess

OWNER = "housestaff_owner"
# vLLM, or the suite's fake: no model, hence only what rules, readers, plan and platform do, at once.
EngineKind = Literal["real", "instant"]
INSTANT = "tests.fakes.engine"


class ExamHouse:
    """The running house. `run` starts a management command in it."""

    def __init__(self, folder: Path, base: str):
        self.paths = Paths(folder.resolve())
        self.base = base
        self.specialties = folder / "specialties"
        self.cluster = Cluster(self.paths.var, durable=False)
        self.engine = LocalEngine(self.paths.var, base=base)

    def run(self, *command: str, role: str = postgres.APP) -> int:
        """A command as its own process, signed in as this role; its exit status. It ends when this process does."""
        told = {
            **os.environ,
            **environment(self.paths, role=role, database=DATABASE),
            "HOUSESTAFF_SPECIALTIES": str(self.specialties),
            "HOUSESTAFF_BASE_MODEL": self.base,
            "HOUSESTAFF_DECLARED_LEVELS": "1",  # an agent is examined above the level that it has earned so far
            "HOUSESTAFF_CONSULTS_PER_MINUTE": "1000000",
            "HOUSESTAFF_MESSAGES_PER_MINUTE": "1000000",
        }
        inside = [sys.executable, "-W", "ignore", str(env.ROOT / "manage.py"), *command]
        child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *inside], env=told, cwd=env.ROOT)
        # Ctrl-C reaches the child by itself; it saves and ends, and this process then clears away.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return child.wait()
        finally:
            signal.signal(signal.SIGINT, before)
            if child.poll() is None:
                child.terminate()
                child.wait()

    def serve(self, adapter: Published | None) -> None:
        """Load the candidate's adapter."""
        if adapter is not None:
            with Engine(self.engine.address) as engine:
                engine.load_adapter(adapter.served_name, str(adapter.path))


@contextmanager
def exam_house(base: str, kind: EngineKind = "real") -> Iterator[ExamHouse]:
    """Everything started, the database migrated; stopped and deleted at the end, also after Ctrl-C. Raises StartError."""
    with tempfile.TemporaryDirectory(prefix="hs-exam-") as folder:
        house = ExamHouse(Path(folder), base)
        house.paths.make()
        mint_secrets(house.paths)
        house.engine.ensure_initialised()
        with _engine(house, kind) as engine:
            try:
                house.cluster.ensure_initialised()
                house.cluster.start()
                house.cluster.create_database(DATABASE)
                if house.run("migrate", "--verbosity", "0", role=OWNER) != 0:
                    raise StartError("The exam's database could not be made; the reason stands above.")
                engine.await_ready()
                yield house
            except EngineDidNotStart as error:
                raise StartError(f"The engine did not start:\n{error}") from None
            finally:
                house.cluster.stop()


def _engine(house: ExamHouse, kind: EngineKind) -> EngineProcess:
    log = house.paths.log / "engine.log"
    if kind == "real":
        if why := house.engine.why_not():
            raise StartError(why)
        house.engine.check_base()
        command, outer = house.engine.command(), house.engine.environment()
        return EngineProcess(command, outer, address=house.engine.address, log=log)
    if not (env.ROOT / "tests" / "fakes").is_dir():
        raise StartError(
            "The instant engine comes with the tests, and there are none here: use the real one."
        )
    return EngineProcess(
        [sys.executable, "-m", INSTANT, "--uds", str(house.engine.settings.socket)],
        {**os.environ, "PYTHONPATH": os.pathsep.join((str(env.ROOT), str(env.ROOT / "platform")))},
        address=house.engine.address,
        log=log,
        folder=env.ROOT,
    )


def published(house: ExamHouse, folder: Path, specialty: str) -> Published:
    """The candidate's weights, checked and copied under their digest."""
    return publish(folder, Path(house.base), house.paths.var / "adapters", specialty)
