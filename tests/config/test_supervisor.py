"""The supervisor on real, small processes: each test runs one in a process of its own and watches from outside."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

# The services: each writes what it does into one shared diary, so that the order can be read.
SCRIPT = """
import json, os, sys
from pathlib import Path
from housestaff.config.local.errors import StartError
from housestaff.config.local.services import Service, Task
from housestaff.config.local.supervisor import Stopped, Supervisor
folder, plan = Path(sys.argv[1]), json.loads(sys.argv[2])
supervisor = Supervisor(folder / "state.json", say=lambda text: print(text, flush=True))
try:
    for step in plan:
        kind, name, code = step["kind"], step["name"], step["code"]
        common = dict(name=name, command=[sys.executable, "-c", code, str(folder)], log=folder / f"{name}.log",
                      environment={"PATH": os.defpath}, directory=folder)
        if kind == "task":
            supervisor.run(Task(**common))
            continue
        mark = folder / f"{name}.ready"
        supervisor.start(Service(**common, patience=step.get("patience", 5), start_patience=20, ready=mark.exists))
        supervisor.await_ready(name)
    supervisor.watch()
except Stopped:
    pass
except StartError as error:
    print(error, flush=True)
    raise SystemExit(1)
finally:
    supervisor.stop()
"""
STEADY = """
import signal, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
def note(text):
    with (folder / "diary").open("a") as diary: diary.write(text + "\\n")
def end(*_):
    note("{name} ends"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("{name} starts")
time.sleep({delay})
note("{name} is ready")
(folder / "{name}.ready").touch()
time.sleep(600)
"""


def steady(name: str, delay: float = 0.0) -> dict[str, Any]:
    return {
        "kind": "service",
        "name": name,
        "code": STEADY.replace("{name}", name).replace("{delay}", str(delay)),
    }


def service(name: str, code: str, **more: Any) -> dict[str, Any]:
    begin = f"import sys, time, os\nfrom pathlib import Path\nPath(sys.argv[1], '{name}.ready').touch()\n"
    return {"kind": "service", "name": name, "code": begin + code, **more}


class Watched:
    """A supervisor in a process of its own, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def begin(self, *plan: dict[str, Any]) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SCRIPT, str(self.folder), json.dumps(plan)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        return self.process

    def state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        except FileNotFoundError:
            return {}
        return state

    def ready(self) -> bool:
        return bool(self.state().get("ready"))

    def one(self, name: str) -> dict[str, Any]:
        state: dict[str, Any] = self.state()["services"][name]
        return state

    def diary(self) -> list[str]:
        return (self.folder / "diary").read_text().splitlines()


def until(true: Callable[[], object], patience: float = 20.0) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    one = Watched(tmp_path)
    yield one
    assert one.process is not None
    if one.process.poll() is None:
        one.process.terminate()
    one.process.communicate(timeout=30)


def test_each_waits_for_the_one_before_and_ends_in_reverse(watched: Watched) -> None:
    process = watched.begin(steady("store", delay=0.5), steady("web"), steady("sweeper"))
    until(watched.ready)
    pids = [watched.one(name)["pid"] for name in ("store", "web", "sweeper")]
    process.terminate()
    assert process.wait(timeout=20) == 0
    assert watched.diary() == [
        "store starts",
        "store is ready",
        "web starts",
        "web is ready",
        "sweeper starts",
        "sweeper is ready",
        "sweeper ends",
        "web ends",
        "store ends",
    ]
    assert all(map(gone, pids))
    assert watched.state() == {}


def test_ctrl_c_reaches_only_the_supervisor(watched: Watched) -> None:
    process = watched.begin(steady("store"))
    until(watched.ready)
    pid = watched.one("store")["pid"]
    assert os.getsid(pid) == pid
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert watched.diary()[-1] == "store ends"


def test_what_was_killed_is_started_again_and_counted(watched: Watched) -> None:
    watched.begin(steady("store"), steady("web"))
    until(watched.ready)
    for times in (1, 2):
        before = watched.one("web")["pid"]
        os.kill(before, signal.SIGKILL)
        until(
            lambda before=before, times=times: (
                watched.one("web")["restarts"] == times and watched.one("web")["ready"]
            )
        )
        assert watched.one("web")["pid"] != before
        assert gone(before)
    assert watched.one("store")["restarts"] == 0


def test_the_pause_before_a_restart_grows(watched: Watched) -> None:
    crashing = "with open(Path(sys.argv[1], 'starts'), 'a') as file: print(time.time(), file=file)\ntime.sleep(0.2)\n"
    watched.begin(service("crashing", crashing), steady("web"))
    until((watched.folder / "starts").exists)
    until(lambda: len((watched.folder / "starts").read_text().split()) >= 4)
    starts = [float(line) for line in (watched.folder / "starts").read_text().split()]
    pauses = [later - sooner for sooner, later in itertools.pairwise(starts)]
    assert pauses[2] - pauses[0] > 0.4


def test_orphans_and_zombies_are_cleared_away(watched: Watched) -> None:
    """A killed parent's child ends with it; a daemon's abandoned child is reaped when it ends."""
    family = (
        "child = os.fork()\n"
        "if child == 0:\n    time.sleep(600)\n"
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n        time.sleep(0.5)\n    os._exit(0)\n"
        "Path(sys.argv[1], 'child').write_text(str(child))\n"
        "while True:\n    time.sleep(600)\n"
    )
    process = watched.begin(service("family", family))
    until(watched.ready)
    until((watched.folder / "child").exists)
    child = int((watched.folder / "child").read_text())
    assert not gone(child)
    os.kill(watched.one("family")["pid"], signal.SIGKILL)
    until(lambda: gone(child))
    until(lambda: watched.one("family")["restarts"] == 1)
    time.sleep(1)
    mine = psutil.Process(process.pid).children(recursive=True)
    unreaped = [each.pid for each in mine if each.status() == psutil.STATUS_ZOMBIE]
    # The family's own middle child is its own to reap; no orphan is left with the supervisor.
    assert [pid for pid in unreaped if psutil.Process(pid).ppid() == process.pid] == []


def test_what_does_not_want_to_end_is_killed(watched: Watched) -> None:
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n"
    process = watched.begin(service("deaf", deaf, patience=0.5))
    until(watched.ready)
    time.sleep(0.3)
    pid = watched.one("deaf")["pid"]
    process.terminate()
    process.wait(timeout=10)
    assert gone(pid)


def test_a_service_that_keeps_ending_stops_the_start_and_shows_its_last_words(watched: Watched) -> None:
    broken = {"kind": "service", "name": "web", "code": "raise SystemExit('no such table: consult')"}
    process = watched.begin(steady("store"), broken)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "web ended 3 times" in said
    assert "no such table: consult" in said
    assert watched.diary()[-1] == "store ends"


def test_a_failed_task_stops_the_start(watched: Watched) -> None:
    task = {"kind": "task", "name": "migrate", "code": "raise SystemExit('column is missing')"}
    process = watched.begin(steady("store"), task, steady("web"))
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "migrate failed" in said and "column is missing" in said
    assert "web starts" not in watched.diary()


@pytest.mark.faults
def test_services_outlive_a_killed_supervisor_and_can_be_found(watched: Watched) -> None:
    process = watched.begin(steady("store"))
    until(watched.ready)
    one = watched.one("store")
    process.kill()
    process.wait(timeout=10)
    left = psutil.Process(one["pid"])
    assert abs(left.create_time() - one["started"]) < 1
    left.kill()
