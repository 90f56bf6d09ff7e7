"""F22: the web is killed with two hundred sockets open."""

from collections.abc import Callable

import pytest

from . import scenarios
from .history import History
from .house import House

pytestmark = pytest.mark.faults
SEED = scenarios.seed_of_the_day()


def test_f22_web_is_killed_with_200_sockets_open(
    house: House, promise_kept: Callable[[History], None]
) -> None:
    promise_kept(scenarios.web_killed_with_sockets(house, SEED))
