"""A vLLM of our own for an evaluation: the demo's settings, a private socket, gone afterwards."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from housestaff.inference.client import Engine, EngineError
from housestaff.inference.launch import EngineSettings, engine_command, engine_environment
from housestaff.inference.patience import Timeouts

BASE_NAME = "base"
START_SECONDS = 240
ANSWER_SECONDS = 300.0


class EngineDidNotStart(RuntimeError):
    """With the last lines the engine wrote."""


@contextmanager
def own_engine(
    python: Path, base: Path, adapters: Mapping[str, Path], outer: Mapping[str, str]
) -> Iterator[Engine]:
    """A running engine that serves `base` and the adapters by name; raises EngineDidNotStart."""
    with tempfile.TemporaryDirectory(prefix="hs-eval-") as folder:
        settings = EngineSettings(python, Path(folder) / "engine.sock", str(base), BASE_NAME)
        log = Path(folder) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                engine_command(settings),
                env=engine_environment(settings, outer),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        patient = Timeouts(
            connect=10, first_words=ANSWER_SECONDS, next_words=ANSWER_SECONDS, total=ANSWER_SECONDS
        )
        try:
            with Engine(f"unix:{settings.socket}", patient) as engine:
                _wait(engine, process, log)
                for name, path in adapters.items():
                    engine.load_adapter(name, str(path.resolve()))
                yield engine
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(engine: Engine, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            engine.health()
            return
        except EngineError:
            time.sleep(0.5)
    raise EngineDidNotStart("\n".join(log.read_text(errors="replace").splitlines()[-15:]))
