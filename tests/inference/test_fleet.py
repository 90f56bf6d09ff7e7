"""Several engines as one: who is asked, who takes over, who is left alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from housestaff.inference import errors
from housestaff.inference.breaker import Breaker
from housestaff.inference.fleet import Fleet
from housestaff.inference.patience import Timeouts

from tests.fakes.running import EngineProcess

QUICK = Timeouts(connect=0.5, first_words=0.4, next_words=0.2, total=1.0)
ASK: dict[str, Any] = {
    "model": "base",
    "messages": [{"role": "user", "content": "one two three"}],
    "cache_salt": "0123456789abcdef",
    "max_tokens": 50,
}
SCHEMA = {"type": "array", "items": {"enum": ["a"]}, "minItems": 1}


@pytest.fixture(scope="module")
def processes(start_engine: Callable[..., EngineProcess]) -> list[EngineProcess]:
    return [start_engine(), start_engine()]


@pytest.fixture
def fleet(processes: list[EngineProcess]) -> Iterator[Fleet]:
    for process in processes:
        process.behave("")
    addresses = [process.address for process in processes]
    fleet = Fleet(addresses, QUICK, lambda: Breaker(failures=2, rest=60))
    yield fleet
    fleet.close()


def first_and_second(
    fleet: Fleet, processes: list[EngineProcess], pin: str
) -> tuple[EngineProcess, EngineProcess]:
    """The processes in the order in which this pin asks them."""
    by_address = {process.address: process for process in processes}
    one, two = (by_address[str(replica.engine.address)] for replica in fleet.order(pin))
    return one, two


def said(fleet: Fleet, pin: str = "urology") -> str:
    return "".join(delta.text for delta in fleet.stream(pin=pin, **ASK))


def test_a_pin_keeps_to_its_engine_and_pins_are_spread(fleet: Fleet) -> None:
    assert len({fleet.order("urology")[0].engine.address for _ in range(5)}) == 1
    spread = Counter(fleet.order(f"consult-{number}")[0].engine.address for number in range(400))
    assert min(spread.values()) > 120


def test_losing_an_engine_moves_only_its_own_pins(fleet: Fleet) -> None:
    addresses = [str(engine.address) for engine in fleet.engines]
    wider = Fleet([*addresses, "http://127.0.0.1:9"])
    pins = [f"consult-{number}" for number in range(200)]
    for pin in pins:
        with_all = str(wider.order(pin)[0].engine.address)
        if with_all in addresses:
            assert str(fleet.order(pin)[0].engine.address) == with_all


@pytest.mark.parametrize("mode", ["busy", "dead", "unknown", "hang"])
def test_another_engine_takes_over_before_the_first_words(
    fleet: Fleet, processes: list[EngineProcess], mode: str
) -> None:
    first, second = first_and_second(fleet, processes, "urology")
    first.behave(mode)
    before = second.seen()["requests"]
    assert said(fleet) == "one two three"
    if mode != "hang":  # an unstreamed answer has no first words: there the caller's deadline decides
        assert fleet.complete_structured(pin="urology", schema=SCHEMA, **ASK) == ["a"]
    assert second.seen()["requests"] > before


def test_none_takes_over_after_the_first_words(fleet: Fleet, processes: list[EngineProcess]) -> None:
    first, second = first_and_second(fleet, processes, "urology")
    first.behave("cut", times=1)
    before = second.seen()["requests"]
    with pytest.raises(errors.Truncated):
        said(fleet)
    assert second.seen()["requests"] == before


def test_a_failing_engine_is_left_alone(fleet: Fleet, processes: list[EngineProcess]) -> None:
    first, _ = first_and_second(fleet, processes, "urology")
    first.behave("dead")
    for _ in range(5):
        assert said(fleet) == "one two three"
    asked = first.seen()["requests"]
    assert said(fleet) == "one two three"
    assert first.seen()["requests"] == asked
    assert fleet.order("urology")[0].breaker.state == "open"


def test_when_all_fail_the_last_error_comes_then_the_breaker(
    fleet: Fleet, processes: list[EngineProcess]
) -> None:
    for process in processes:
        process.behave("dead")
    for _ in range(2):
        with pytest.raises(errors.EngineUnavailable):
            said(fleet)
    with pytest.raises(errors.BreakerOpen):
        said(fleet)


def test_an_answer_that_is_only_unfit_is_no_illness(fleet: Fleet, processes: list[EngineProcess]) -> None:
    first, _ = first_and_second(fleet, processes, "urology")
    first.behave("length")
    for _ in range(4):
        with pytest.raises(errors.Truncated):
            said(fleet)
    assert fleet.order("urology")[0].breaker.state == "closed"


def test_closing_the_stream_cancels_it(fleet: Fleet, processes: list[EngineProcess]) -> None:
    first, _ = first_and_second(fleet, processes, "urology")
    first.behave("stall", times=1)
    stream = fleet.stream(pin="urology", **ASK)
    next(stream)
    stream.close()
    assert said(fleet) == "one two three"


def test_a_fleet_of_none_says_so() -> None:
    with pytest.raises(errors.BreakerOpen):
        said(Fleet([]))
