"""`make demo` as a person uses it: what it refuses, what it says, and that a killed run is mended."""

import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from housestaff.config.local import demo, probes, processes, state
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def port() -> int:
    """A free port, free again when the test takes it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
    return number


class House:
    """A whole house in a folder of its own, driven by the same command as make's; its engine is away."""

    def __init__(self, folder: Path, port: int) -> None:
        self.paths = Paths(folder)
        self.port = port
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HOUSESTAFF_")},
            "PYTHONPATH": str(ROOT / "platform"),
            "HOUSESTAFF_VAR": str(folder),
            "HOUSESTAFF_PORT": str(port),
            "HOUSESTAFF_ENGINES": f"unix:{folder / 'no-engine.sock'}",
        }

    def make(self, *verb: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "housestaff.config.local.demo", *verb]
        return subprocess.run(
            command,
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
        )

    def state(self) -> dict[str, Any]:
        return state.read_state(self.paths)


@pytest.fixture
def house(tmp_path: Path, port: int) -> Iterator[House]:
    one = House(tmp_path / "var", port)
    yield one
    one.make("down")


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_whole_life(house: House) -> None:
    """Start, a second start, every process killed, the supervisor and the postmaster killed, mend, stop, empty."""
    done = house.make("up", "--detach")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Housestaff is at http://127.0.0.1:{house.port}" in done.stdout
    told = json.loads(house.paths.accounts.read_text())
    assert stat.S_IMODE(house.paths.accounts.stat().st_mode) == 0o600
    assert told["base_url"] == f"http://127.0.0.1:{house.port}"
    for tenant in {user["tenant"] for user in told["users"]}:
        roles = [user["role"] for user in told["users"] if user["tenant"] == tenant]
        assert roles.count("patient") >= 2
        assert {"owner", "reviewer", "it"} <= set(roles)

    again = house.make("up")
    assert again.returncode == 0
    assert f"is running already, at http://127.0.0.1:{house.port}" in again.stdout

    before = house.state()["services"]
    for name in before:
        os.kill(before[name]["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not all(one["ready"] and one["restarts"] == 1 for one in house.state()["services"].values()):
        assert time.monotonic() < deadline, house.state()
        time.sleep(0.2)

    root_key = (house.paths.secrets / "root_key").read_text()
    supervisor = psutil.Process(house.state()["supervisor"]["pid"])
    orphans = [one["pid"] for one in house.state()["services"].values()]
    supervisor.kill()
    os.kill(house.state()["services"]["postgres"]["pid"], signal.SIGKILL)
    mended = house.make("up", "--detach")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in orphans
    )
    assert (house.paths.secrets / "root_key").read_text() == root_key
    assert probes.status(house.port, "/healthz")[0] == 200

    running = [one["pid"] for one in house.state()["services"].values()]
    assert house.make("down").returncode == 0
    assert not any(map(psutil.pid_exists, running))
    assert (house.paths.postgres / "PG_VERSION").exists()
    assert "Nothing is running here" in house.make("down").stdout

    refused = house.make("reset")
    assert refused.returncode == 1
    assert "YES=1" in refused.stderr
    assert house.make("reset", "--yes").returncode == 0
    assert sorted(path.name for path in house.paths.var.iterdir()) == ["supervisor.lock"]


def test_a_port_in_use_is_said_with_the_variable_that_moves_it(house: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        done = house.make("up", "--detach")
    assert done.returncode == 1
    assert f"Port {house.port}" in done.stdout + done.stderr
    assert f"HOUSESTAFF_PORT={house.port + 1} make demo" in done.stdout + done.stderr
    assert not house.paths.postgres.exists()


def test_a_base_model_that_is_not_there_is_said_before_anything_is_started(house: House) -> None:
    house.environment["HOUSESTAFF_BASE_MODEL"] = str(house.paths.var / "no-model")
    done = house.make("up")
    assert done.returncode == 1
    assert "HOUSESTAFF_BASE_MODEL: there is no base model in" in done.stderr
    assert not house.paths.postgres.exists()


@pytest.mark.parametrize("number", [0, 70_000, -1])
def test_a_port_that_is_none_is_refused(number: int) -> None:
    with pytest.raises(StartError, match="HOUSESTAFF_PORT must be between 1 and 65535"):
        processes.listen(number)


def test_a_full_disk_is_said_before_anything_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 512 << 20))
    with pytest.raises(StartError, match=r"512 MiB free; the demo needs 1024\. Nothing was started"):
        demo.up(Paths(tmp_path / "var"))
    assert not (tmp_path / "var").exists()


def test_an_old_data_directory_is_said_and_not_touched(house: House) -> None:
    house.paths.postgres.mkdir(parents=True)
    (house.paths.postgres / "PG_VERSION").write_text("12\n")
    done = house.make("up")
    assert done.returncode == 1
    assert "made by PostgreSQL 12" in done.stderr
    assert sorted(path.name for path in house.paths.var.rglob("*")) == ["PG_VERSION", "postgres"]


def test_a_lock_whose_holder_died_is_no_obstacle(tmp_path: Path) -> None:
    """The file stays when its holder is killed; the lock does not."""
    path = tmp_path / "supervisor.lock"
    code = "import fcntl, sys, time; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX)"
    code += "; print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with path.open("a+") as lock:
            assert not demo.take(lock)
        holder.kill()
    with path.open("a+") as lock:
        assert demo.take(lock)
        fcntl.flock(lock, fcntl.LOCK_UN)


def test_a_remembered_number_that_is_another_s_now_is_left_alone(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "var")
    paths.make()
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    remembered = {"pid": stranger.pid, "started": time.time() - 3600, "log": ""}
    paths.state_file.write_text(json.dumps({"services": {"web-1": remembered}}))
    state.clear_leftovers(paths, processes.Run(paths, 1))
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_no_process_finds_a_secret_in_its_environment(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "var")
    run = processes.Run(paths, 1)
    run.paths.make()
    processes_environment = run.environment("housestaff_app")
    demo.mint_secrets(paths)
    for secret in paths.secrets.iterdir():
        assert secret.read_text().strip() not in processes_environment.values()
