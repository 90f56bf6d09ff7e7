"""The door to the engine's environment, where torch lives: start a module there and pass signals on."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
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


def run_module(module: str, arguments: Sequence[str], words: str | None = None) -> int:
    """Run `python -m module` there, at low priority, in this terminal. Returns its exit status.

    `words` are given to it on its standard input.

    Ctrl-C reaches the child by itself (same terminal); a polite kill is passed on. Threads wait without spinning, or
    two of them on one busy core would each wait for the other.
    """
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
    child = subprocess.Popen(
        [str(engine_python()), "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=None if words is None else subprocess.PIPE,
        preexec_fn=lambda: os.nice(10),
    )

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    before = signal.signal(signal.SIGTERM, pass_on), signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if words is not None and child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), child.stdin as out:
                out.write(words.encode())
        return child.wait()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
