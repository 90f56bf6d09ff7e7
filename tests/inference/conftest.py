"""A fake engine or two for the client's tests, each a real process on a real socket."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.running import EngineProcess, fake_engine


@pytest.fixture(scope="module")
def start_engine() -> Iterator[Callable[..., EngineProcess]]:
    """Starts fake engines in one private folder and ends them after the module."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    started: list[EngineProcess] = []

    def start(*options: str) -> EngineProcess:
        engine = fake_engine(folder, *options, name=f"engine{len(started)}").start()
        started.append(engine)
        return engine

    yield start
    for engine in started:
        engine.stop()
    shutil.rmtree(folder, ignore_errors=True)
