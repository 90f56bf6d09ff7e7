"""Rounds of reconcile over real HTTP: two engines, three releases, one restarted, one silent, one folder gone."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from housestaff.agents.adapters import publish
from housestaff.agents.reconcile import ServedAdapter
from housestaff.agents.serving import EngineState, reconcile_all
from housestaff.inference.client import Engine
from housestaff.inference.patience import Timeouts

from tests.agents import weights
from tests.fakes.running import EngineProcess, fake_engine

SLUGS = ("urology", "sleep_medicine", "dermatology")


@pytest.fixture
def folder() -> Iterator[Path]:
    short = Path(tempfile.mkdtemp(prefix="hs-"))
    yield short
    shutil.rmtree(short, ignore_errors=True)


@pytest.fixture
def processes(folder: Path) -> Iterator[list[EngineProcess]]:
    started = [fake_engine(folder, name=f"engine{number}").start() for number in range(2)]
    yield started
    for process in started:
        process.stop()


@pytest.fixture
def engines(processes: list[EngineProcess]) -> Iterator[list[Engine]]:
    engines = [Engine(process.address, Timeouts(connect=0.5)) for process in processes]
    yield engines
    for engine in engines:
        engine.close()


@pytest.fixture
def wanted(tmp_path: Path) -> set[ServedAdapter]:
    """Three releases in service, each with weights of its own."""
    base = weights.make_base(tmp_path / "base")
    found = set()
    for number, slug in enumerate(SLUGS):
        folder = weights.make_adapter(tmp_path / slug, base, lora_alpha=number + 1)
        published = publish(folder, base, tmp_path / "store", slug)
        found.add(ServedAdapter(slug, published.digest, published.path))
    return found


def names(adapters: set[ServedAdapter]) -> set[str]:
    return {adapter.name for adapter in adapters}


def test_every_engine_comes_to_hold_the_releases_in_service(
    engines: list[Engine], wanted: set[ServedAdapter]
) -> None:
    states = reconcile_all(wanted, engines=engines)
    assert [state.in_order for state in states] == [True, True]
    assert all(engine.adapters() == names(wanted) for engine in engines)
    assert all(state.loaded == names(wanted) for state in states)


def test_a_restarted_engine_serves_all_releases_again(
    processes: list[EngineProcess], engines: list[Engine], wanted: set[ServedAdapter]
) -> None:
    """F32, in at most 15 s with a round every three."""
    reconcile_all(wanted, engines=engines)
    processes[0].restart()
    assert engines[0].adapters() == set()
    began = time.monotonic()
    assert all(state.in_order for state in reconcile_all(wanted, engines=engines))
    assert time.monotonic() - began < 12, "a round every three seconds must fit into fifteen"
    assert engines[0].adapters() == engines[1].adapters() == names(wanted)
    assert len(processes[1].seen()["loads"]) == len(wanted), "the other engine was not touched"


def test_a_retired_release_goes_when_no_turn_uses_it(
    engines: list[Engine], wanted: set[ServedAdapter]
) -> None:
    reconcile_all(wanted, engines=engines)
    retired = min(wanted)
    reconcile_all(wanted - {retired}, busy={retired.name}, engines=engines)
    assert engines[0].adapters() == names(wanted)
    reconcile_all(wanted - {retired}, engines=engines)
    assert engines[0].adapters() == names(wanted - {retired})


def test_a_dead_engine_is_told_and_the_other_served(
    processes: list[EngineProcess], engines: list[Engine], wanted: set[ServedAdapter]
) -> None:
    processes[0].kill()
    dead, well = reconcile_all(wanted, engines=engines)
    assert (dead.reachable, dead.in_order, well.in_order) == (False, False, True)
    assert str(processes[0].address) in dead.problems[0]


def test_a_folder_that_is_gone_is_told_and_never_loaded(
    engines: list[Engine], wanted: set[ServedAdapter]
) -> None:
    """F31: the engine must not be left with an adapter whose folder it may look for and not find."""
    gone = min(wanted)
    reconcile_all(wanted, engines=engines)
    gone.path.chmod(0o700)
    shutil.rmtree(gone.path)
    state: EngineState = reconcile_all(wanted, busy={gone.name}, engines=engines)[0]
    assert state.missing == {gone.name} and not state.in_order
    assert "There is no folder" in state.problems[0]
    assert engines[0].adapters() == names(wanted - {gone})


def test_two_sweepers_at_once_do_no_harm(engines: list[Engine], wanted: set[ServedAdapter]) -> None:
    twice = [engines[0], engines[0], engines[0], engines[0]]
    for released in (wanted, set(), wanted):
        reconcile_all(released, engines=twice)
        assert engines[0].adapters() == names(released)


def test_no_engines_is_an_empty_answer(wanted: set[ServedAdapter]) -> None:
    assert reconcile_all(wanted, engines=[]) == []
