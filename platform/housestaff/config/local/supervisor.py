"""One small supervisor: order, readiness, restart with back-off, reaping, and a clean stop in reverse order.

Each process leads a session of its own, so that Ctrl-C reaches only the supervisor, and whatever a killed process
leaves behind is found by its session. Orphans come to the supervisor (it is their subreaper), which reaps them.
After `kill -9` of the supervisor its processes go on serving patients; the next one finds them in the state file.
Why it is our own: docs/decisions/0002-the-supervisor.md.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import psutil

from housestaff.config.local import leftovers
from housestaff.config.local.errors import StartError
from housestaff.config.local.services import Running, Service, Task

PR_SET_CHILD_SUBREAPER = 36
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
STEADY_AFTER = 30.0
TRIES_AT_START = 3
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(Exception):
    """Ctrl-C, SIGTERM or SIGHUP came."""


class Supervisor:
    """Starts services one by one and keeps them alive until it is told to stop. For the main thread only."""

    def __init__(self, state_file: Path, say: Callable[[str], None] = print) -> None:
        self.state_file = state_file
        self.say = say
        self.running: dict[str, Running] = {}
        self.facts: dict[str, object] = {"ready": False}
        self._asked_to_stop = 0
        self._codes: dict[int, int] = {}
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._wake_out, self._wake_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._take_signals()
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    # Starting

    def start(self, service: Service) -> None:
        """Start a service without waiting for it."""
        self.running[service.name] = Running(service)
        self._launch(self.running[service.name])

    def await_ready(self, name: str) -> None:
        """Wait until a started service is ready; give up when it keeps ending or takes too long."""
        one = self.running[name]
        deadline = time.monotonic() + one.service.start_patience
        while not self._check_ready(one):
            if one.in_a_row >= TRIES_AT_START or time.monotonic() > deadline:
                what = f"ended {one.in_a_row} times" if one.in_a_row else "was not ready in time"
                raise StartError(f"{name} {what}; see {one.service.log}.\n{last_lines(one.service.log)}")
            self.turn(0.1)

    def run(self, task: Task) -> None:
        """Run a task to its end; a bad end stops the start."""
        child = self._spawn(task.command, task.log, task.environment, task.directory)
        deadline = time.monotonic() + task.patience
        while child.pid not in self._codes:
            if time.monotonic() > deadline:
                os.kill(child.pid, signal.SIGKILL)
                raise StartError(f"{task.name} took more than {task.patience:.0f} s; see {task.log}.")
            self.turn(0.1)
        if self._codes.pop(child.pid) != 0:
            raise StartError(f"{task.name} failed; see {task.log}.\n{last_lines(task.log)}")

    # Watching

    def watch(self) -> None:
        """Keep everything alive until somebody asks us to stop."""
        self.facts["ready"] = True
        self._write_state()
        while True:
            self.turn(0.5)
            for one in self.running.values():
                if one.pid is not None and not one.is_ready:
                    self._check_ready(one)

    def turn(self, seconds: float) -> None:
        """Sleep until something happens; reap what ended, start again what is due. Raises Stopped."""
        select.select([self._wake_out], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_out, 4096)
        self._reap()
        if self._asked_to_stop:
            raise Stopped
        now = time.monotonic()
        for one in self.running.values():
            if one.start_again_at is not None and now >= one.start_again_at:
                self._launch(one)

    def _reap(self) -> None:
        """Collect every ended child, adopted orphans too; a service's session is ended before its number is free."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            child = self._children.pop(ended.si_pid, None)
            if child is not None:
                end_session(ended.si_pid)
            _, status = os.waitpid(ended.si_pid, 0)
            if child is not None:
                child.returncode = os.waitstatus_to_exitcode(status)
                self._note_end(ended.si_pid, child.returncode)

    def _note_end(self, pid: int, code: int) -> None:
        one = next((one for one in self.running.values() if one.pid == pid), None)
        if one is None:
            self._codes[pid] = code
            return
        lasted = time.time() - one.started
        one.in_a_row = 1 if one.is_ready and lasted > STEADY_AFTER else one.in_a_row + 1
        one.pid, one.is_ready, one.code = None, False, code
        if not self._asked_to_stop:
            pause = min(FIRST_PAUSE * 2 ** (one.in_a_row - 1), LONGEST_PAUSE)
            one.start_again_at = time.monotonic() + pause
            self.say(f"{one.service.name} ended ({how_ended(code)}); starting it again in {pause:.1f} s")
        self._write_state()

    def _check_ready(self, one: Running) -> bool:
        if one.pid is not None and not one.is_ready and one.service.ready():
            one.is_ready = True
            if one.restarts:
                self.say(f"{one.service.name} is ready again")
            self._write_state()
        return one.is_ready

    def _launch(self, one: Running) -> None:
        one.start_again_at = None
        service = one.service
        if one.code is not None:
            one.restarts += 1
        try:
            service.prepare()
            child = self._spawn(
                service.command, service.log, service.environment, service.directory, service.pass_fds
            )
        except (OSError, StartError) as error:
            if one.code is None:
                raise StartError(f"{service.name} could not be started: {error}") from error
            self.say(f"{service.name} could not be started ({error}); trying again in {LONGEST_PAUSE:.0f} s")
            one.start_again_at = time.monotonic() + LONGEST_PAUSE
            return
        one.pid, one.started, one.is_ready = child.pid, psutil.Process(child.pid).create_time(), False
        self._write_state()

    def _spawn(
        self,
        command: list[str],
        log: Path,
        environment: Mapping[str, str],
        directory: Path,
        pass_fds: tuple[int, ...] = (),
    ) -> subprocess.Popen[bytes]:
        with log.open("ab") as file:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environment,
                cwd=directory,
                start_new_session=True,
                pass_fds=pass_fds,
            )
        self._children[child.pid] = child
        return child

    # Ending

    def stop(self) -> None:
        """End the services, the last started first, then whatever they left; data is safe at every moment."""
        self._asked_to_stop = max(1, self._asked_to_stop)
        self.facts["ready"] = False
        for one in reversed(self.running.values()):
            one.start_again_at = None
            if one.pid is not None:
                self._end(one, one.pid)
        strangers = psutil.Process().children(recursive=True)
        leftovers.end(strangers, signal.SIGTERM, patience=2.0)
        self._reap()
        self.state_file.unlink(missing_ok=True)

    def _end(self, one: Running, pid: int) -> None:
        """Ask a service to end; kill it when it takes too long, or when Ctrl-C came a second time."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, one.service.stop_signal)
        deadline = time.monotonic() + one.service.patience
        while one.pid is not None and time.monotonic() < deadline and self._asked_to_stop < 2:
            select.select([self._wake_out], [], [], 0.1)
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_out, 4096)
            self._reap()
        while one.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
            self._reap()

    def _take_signals(self) -> None:
        signal.set_wakeup_fd(self._wake_in, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_stop)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop += 1

    # What others may read

    def _write_state(self) -> None:
        """Rewrite the state file in one step: tests, `make stop` and the next supervisor read it."""
        me = psutil.Process()
        state = {
            **self.facts,
            "supervisor": {"pid": me.pid, "started": me.create_time()},
            "services": {name: one.as_state() for name, one in self.running.items()},
        }
        draft = self.state_file.with_suffix(".draft")
        draft.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        draft.replace(self.state_file)


def end_session(leader: int) -> None:
    """Kill what an ended process started and left running: they share its session."""
    for process in psutil.process_iter():
        with contextlib.suppress(*leftovers.GONE, ProcessLookupError):
            if process.pid != leader and os.getsid(process.pid) == leader:
                process.kill()


def how_ended(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, for the person who has to find out."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(f"  | {line[:300]}" for line in lines[-count:])
