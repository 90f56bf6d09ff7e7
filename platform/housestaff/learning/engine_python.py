"""The door to the engine's environment, where torch lives: start a module there and pass signals on."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv-engine" / "bin" / "python"


class NoEngineEnvironment(RuntimeError):
    """`.venv-engine` is missing."""


def engine_python() -> Path:
    """The interpreter, or the sentence that says how to get it."""
    if not PYTHON.exists():
        raise NoEngineEnvironment(
            "The engine's environment .venv-engine is missing: run `make demo` once; it builds it."
        )
    return PYTHON


@dataclass(frozen=True)
class Job:
    """A module, its arguments, and the words that it is given on its standard input."""

    module: str
    arguments: Sequence[str]
    words: str | None = None


def run_module(module: str, arguments: Sequence[str], words: str | None = None) -> int:
    """Run `python -m module` there. Returns its exit status."""
    return run_modules(Job(module, arguments, words))


def run_modules(*jobs: Job) -> int:
    """Run modules there side by side, at low priority, in this terminal. Returns the first exit status that is not 0.

    Ctrl-C reaches the children by itself (same terminal); a polite kill is passed on. Threads wait without spinning, or
    two of them on one busy core would each wait for the other.
    """
    children: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(number)

    before = signal.signal(signal.SIGTERM, pass_on), signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for job in jobs:
            children.append(child := _started(job))
            if job.words is not None and child.stdin is not None:
                with contextlib.suppress(BrokenPipeError), child.stdin as out:
                    out.write(job.words.encode())
        statuses = [child.wait() for child in children]
        return next((status for status in statuses if status), 0)
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])


def _started(job: Job) -> subprocess.Popen[bytes]:
    environment = {
        "PYTHONPATH": str(ROOT / "platform"),
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONUNBUFFERED": "1",
    }
    environment |= {
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    return subprocess.Popen(
        [str(engine_python()), "-m", job.module, *job.arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=None if job.words is None else subprocess.PIPE,
        preexec_fn=lambda: os.nice(10),
    )
