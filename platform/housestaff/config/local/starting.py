"""The order in which the house is started, and what the person at the terminal is told meanwhile."""

import socket
import time

from housestaff.config.local.errors import StartError
from housestaff.config.local.processes import Run
from housestaff.config.local.supervisor import Supervisor


class Clock:
    """Says each step with the seconds since the start."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:6.1f} s] {text}", flush=True)


def start_all(run: Run, supervisor: Supervisor, clock: Clock, listener: socket.socket) -> None:
    """Servers first, then tables and people, then the doors; the slow engine warms up beside all that."""
    for service in (run.redis_server(), run.postgres_server()):
        supervisor.start(service)
    why_no_engine = run.why_no_engine()
    if why_no_engine is None:
        supervisor.start(run.engine_server())
        clock.say("the engine (vLLM) is loading its model")
    else:
        clock.say(f"no engine is started: {why_no_engine}; the agents stay silent, everything else works")
    for name in ("redis", "postgres"):
        supervisor.await_ready(name)
        clock.say(f"{name} is ready")
    run.create_database()
    for what, task in run.settings_up():
        supervisor.run(task)
        clock.say(f"{what}: done")
    doors = [*run.web(listener), run.worker(), *run.sweepers()]
    for service in doors:
        supervisor.start(service)
    for service in doors:
        supervisor.await_ready(service.name)
        clock.say(f"{service.name} is ready")
    if why_no_engine is None:
        supervisor.await_ready("engine")
        clock.say("the engine is ready")
    await_all_ready(run, supervisor, clock)


def await_all_ready(run: Run, supervisor: Supervisor, clock: Clock) -> None:
    """Until `/readyz` is green. Without an engine it may never be: then everything but the engine will do."""
    deadline = time.monotonic() + 120
    while True:
        ready, missing = run.parts()
        waiting_for = [part for part in missing.split(", ") if part]
        if ready or (
            run.why_no_engine()
            and waiting_for
            and all(p.startswith(("engine", "second_reader")) for p in waiting_for)
        ):
            clock.say("ready" if ready else f"ready, but for {missing}")
            return
        if time.monotonic() > deadline:
            raise StartError(f"/readyz did not turn green ({missing or 'no answer'}); see {run.paths.log}.")
        supervisor.turn(0.3)
