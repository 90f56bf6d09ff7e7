"""A vLLM of our own for an evaluation: the demo's settings, a private socket, gone afterwards."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from housestaff.inference.client import Engine
from housestaff.inference.launch import EngineSettings, engine_command, engine_environment
from housestaff.inference.patience import Timeouts
from housestaff.inference.process import EngineProcess

BASE_NAME = "base"
ANSWER_SECONDS = 300.0


@contextmanager
def own_engine(
    python: Path, base: Path, adapters: Mapping[str, Path], outer: Mapping[str, str]
) -> Iterator[Engine]:
    """A running engine that serves `base` and the adapters by name; raises EngineDidNotStart."""
    with tempfile.TemporaryDirectory(prefix="hs-eval-") as folder:
        settings = EngineSettings(python, Path(folder) / "engine.sock", str(base), BASE_NAME)
        patient = Timeouts(
            connect=10, first_words=ANSWER_SECONDS, next_words=ANSWER_SECONDS, total=ANSWER_SECONDS
        )
        process = EngineProcess(
            engine_command(settings),
            engine_environment(settings, outer),
            address=f"unix:{settings.socket}",
            log=Path(folder) / "log",
        )
        with process, Engine(process.address, patient) as engine:
            process.await_ready()
            for name, path in adapters.items():
                engine.load_adapter(name, str(path.resolve()))
            yield engine
