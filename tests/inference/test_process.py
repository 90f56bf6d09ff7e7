"""An engine of one's own ends with its block, and so does whatever it started."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from housestaff.inference.process import EngineDidNotStart, EngineProcess

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers
# A server that starts a helper, writes down its number, and ends politely without a thought for the helper.
FORGETFUL = """
import pathlib, signal, subprocess, sys, time
helper = subprocess.Popen(["sleep", "600"])
pathlib.Path(sys.argv[1]).write_text(str(helper.pid))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep(600)
"""


def engine(tmp_path: Path, *command: str) -> EngineProcess:
    return EngineProcess(command, os.environ, address=NOWHERE, log=tmp_path / "engine.log")


def test_what_the_engine_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "helper"
    with engine(tmp_path, sys.executable, "-c", FORGETFUL, str(note)):
        until = time.monotonic() + 30
        while not (note.exists() and note.read_text()) and time.monotonic() < until:
            time.sleep(0.02)
        helper = psutil.Process(int(note.read_text()))
        assert helper.is_running()
    gone, alive = psutil.wait_procs([helper], timeout=10)
    assert gone and not alive


def test_an_engine_that_ends_at_once_is_told_in_its_own_last_words(tmp_path: Path) -> None:
    with (
        engine(tmp_path, "sh", "-c", "echo no weights here; exit 3") as started,
        pytest.raises(EngineDidNotStart, match="no weights here"),
    ):
        started.await_ready(30)


def test_an_engine_that_says_nothing_is_not_awaited_for_ever(tmp_path: Path) -> None:
    with engine(tmp_path, "sleep", "600") as started, pytest.raises(EngineDidNotStart):
        started.await_ready(0.5)
