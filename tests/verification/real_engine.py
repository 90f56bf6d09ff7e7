"""The real vLLM on CPU for a test session: a tiny base made once per checkout, one server per session."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml
from housestaff.agents.adapters import adapter_digest, read_base
from housestaff.inference.launch import EngineSettings, engine_command, engine_environment

from tests.fakes.running import ROOT, EngineProcess

PYTHON = ROOT / ".venv-engine" / "bin" / "python"
RECIPE = [Path(__file__).with_name(name) for name in ("tiny_base.py", "lessons.py")]
START_SECONDS = 240


def engine_python() -> Path:
    """The engine's own interpreter; without it these tests fail rather than pass unseen."""
    if not PYTHON.exists():
        pytest.fail("There is no .venv-engine, so the real vLLM cannot be tested: run `make setup` first.")
    return PYTHON


def tiny_base() -> Path:
    """The folder with `base/` and `adapters/<slug>/`, made on first use and kept in `var/`."""
    recipe = hashlib.sha256(b"".join(path.read_bytes() for path in RECIPE)).hexdigest()[:16]
    kept = ROOT / "var" / "tests" / f"tiny-base-{recipe}"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=kept.parent))
    done = subprocess.run(
        [engine_python(), RECIPE[0], draft], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    write_cards(draft)
    try:
        draft.rename(kept)
    except OSError:  # another run made the same at the same time
        shutil.rmtree(draft)
    return kept


def write_cards(folder: Path) -> None:
    """Beside each adapter, the card that names its own digest and its base's."""
    base = read_base(folder / "base").digest
    for adapter in (folder / "adapters").iterdir():
        card = {"digest": adapter_digest(adapter), "base_digest": base}
        (adapter / "card.yaml").write_text(yaml.safe_dump(card), encoding="utf-8")


def real_engine(folder: Path, base: Path, *, max_queued: int) -> EngineProcess:
    """A real server, not yet started, whose socket, log and caches lie in `folder`."""
    settings = EngineSettings(
        python=engine_python(),
        socket=folder / "real.sock",
        base=str(base),
        max_running=4,
        max_queued=max_queued,
        max_length=1024,
        cache_bytes=67_108_864,
    )
    environment = engine_environment(settings, os.environ) | {"HOME": str(folder)}
    return EngineProcess(
        settings.socket, engine_command(settings), environment, START_SECONDS, folder / "real.log"
    )
