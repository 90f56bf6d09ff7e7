"""`make demo`, `make stop`, `make reset`: one run of the whole house on one machine.

python -m housestaff.config.local.demo up [--detach] | down | reset [--yes] | status
"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TextIO

from housestaff.config import env
from housestaff.config.local import leftovers
from housestaff.config.local.environment import mint_secrets
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths
from housestaff.config.local.processes import Run, listen
from housestaff.config.local.starting import Clock, start_all
from housestaff.config.local.state import clear_leftovers, read_state, supervisor_of
from housestaff.config.local.supervisor import Stopped, Supervisor

LEAST_SPACE = 1 << 30
LONGEST_START = 600.0
LONGEST_LOG = 20 << 20
OURS = (
    "postgres",
    "postgres.draft",
    "redis",
    "engine",
    "log",
    "run",
    "secrets",
    "static",
    "audit",
    "adapters",
    "accounts.json",
)


def main(arguments: list[str]) -> int:
    """Do one of the verbs; what goes wrong is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("verb", choices=["up", "down", "reset", "status"])
    parser.add_argument("--detach", action="store_true")
    parser.add_argument("--yes", action="store_true")
    options = parser.parse_args(arguments)
    paths = Paths(env.var().resolve())
    verbs: dict[str, Callable[[], int]] = {
        "up": lambda: up_detached(paths) if options.detach else up(paths),
        "down": lambda: down(paths),
        "reset": lambda: reset(paths, sure=options.yes),
        "status": lambda: status(paths),
    }
    try:
        return verbs[options.verb]()
    except StartError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1


# Starting


def up(paths: Paths) -> int:
    """Start everything and stay until Ctrl-C; or say that it runs already."""
    check_space(paths)
    run = Run(paths, env.number("HOUSESTAFF_PORT", 8000))
    run.cluster.check_version()
    run.engine.check_base()
    paths.make()
    with (paths.var / "supervisor.lock").open("a+") as lock:
        if not take(lock):
            return already_running(paths)
        clear_leftovers(paths, run)
        listener = listen(run.port)
        trim_logs(paths)
        mint_secrets(paths)
        clock = Clock()
        supervisor = Supervisor(paths.state_file, say=clock.say)
        supervisor.facts |= {"base_url": run.base_url, "var": str(paths.var)}
        try:
            start_all(run, supervisor, clock, listener)
            print(
                f"\n{who_can_sign_in(paths)}\n\nCtrl-C or make stop ends it; what was written stays.",
                flush=True,
            )
            supervisor.watch()
        except Stopped:
            print("\nStopping…", flush=True)
        finally:
            listener.close()
            supervisor.stop()
        print("Everything is stopped; what was written stays.", flush=True)
    return 0


def up_detached(paths: Paths) -> int:
    """Start the supervisor in the background, show its progress, and return when all is ready."""
    check_space(paths)
    paths.make()
    log = paths.log / "demo.log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "housestaff.config.local.demo", "up"]
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=env.ROOT, start_new_session=True
        )
    deadline = time.monotonic() + LONGEST_START
    with log.open("r", encoding="utf-8") as told:
        while True:
            code = child.poll()
            state = read_state(paths)
            print(told.read(), end="", flush=True)
            if code is not None:
                return code or wait_for_other(paths, deadline)
            if state.get("ready") and state["supervisor"]["pid"] == child.pid:
                print(told.read(), end="", flush=True)
                return 0
            if time.monotonic() > deadline:
                raise StartError(f"It is not ready after {LONGEST_START:.0f} s; see {log}.")
            time.sleep(0.2)


def wait_for_other(paths: Paths, deadline: float) -> int:
    """Another `make demo` has it in hand: wait until that one is ready."""
    while supervisor_of(paths) is not None and time.monotonic() < deadline:
        if read_state(paths).get("ready"):
            return 0
        time.sleep(0.3)
    raise StartError("The other make demo ended before it was ready.")


def already_running(paths: Paths) -> int:
    """A second `make demo` in one checkout does no harm: it says where the first one is."""
    state = read_state(paths)
    where = state.get("base_url", "an address that is still being prepared")
    doing = "running" if state.get("ready") else "starting"
    print(f"Housestaff is {doing} already, at {where}. make stop ends it.", flush=True)
    if state.get("ready"):
        print(f"\n{who_can_sign_in(paths)}", flush=True)
    return 0


# Ending


def down(paths: Paths) -> int:
    """Stop what runs, cleanly; clear away what a killed supervisor left."""
    process = supervisor_of(paths)
    if process is not None:
        print("Stopping…", flush=True)
        leftovers.end([process], signal.SIGTERM, patience=90.0)
    left = clear_leftovers(paths, Run(paths, env.number("HOUSESTAFF_PORT", 8000)))
    print("Stopped; what was written stays." if process or left else "Nothing is running here.", flush=True)
    return 0


def reset(paths: Paths, *, sure: bool) -> int:
    """Delete every consult, account and key of this run, after asking."""
    if not sure:
        if not sys.stdin.isatty():
            raise StartError("make reset deletes every consult, account and key; say YES=1 to mean it.")
        print(f"This deletes every consult, account and key in {paths.var}, for ever.")
        if input("Type reset to go on: ").strip() != "reset":
            print("Nothing was deleted.")
            return 1
    down(paths)
    paths.var.mkdir(parents=True, exist_ok=True)
    with (paths.var / "supervisor.lock").open("a+") as lock:
        if not take(lock):
            raise StartError("It was started again in the meantime. Nothing was deleted.")
        empty(paths)
    print(f"Emptied {paths.var}.")
    return 0


def empty(paths: Paths) -> None:
    """Delete what we made, and nothing that we did not."""
    for folder in {paths.run, paths.outside, *(paths.var / name for name in OURS)}:
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink(missing_ok=True)


# What can be read


def status(paths: Paths) -> int:
    """A line for each process."""
    state = read_state(paths)
    if supervisor_of(paths) is None:
        print("Nothing is running here.")
        return 0
    print(f"{state['base_url']}: {'ready' if state['ready'] else 'starting'}")
    for name, one in state["services"].items():
        print(f"  {name:<10} pid {one['pid'] or '-':<8} started again {one['restarts']} times")
    return 0


def who_can_sign_in(paths: Paths) -> str:
    """The address and the people, out of accounts.json; tokens stay in the file."""
    told = json.loads(paths.accounts.read_text(encoding="utf-8"))
    rows = [(user["tenant"], user["role"], user["username"], user["password"]) for user in told["users"]]
    lines = [
        f"Housestaff is at {told['base_url']}",
        "",
        "Who can sign in (tokens for the API are in the file below):",
    ]
    lines += [
        f"  {tenant:<12} {role:<10} {username:<24} {password}" for tenant, role, username, password in rows
    ]
    return "\n".join([*lines, "", f"  {paths.accounts}"])


def check_space(paths: Paths) -> None:
    """A full disk is said before anything is touched."""
    existing = next(folder for folder in (paths.var, *paths.var.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < LEAST_SPACE:
        raise StartError(
            f"The disk of {existing} has {free / 2**20:.0f} MiB free; the demo needs 1024. Nothing was started. "
            "Free some space, then start again; what was written is safe."
        )


def take(lock: TextIO) -> bool:
    """The advisory lock of the checkout; the kernel lets it go when its holder dies, so it can't be stale."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def trim_logs(paths: Paths) -> None:
    """Keep one older generation of a log that has grown long."""
    for log in paths.log.glob("*.log"):
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_size > LONGEST_LOG:
                log.replace(log.with_suffix(".log.1"))


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(sys.argv[1:]))
