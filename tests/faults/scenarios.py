"""One function a fault: bring load, do the fault, prove that it happened, let the house settle, read everything.

The tests check the histories; the mutation gate runs some of them again against mutants.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from .history import History
from .house import House, until
from .load import Load
from .reading import Watcher, read_all, settle
from .sockets import Audience

HERE = Path(__file__).resolve().parent

QUEUES = ("sync", "turns")
SOCKETS = 200


def seed_of_the_day() -> int:
    """A fixed seed, or HOUSESTAFF_SEED to look at another."""
    return int(os.environ.get("HOUSESTAFF_SEED", "20261123"))


@contextmanager
def under_load(
    house: House, scenario: str, seed: int, *, first: Callable[[Load], None] | None = None, **size: int
) -> Iterator[tuple[Load, History]]:
    """Enter when a hundred messages are in flight; on leaving, wait for the end and read it all.

    `first` is done when the consults are open and nothing has been written.
    """
    print(f"{scenario}: seed {seed}")
    history = History(scenario, seed, [])
    with Load(house, seed, **size) as load, Watcher(house, load) as watcher:
        load.await_consults()
        if first is not None:
            first(load)
        load.await_in_flight()
        history.in_flight = load.in_flight
        yield load, history
        history.ready_in = house.wait_ready()
        load.join(90)
        settle(house, load)
        read_all(house, load, history, watcher)
        history.sent = load.sent
        history.swept = {pid: len(steps) for pid, steps in house.switches.seen("swept").items()}
        if not taken(house):
            history.also.append("hints lie in the queue and nobody takes them")
    house.switches.clear()


def came(condition: Callable[[], Any], seconds: float) -> bool:
    """Wait for the proof of a fault; that it never came is for the checker to say."""
    with contextlib.suppress(AssertionError):
        until(condition, seconds, "proof", every=0.05)
        return True
    return False


def waiting_hints(house: House) -> int:
    return sum(house.redis.llen(queue) for queue in QUEUES)


def taken(house: House) -> bool:
    """Does the worker take what lies in its queues?"""
    before = waiting_hints(house)
    return came(lambda: waiting_hints(house) < max(1, before), 30)


def _die_at(house: House, point: str, times: int) -> list[str]:
    """Arm a fault point, again when it fired; gives a line for each process that died there."""
    fired = []
    for _ in range(times):
        house.switches.turn_on(point)
        if came(lambda: house.switches.fired(point), 10):
            fired.append(f"a process died at {point}")
            (house.switches.folder / f"{point}.fired").unlink()
    house.switches.turn_off(point)
    return fired


# Web


def web_killed_before_commit(house: House, seed: int) -> History:
    """F1: the message is inserted and not committed."""
    with under_load(house, "web_killed_before_commit", seed) as (_, history):
        history.faults = _die_at(house, "message.before_commit", 2)
    return history


def web_killed_after_commit(house: House, seed: int) -> History:
    """F2: committed, but the patient's browser hears nothing."""
    with under_load(house, "web_killed_after_commit", seed) as (_, history):
        history.faults = _die_at(house, "web.after_commit", 2)
    return history


def web_killed_before_hints(house: House, seed: int) -> History:
    """F3: committed, and no hint has left."""
    with under_load(house, "web_killed_before_hints", seed) as (_, history):
        history.faults = _die_at(house, "message.after_commit", 2)
    return history


def web_killed_with_sockets(house: House, seed: int) -> History:
    """F22: 200 listeners on the consults' logs lose their sockets; each comes back and misses nothing."""
    with contextlib.ExitStack() as stack:
        rows: list[Audience] = []

        def gather(load: Load) -> None:
            rows.append(stack.enter_context(Audience(house, load.consults, SOCKETS)))
            until(lambda: rows[0].open == SOCKETS, 60, f"{SOCKETS} sockets are open")

        with under_load(house, "web_killed_with_sockets", seed, first=gather) as (_, history):
            (audience,) = rows
            history.faults.append(f"both web processes were killed with {audience.open} sockets open")
            house.kill("web-1", "web-2")
            if not came(lambda: audience.came_back == SOCKETS, 60):
                history.also.append(f"only {audience.came_back} sockets came back")
        came(lambda: not audience.missed(history), 30)
        history.also += audience.missed(history)
    return history


