"""F8, F9, F16: Redis comes back empty, is emptied, a PostgreSQL backend is killed; and what the keys hold."""

from collections.abc import Callable

import pytest

from . import scenarios
from .history import History
from .house import House

pytestmark = pytest.mark.faults
SEED = scenarios.seed_of_the_day()
Judge = Callable[[History], None]


def test_f8_redis_is_killed_and_comes_back_empty(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.redis_lost(house, SEED))


def test_f9_redis_is_flushed_with_hints_in_its_queues(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.redis_flushed(house, SEED + 1))


def test_f16_a_backend_of_postgresql_is_killed(house: House, promise_kept: Judge) -> None:
    promise_kept(scenarios.backend_killed(house, SEED + 2))


def test_the_keys_refuse_what_a_missing_lock_would_let_in(house: House, promise_kept: Judge) -> None:
    history = scenarios.same_number_twice(house, SEED + 3)
    promise_kept(history)
    assert {fault.split()[0] for fault in history.faults} == {
        "event_seq_once", "event_client_key_once", "worklist_item_once", "envelope_once"
    }  # fmt: skip
