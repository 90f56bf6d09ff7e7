"""Processes that outlived the one who started them: found by what they are, never by a bare number.

A process id is used again sooner or later, so a remembered one counts only with the time its process began.
"""

import contextlib
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)


def alive(pid: int, started: float) -> psutil.Process | None:
    """The very process that was remembered, or None when it is gone or its number is another's now."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < 1.5 and process.status() != psutil.STATUS_ZOMBIE
    except GONE:
        return None
    return process if same else None


def working_in(folder: Path) -> list[psutil.Process]:
    """Every living process whose working directory is this folder."""
    wanted, found = str(folder.resolve()), []
    for process in psutil.process_iter():
        with contextlib.suppress(*GONE, psutil.AccessDenied, OSError):
            if process.cwd() == wanted:
                found.append(process)
    return found


def end(processes: Iterable[psutil.Process], how: signal.Signals, patience: float) -> None:
    """Ask them to end, wait, and kill what is still there: the caller knows that they are ours."""
    waiting = list(processes)
    for process in waiting:
        with contextlib.suppress(*GONE):
            process.send_signal(how)
    for process in _still_there(waiting, patience):
        with contextlib.suppress(*GONE):
            process.kill()
    _still_there(waiting, 5.0)


def _still_there(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Those that have not ended within the time; a zombie has ended, whoever should reap it."""
    deadline = time.monotonic() + patience
    left = processes
    while left and time.monotonic() < deadline:
        left = [process for process in left if not _ended(process)]
        if left:
            time.sleep(0.05)
    return left


def _ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except GONE:
        return True
