"""F4, F5, F13, F33, F34: workers and sweepers die; hints are lost, doubled, shuffled."""

from collections.abc import Callable

import pytest

from . import scenarios
from .history import History
from .house import House

pytestmark = pytest.mark.faults
SEED = scenarios.seed_of_the_day()
Judge = Callable[[History], None]


def test_f4_a_child_of_the_worker_is_killed_in_a_task(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.worker_child_killed(house, SEED))


def test_f5_the_worker_is_killed(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.worker_killed(house, SEED + 1))


def test_f13_every_hint_is_dropped_and_f34_two_sweepers_share_the_work(
    house: House, promise_kept: Judge
) -> None:
    promise_kept(scenarios.hints_dropped(house, SEED + 2))


def test_f13_every_hint_is_doubled_ten_times(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.hints_doubled(house, SEED + 3))


def test_f13_every_hint_is_shuffled(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.hints_shuffled(house, SEED + 4))


def test_f33_a_sweeper_is_killed_in_a_step(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.sweeper_killed(house, SEED + 5))
