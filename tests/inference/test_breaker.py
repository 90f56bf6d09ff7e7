"""When an engine is left alone, and when it is tried again."""

from housestaff.inference.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=2, rest=3.0, clock=clock)
    breaker.failed()
    breaker.failed()
    return breaker


def test_it_lets_everything_through_until_failures_in_a_row() -> None:
    breaker = Breaker(failures=2, clock=Clock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.state == "closed" and breaker.admits()


def test_it_rests_after_failures_in_a_row() -> None:
    breaker = opened(Clock())
    assert breaker.state == "open" and not breaker.admits()


def test_after_the_rest_one_trial_goes_out_and_the_others_wait() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 3.0
    assert breaker.state == "half_open"
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_good_trial_closes_it_and_a_bad_one_opens_it_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 3.0
    assert breaker.admits()
    breaker.failed()
    assert breaker.state == "open" and not breaker.admits()
    clock.now += 3.0
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.state == "closed" and breaker.admits()


def test_a_trial_that_never_reports_does_not_close_the_door_for_ever() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 3.0
    assert breaker.admits() and not breaker.admits()
    clock.now += 3.0
    assert breaker.admits()
