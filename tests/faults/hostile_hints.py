"""A publisher that loses, doubles or shuffles every Celery message (fault F13). It stands where a broker would err.

The switch `hints` says how: "drop", "double" (ten times each) or "shuffle" (by a seed: "shuffle 7").
"""

import random
import threading
import time
from types import ModuleType
from typing import Any

from tests.faults.switches import note, setting

TIMES = 10
GATHER_SECONDS = 0.4


class HostilePublisher:
    """Takes the place of Celery's current app in `tenancy.nudges`."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.gathered: list[tuple[Any, Any]] = []
        self.lock = threading.Lock()

    def send_task(self, *args: Any, **kwargs: Any) -> None:
        mode, _, seed = setting("hints").partition(" ")
        if mode:
            note("hints", f"{mode} {args[0]}")
        if mode == "drop":
            return
        if mode == "shuffle":
            with self.lock:
                self.gathered.append((args, kwargs))
                if len(self.gathered) == 1:
                    threading.Thread(target=self._deal, args=(seed,), daemon=True).start()
            return
        for _ in range(TIMES if mode == "double" else 1):
            self.app.send_task(*args, **kwargs)

    def _deal(self, seed: str) -> None:
        time.sleep(GATHER_SECONDS)
        with self.lock:
            hand, self.gathered = self.gathered, []
        random.Random(seed).shuffle(hand)
        for args, kwargs in hand:
            self.app.send_task(*args, **kwargs)


def _spoil(nudges: ModuleType) -> None:
    nudges.current_app = HostilePublisher(nudges.current_app)  # type: ignore[attr-defined]


CHANGES = [("housestaff.tenancy.nudges", _spoil)]
