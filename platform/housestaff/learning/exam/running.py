"""Sitting the exam: every case once a run and agent, eight at a time, each outcome kept the moment it is known.

An exam that was killed goes on where it was: a case whose outcome stands in the file is not sat again. Ctrl-C ends it
after the cases in hand.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .candidates import Candidate
from .parts import PARTS, Case, Outcome, Room
from .stations import Stations

AT_ONCE = 8
REPORT_SECONDS = 10.0
# What a run can change: a simulated patient's choice of words. Everything else is sat once.
SAT_EVERY_RUN = ("B",)
Say = Callable[[str], None]
Key = tuple[str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """One case for one agent in one run."""

    which: str
    part: str
    run: int
    case: Case

    @property
    def key(self) -> Key:
        return self.which, self.part, self.run, self.case.station, self.case.variant


class Kept:
    """The outcomes so far, one JSON line each; a half-written last line of a killed exam is dropped."""

    def __init__(self, path: Path):
        self.path = path
        self._lock = threading.Lock()
        self.rows: dict[Key, dict[str, Any]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _cut_half_a_line(path)
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self.rows[_key(row)] = row

    def keep(self, task: Task, outcome: Outcome) -> None:
        which, part, run, station, variant = task.key
        row = {
            "which": which,
            "part": part,
            "run": run,
            "station": station,
            "variant": variant,
            **asdict(outcome),
        }
        line = json.dumps(row, ensure_ascii=False)
        with self._lock:
            self.rows[task.key] = json.loads(line)
            with self.path.open("a", encoding="utf-8") as out:
                out.write(f"{line}\n")
                out.flush()
                os.fsync(out.fileno())

    def seat_beside(self, paths: Iterable[Path]) -> None:
        """Other candidates' outcomes of the same stations, to be read with these; they stay in their own files."""
        for path in paths:
            self.rows |= Kept(path).rows

    def forget_failed(self) -> None:
        """Whatever failed is sat again: it was mended, or it fails anew."""
        self.rows = {key: row for key, row in self.rows.items() if not row["failed"]}

    def of(self, which: str, part: str) -> list[dict[str, Any]]:
        """The outcomes of one part for one agent, in the order of stations."""
        return [row for key, row in sorted(self.rows.items()) if key[0] == which and key[1] == part]


def _cut_half_a_line(path: Path) -> None:
    """Who was killed while writing left half a line; what is kept next must not be glued to it."""
    with path.open("r+b") as held:
        held.truncate(held.read().rfind(b"\n") + 1)


def _key(row: Mapping[str, Any]) -> Key:
    return row["which"], row["part"], row["run"], row["station"], row["variant"]


def tasks(
    hall: Candidate, stations: Stations, *, which: Sequence[str], parts: Iterable[str], runs: int
) -> list[Task]:
    """Everything to sit, in an order that shows something of every part early."""
    found: list[Task] = []
    for candidate in which:
        for letter in parts:
            part = PARTS[letter]
            if part.sat_with:
                continue
            room = Room(hall, candidate, hall.pack, stations, 0)
            cases = part.cases(room)
            for run in range(runs if letter in SAT_EVERY_RUN else 1):
                found += [Task(candidate, letter, run, case) for case in cases]
    return found


def sit_all(hall: Candidate, stations: Stations, wanted: Sequence[Task], kept: Kept, say: Say) -> bool:
    """Sit what is not kept yet. True when all is sat; False when somebody asked to stop."""

    def sit(task: Task) -> Outcome:
        room = Room(hall, task.which, hall.pack, stations, task.run)
        return PARTS[task.part].sit(task.case, room)

    return go_through(wanted, sit, kept, say)


def go_through(wanted: Sequence[Task], sit: Callable[[Task], Outcome], kept: Kept, say: Say) -> bool:
    """Eight at a time, each kept the moment it is known. True when all is done; False when somebody asked to stop."""
    left = [task for task in wanted if task.key not in kept.rows]
    if len(left) < len(wanted):
        say(f"{len(wanted) - len(left)} of {len(wanted)} cases were sat before; going on")
    began = reported = time.monotonic()
    done = 0
    waiting = iter(left)
    running: dict[Future[None], Task] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            while True:
                while len(running) < 2 * AT_ONCE and (task := next(waiting, None)) is not None:
                    running[pool.submit(lambda one: kept.keep(one, sit(one)), task)] = task
                if not running:
                    return True
                finished, _ = wait(running, timeout=REPORT_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    running.pop(future)
                    future.result()
                    done += 1
                now = time.monotonic()
                if now - reported >= REPORT_SECONDS:
                    reported = now
                    rest = (now - began) / max(done, 1) * (len(left) - done)
                    say(f"{done} of {len(left)} cases · about {rest / 60:.0f} min left")
        except KeyboardInterrupt:
            for future in running:
                future.cancel()
            say("stopping; what was sat is kept, and the same command goes on from there")
            return False