# Worker and sweepers


def worker_child_killed(house: House, seed: int) -> History:
    """F4: a child of the worker dies in the middle of a task."""
    with under_load(house, "worker_child_killed", seed) as (_, history):
        history.faults = _die_at(house, "worker.mid_task", 2)
    return history


def worker_killed(house: House, seed: int) -> History:
    """F5: the worker's parent is killed, its children with it."""
    with under_load(house, "worker_killed", seed) as (_, history):
        house.kill("worker")
        history.faults.append("the supervisor started another worker")
    return history


def sweeper_killed(house: House, seed: int) -> History:
    """F33: a sweeper dies in the middle of a step while no hint arrives, so that all hangs on the sweepers."""
    house.switches.turn_on("hints", "drop")
    with under_load(house, "sweeper_killed", seed) as (_, history):
        history.faults = _die_at(house, "sweeper.mid_step", 2)
    return history


def hints_dropped(house: House, seed: int) -> History:
    """F13, F34: every Celery message is lost; the two sweepers share the work."""
    house.switches.turn_on("hints", "drop")
    with under_load(house, "hints_dropped", seed) as (_, history):
        _count_hints(house, "drop", history)
    if len(history.swept) < 2:
        history.also.append(f"not two sweepers did it: {history.swept}")
    return history


def hints_doubled(house: House, seed: int) -> History:
    """F13: every Celery message comes ten times, to steps that dawdle."""
    house.switches.turn_on("hints", "double")
    house.switches.turn_on("naps")
    with under_load(house, "hints_doubled", seed, consults=6, rounds=4) as (_, history):
        _count_hints(house, "double", history)
    return history


def hints_shuffled(house: House, seed: int) -> History:
    """F13: Celery messages come in another order, to steps that dawdle."""
    house.switches.turn_on("hints", f"shuffle {seed}")
    house.switches.turn_on("naps")
    with under_load(house, "hints_shuffled", seed) as (_, history):
        _count_hints(house, "shuffle", history)
    return history


def _count_hints(house: House, mode: str, history: History) -> None:
    def hit() -> int:
        return sum(line.startswith(mode) for lines in house.switches.seen("hints").values() for line in lines)

    if came(lambda: hit() >= 100, 30):
        history.faults.append(f"{mode}: {hit()} hints")


# Servers


def redis_lost(house: House, seed: int) -> History:
    """F8: Redis is killed and comes back empty."""
    with under_load(house, "redis_lost", seed) as (_, history):
        before = house.redis.info("server")["run_id"]
        house.lose_redis()
        until(lambda: not house.not_ready(), 30, "the house is ready")
        if house.redis.info("server")["run_id"] != before:
            history.faults.append("another Redis runs")
    # The new server has seen both sides: publishers that came back, and the worker.
    used = house.redis.info("commandstats")
    if not {"cmdstat_lpush", "cmdstat_brpop"} <= used.keys():
        history.also.append("hints never came back after Redis did")
    return history


def redis_flushed(house: House, seed: int) -> History:
    """F9: FLUSHALL while hints lie in the queues."""
    with under_load(house, "redis_flushed", seed) as (_, history), house.stopped("worker"):
        came(lambda: waiting_hints(house) >= 20, 15)
        lost = waiting_hints(house)
        house.redis.flushall()
        if lost:
            history.faults.append(f"{lost} hints were flushed")
    return history


def backend_killed(house: House, seed: int) -> History:
    """F16: kill -9 of one PostgreSQL backend in the middle of a message; the server recovers as after a crash."""
    with under_load(house, "backend_killed", seed) as (_, history):
        pid = until(lambda: _busy_backend(house), 15, "a backend works for the web", every=0.01)
        assert psutil.Process(pid).name().startswith("postgres")
        os.kill(pid, signal.SIGKILL)
        if came(lambda: "terminated by signal 9" in house.log_of("postgres"), 15):
            history.faults.append(f"backend {pid} was killed")
    return history


def _busy_backend(house: House) -> int | None:
    with house.as_admin() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'housestaff_app' AND xact_start IS NOT NULL LIMIT 1"
        )
        found = cursor.fetchone()
    return int(found[0]) if found else None


