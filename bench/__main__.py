"""`make bench`: start a house, ask each question, print one table, write bench/results.json.

ARGS=--quick asks each for a few seconds only; ARGS="--only instant" leaves out vLLM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from . import added, cards, live, messages, turns
from .figures import Figure, table
from .house import House
from .tap import Tap

RESULTS = Path(__file__).with_name("results.json")


class Bench:
    """One run of all questions."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        self.began = time.monotonic()
        self.figures: list[Figure] = []

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:6.1f} s] {text}", file=sys.stderr, flush=True)

    def keep(self, *figures: Figure) -> None:
        for figure in figures:
            self.figures.append(figure)
            self.say(f"{figure.question}; {figure.setting}: {figure.figure}")

    async def with_instant(self) -> None:
        """What does not need a real model."""
        with House("instant", say=self.say) as house:
            async with Tap(house.tap_socket, house.engine_socket) as tap:
                await asyncio.to_thread(house.wait_ready)
                for patients in (8, 32):
                    self.keep(*await added.ask(house, tap, patients, self.seconds))
            await asyncio.to_thread(house.without_tap)
            self.keep(await live.ask(house, self.seconds))
            self.keep(await messages.ask(house, self.seconds))
            self.keep(await cards.ask(house))

    async def with_vllm(self) -> None:
        """One patient alone with a tap; then turns a second without one."""
        with House("vllm", say=self.say) as house:
            async with Tap(house.tap_socket, house.engine_socket) as tap:
                await asyncio.to_thread(house.wait_ready)
                self.keep(*await added.ask(house, tap, 1, self.seconds))
                recorded = turns.exchanges(tap.calls)
            await asyncio.to_thread(house.without_tap)
            for patients in (1, 8, 32):
                self.keep(await turns.ask(house, recorded, patients, self.seconds))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["instant", "vllm"])
    chosen = parser.parse_args()
    # A terminated run ends its house and its engine, as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    bench = Bench(seconds=6.0 if chosen.quick else 20.0)
    if chosen.only != "vllm":
        asyncio.run(bench.with_instant())
    if chosen.only != "instant":
        asyncio.run(bench.with_vllm())
    print(table(bench.figures))
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "seconds_a_question": bench.seconds,
        "figures": [figure.as_json() for figure in bench.figures],
    }
    RESULTS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
