"""One scenario list, two engines: the fake, and the real vLLM with a tiny base."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from housestaff.agents.adapters import adapter_digest
from housestaff.agents.reconcile import ServedAdapter
from housestaff.inference.client import Engine
from housestaff.inference.patience import Timeouts

from tests.fakes.running import EngineProcess, fake_engine
from tests.verification.lessons import ADAPTERS, SYSTEM, script
from tests.verification.real_engine import real_engine, tiny_base

PATIENT = Timeouts(
    connect=5, first_words=30, next_words=30, total=60
)  # a busy machine is not the question here
SALT = "0123456789abcdef" * 2
MOST_AT_ONCE = 4


@dataclass
class Subject:
    """An engine under test, and the folders of adapters that it can load."""

    process: EngineProcess
    engine: Engine
    adapters: dict[str, Path]

    @property
    def wanted(self) -> set[ServedAdapter]:
        """Three releases in service, one adapter each."""
        return {ServedAdapter(slug, adapter_digest(path), path) for slug, path in self.adapters.items()}

    def ask(self, plan: str, *, model: str = "base", max_tokens: int = 600, **more: Any) -> dict[str, Any]:
        """The arguments of one generation."""
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": plan}]
        return {"model": model, "messages": messages, "cache_salt": SALT, "max_tokens": max_tokens, **more}

    def says(self, plan: str, **more: Any) -> str:
        """The whole streamed answer."""
        return "".join(delta.text for delta in self.engine.stream(**self.ask(plan, **more)))


@pytest.fixture(scope="session")
def private_folder() -> Iterator[Path]:
    """A short path (a socket's name has 107 bytes), open to this user only."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def under_test(process: EngineProcess, adapters: dict[str, Path]) -> Iterator[Subject]:
    process.start()
    engine = Engine(process.address, PATIENT)
    try:
        yield Subject(process, engine, adapters)
    finally:
        engine.close()
        process.stop()


@pytest.fixture(scope="session")
def fake(private_folder: Path) -> Iterator[Subject]:
    lines = private_folder / "script.json"
    lines.write_text(json.dumps(script()), encoding="utf-8")
    folders = {slug: private_folder / "adapters" / slug for slug in ADAPTERS}
    for folder in folders.values():
        folder.mkdir(parents=True)
        for name in ("adapter_config.json", "adapter_model.safetensors", "card.yaml"):
            (folder / name).write_text(
                folder.name, encoding="utf-8"
            )  # the fake looks only whether they are there
    pace = ("--tokens-per-second", "100", "--max-queued", str(MOST_AT_ONCE))
    process = fake_engine(private_folder, "--script", str(lines), *pace, name="fake")
    with under_test(process, folders) as subject:
        yield subject


@pytest.fixture(scope="session")
def real(private_folder: Path) -> Iterator[Subject]:
    made = tiny_base()
    process = real_engine(private_folder, made / "base", max_queued=MOST_AT_ONCE)
    with under_test(process, {slug: made / "adapters" / slug for slug in ADAPTERS}) as subject:
        yield subject


@pytest.fixture
def neighbour(private_folder: Path) -> Iterator[EngineProcess]:
    """A second engine, always a fake one: two real servers would not fit beside the suite."""
    process = fake_engine(private_folder, name="neighbour").start()
    yield process
    process.stop()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real_engine)])
def subject(request: pytest.FixtureRequest) -> Subject:
    found: Subject = request.getfixturevalue(request.param)
    return found