# Engine


def engine_killed(house: House, seed: int) -> History:
    """F27: the engine dies while it speaks; a slow one, so that it is in the middle of many answers."""
    house.restart_engine("--latency", "0.05", "--tokens-per-second", "2")
    house.wait_ready()
    with under_load(house, "engine_killed", seed) as (_, history):
        if came(lambda: _speaking(house) >= 2, 30):
            history.faults.append(f"killed with {_speaking(house)} answers half said")
        house.restart_engine()
    return history


def _speaking(house: House) -> int:
    """How many answers the engine is in the middle of, once it has said a first token of any."""
    metrics = dict(line.rsplit(" ", 1) for line in house.engine_says("/metrics").splitlines())
    said = int(metrics.get("vllm:generation_tokens_total", 0))
    return int(metrics.get("vllm:num_requests_running", 0)) if said else 0


def engine_stopped(house: House, seed: int) -> History:
    """F28: the engine is there and does nothing. Messages are taken and answered in signed words; the turns say why.

    Every child of the worker has a breaker of its own, which opens at the fifth failure in a row. So there are twice as
    many consults as eight children can fail with before theirs open, however fast the messages come in.
    """
    pid = house.send("engine", signal.SIGSTOP)
    try:
        with under_load(house, "engine_stopped", seed, consults=80) as (load, history):
            load.join(90)
            came(lambda: _without_engine(house, load).get("breaker_open"), 60)
            history.faults = [
                f"{count} turns: {reason}" for reason, count in _without_engine(house, load).items()
            ]
            os.kill(pid, signal.SIGCONT)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return history


def _without_engine(house: House, load: Load) -> dict[str, int]:
    """How many of the load's turns were answered although the engine had failed, by reason."""
    return dict(
        house.rows(
            "SELECT reason, count(*) FROM consults_turn WHERE consult_id = ANY(%s::uuid[]) "
            "AND state = 'answered' AND reason <> '' GROUP BY 1",
            list(load.consults),
        )
    )


# Keys


def same_number_twice(house: House, seed: int) -> History:
    """Not a fault of TRUST.md but what the keys are for: were a lock missing, they would refuse the second row."""
    with under_load(house, "same_number_twice", seed, writers=110, consults=8) as (load, history):
        consult = next(iter(load.consults))
        came(lambda: house.rows("SELECT FROM worklists_item WHERE consult = %s", consult), 20)
        for table, column, unlike in TWICE:
            refused = _again(house, table, column, consult, unlike)
            if refused:
                history.faults.append(f"{refused} refused it")
            else:
                history.also.append(f"key let it in: {table}")
    return history


# table, its column with the consult, what is made anew in the copy
TWICE = (
    ("consults_event", "consult_id", {"id": "gen_random_uuid()", "client_key": "NULL"}),
    ("consults_event", "consult_id", {"id": "gen_random_uuid()", "seq": "seq + 10000"}),
    ("worklists_item", "consult", {"id": "gen_random_uuid()"}),
    ("worklists_envelope", "consult", {"id": "gen_random_uuid()"}),
)


def _again(house: House, table: str, column: str, consult: str, unlike: dict[str, str]) -> str:
    """Insert a copy of a row of this consult; the name of the key that refused it, empty when none did."""
    with house.as_admin() as cursor:
        if table == "worklists_envelope":
            cursor.execute(
                "INSERT INTO worklists_envelope (id, tenant_id, consult, seq, agent, subject_id, body, at) "
                "SELECT gen_random_uuid(), tenant_id, id, 10000, agent_id, subject_id, '', now() "
                "FROM consults_consult WHERE id = %s",
                [consult],
            )
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        values = ", ".join(unlike.get(name, f'"{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        row = f"SELECT {values} FROM {table} WHERE {column} = %s"
        if table == "consults_event":
            row += " AND client_key IS NOT NULL"
        try:
            cursor.execute(f"INSERT INTO {table} ({names}) {row} LIMIT 1", [consult])
            assert cursor.rowcount == 1, f"there is no row to copy in {table}"
        except psycopg2.errors.UniqueViolation as error:
            return str(error.diag.constraint_name)
    return ""
