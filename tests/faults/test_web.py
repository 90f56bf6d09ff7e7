"""F1, F2, F3: a web process is killed at each step of a message."""

from collections.abc import Callable

import pytest

from . import scenarios
from .history import History
from .house import House

pytestmark = pytest.mark.faults
SEED = scenarios.seed_of_the_day()
Judge = Callable[[History], None]


def test_f1_web_is_killed_between_insert_and_commit(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.web_killed_before_commit(house, SEED))


def test_f2_web_is_killed_after_commit_before_the_reply(house: House, promise_kept: Judge) -> None:
    history = scenarios.web_killed_after_commit(house, SEED + 1)
    promise_kept(history)
    assert any(0 in sent.answers and sent.outcome == "ok" for sent in history.sent), "nobody had to ask again"


def test_f3_web_is_killed_after_commit_before_any_hint(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.web_killed_before_hints(house, SEED + 2))
