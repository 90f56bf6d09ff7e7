"""What one run left for others to read: which processes are its own, and clearing them away when it was killed."""

import json
import signal
from typing import Any

import psutil

from housestaff.config.local import leftovers
from housestaff.config.local.paths import Paths
from housestaff.config.local.processes import Run
from housestaff.config.local.supervisor import end_session


def read_state(paths: Paths) -> dict[str, Any]:
    """The state file; empty when there is none."""
    try:
        state: dict[str, Any] = json.loads(paths.state_file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return state


def supervisor_of(paths: Paths) -> psutil.Process | None:
    """The living supervisor of this folder, if there is one."""
    one = read_state(paths).get("supervisor")
    return leftovers.alive(one["pid"], one["started"]) if one else None


def clear_leftovers(paths: Paths, run: Run) -> int:
    """End what a killed supervisor left running, and say how many there were.

    Only what is surely ours: by number and start time, by session, or by the data folder it works in. The servers
    with data come last and are asked to end cleanly.
    """
    recorded = read_state(paths).get("services", {})
    found: list[psutil.Process] = []
    for name, one in recorded.items():
        process = leftovers.alive(one["pid"], one["started"]) if one["pid"] else None
        if process is not None and name not in ("postgres", "redis"):
            found.append(process)
    leftovers.end(found, signal.SIGTERM, patience=15.0)
    for one in recorded.values():
        if one["pid"] and not psutil.pid_exists(one["pid"]):
            end_session(one["pid"])
    stores = run.redis.processes() + ([postmaster] if (postmaster := run.cluster.postmaster()) else [])
    leftovers.end(run.engine.processes(), signal.SIGKILL, patience=2.0)
    run.redis.mend()
    run.cluster.mend()
    paths.state_file.unlink(missing_ok=True)
    return len(found) + len(stores)
