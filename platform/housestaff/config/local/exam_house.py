"""A house for one exam: a throwaway PostgreSQL, a vLLM of its own, specialties with planted articles."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from housestaff.agents.adapters import Published, publish
from housestaff.config import env
from housestaff.config.local import postgres
from housestaff.config.local.engine import LocalEngine
from housestaff.config.local.environment import DATABASE, environment, mint_secrets
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths
from housestaff.config.local.postgres import Cluster
from housestaff.inference.client import Engine

ENGINE_SECONDS = 240
OWNER = "housestaff_owner"


class ExamHouse:
    """The running house. `run` starts a management command in it."""

    def __init__(self, folder: Path, base: str):
        self.paths = Paths(folder.resolve())
        self.base = base
        self.specialties = folder / "specialties"
        self.cluster = Cluster(self.paths.var, durable=False)
        self.engine = LocalEngine(self.paths.var, base=base)

    def run(self, *command: str, role: str = postgres.APP) -> int:
        """A command as its own process, signed in as this role; its exit status."""
        told = {
            **os.environ,
            **environment(self.paths, role=role, database=DATABASE),
            "HOUSESTAFF_SPECIALTIES": str(self.specialties),
            "HOUSESTAFF_BASE_MODEL": self.base,
            "HOUSESTAFF_DECLARED_LEVELS": "1",  # an agent is examined above the level that it has earned so far
            "HOUSESTAFF_CONSULTS_PER_MINUTE": "1000000",
            "HOUSESTAFF_MESSAGES_PER_MINUTE": "1000000",
        }
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(env.ROOT / "manage.py"), *command], env=told, cwd=env.ROOT
        )
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
def exam_house(base: str) -> Iterator[ExamHouse]:
    """Everything started, the database migrated; stopped and deleted at the end, also after Ctrl-C. Raises StartError."""
    with tempfile.TemporaryDirectory(prefix="hs-exam-") as folder:
        house = ExamHouse(Path(folder), base)
        house.paths.make()
        mint_secrets(house.paths)
        house.engine.ensure_initialised()
        if why := house.engine.why_not():
            raise StartError(why)
        house.engine.check_base()
        log = house.paths.log / "engine.log"
        with log.open("wb") as out:
            vllm = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *house.engine.command()],  # it must not outlive the exam
                env=house.engine.environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            house.cluster.ensure_initialised()
            house.cluster.start()
            house.cluster.create_database(DATABASE)
            if house.run("migrate", "--verbosity", "0", role=OWNER) != 0:
                raise StartError("The exam's database could not be made; the reason stands above.")
            _await(house.engine, vllm, log)
            yield house
        finally:
            house.cluster.stop()
            _end(vllm)


def published(house: ExamHouse, folder: Path, specialty: str) -> Published:
    """The candidate's weights, checked and copied under their digest."""
    return publish(folder, Path(house.base), house.paths.var / "adapters", specialty)


def _await(engine: LocalEngine, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + ENGINE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if engine.ready():
            return
        time.sleep(0.5)
    raise StartError("vLLM did not start:\n" + "\n".join(_last_lines(log)))


def _last_lines(log: Path) -> Sequence[str]:
    return log.read_text(errors="replace").splitlines()[-15:]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
