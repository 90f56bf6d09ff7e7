"""One house for all fault tests, made healthy between them; histories are kept where pytest keeps a test's files."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .checker import check
from .history import History
from .house import House


@pytest.fixture(scope="package")
def the_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Up once; ended with the last fault test."""
    house = House(tmp_path_factory.mktemp("house")).start()
    yield house
    house.stop()


@pytest.fixture
def house(the_house: House) -> Iterator[House]:
    """The shared house: ready, every switch off, no hint left over."""
    the_house.switches.clear()
    the_house.wait_ready(60)
    the_house.redis.delete("sync", "turns")
    yield the_house
    the_house.switches.clear()


@pytest.fixture
def promise_kept(tmp_path: Path) -> Callable[[History], None]:
    """Stores the history and fails with every violation in it and the place where it lies."""

    def judge(history: History) -> None:
        path = history.store(tmp_path / "history")
        violations = check(history)
        told = "\n".join(str(violation) for violation in violations[:20])
        assert not violations, f"{len(violations)} violations in {path} (seed {history.seed}):\n{told}"

    return judge
