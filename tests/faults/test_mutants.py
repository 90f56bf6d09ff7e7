"""The mutation gate: the suite must fail when the sweeper, a unique key or a row lock is taken out."""

from pathlib import Path

import pytest

from . import reading, scenarios
from .checker import check
from .house import House
from .mutants import MUTANTS, Mutant

pytestmark = pytest.mark.faults
SEED = scenarios.seed_of_the_day()


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_is_killed(
    house: House, mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SETTLE", mutant.settle)
    monkeypatch.setattr(reading, "TURNS_SETTLE", mutant.settle)
    house.switches.turn_on(mutant.name)
    with house.without(mutant.keys):
        history = getattr(scenarios, mutant.killer)(house, SEED)
    kinds = {violation.kind for violation in check(history)}
    path = history.store(tmp_path / "history")
    assert kinds & mutant.seen_as, f"{mutant} survived {mutant.killer}: only {kinds or 'nothing'} in {path}"


def test_every_killer_is_a_fault_test() -> None:
    """A mutant is killed by a scenario that a test runs against the sound house too."""
    tests = "".join(path.read_text(encoding="utf-8") for path in scenarios.HERE.glob("test_*.py"))
    for mutant in MUTANTS:
        assert f"scenarios.{mutant.killer}(" in tests, mutant.killer
