"""F27, F28, F32: the engine is killed while it speaks, stands still, starts again with nothing loaded."""

import json
import time
from collections import Counter
from collections.abc import Callable

import pytest

from . import scenarios
from .history import History
from .house import House, until

pytestmark = pytest.mark.faults
SEED = scenarios.seed_of_the_day()
Judge = Callable[[History], None]
RECONCILED_IN = 15.0


def test_f27_the_engine_is_killed_while_it_speaks(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.engine_killed(house, SEED))


def test_f28_the_engine_stands_still(house: House, promise_kept: Judge) -> None:
    history = scenarios.engine_stopped(house, SEED + 1)
    promise_kept(history)
    assert any("breaker_open" in fault for fault in history.faults), history.faults
    ended = [turn for seen in history.consults.values() for turn in seen.turns]
    said = [
        event
        for seen in history.consults.values()
        for event in seen.events
        if event["kind"] == "end" and event["author"] == "agent" and event["text"]
    ]
    assert ended and all(turn["state"] == "answered" for turn in ended), Counter(
        (turn["state"], turn["reason"]) for turn in ended
    )
    assert len(said) == len(ended), "a patient got no words"
    assert all(sent.outcome == "ok" and sent.ended - sent.first_sent < 30 for sent in history.sent)


def test_f32_an_engine_that_started_again_serves_every_release(house: House) -> None:
    releases = {name for (name,) in house.rows("SELECT served_name FROM agents_adapter")}
    assert len(releases) == 4 and _served(house) == releases
    house.restart_engine()
    until(lambda: house.state()["services"]["engine"]["ready"], 30, "the engine answers")
    started = time.monotonic()
    until(lambda: _served(house) == releases, RECONCILED_IN, f"it serves {releases}")
    assert time.monotonic() - started <= RECONCILED_IN
    assert json.loads(house.engine_says("/fake/seen"))["loads"], "it had them from the start"
    house.wait_ready()


def _served(house: House) -> set[str]:
    models = json.loads(house.engine_says("/v1/models") or '{"data": []}')["data"]
    return {model["id"] for model in models if model["parent"]}
