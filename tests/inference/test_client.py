"""The client's four waits and its errors, against an engine that misbehaves on demand."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from housestaff.inference import errors
from housestaff.inference.client import Engine
from housestaff.inference.patience import Timeouts, instant_in
from housestaff.inference.salts import cache_salt

from tests.fakes.running import EngineProcess

QUICK = Timeouts(connect=0.5, first_words=0.4, next_words=0.2, total=1.0)
ASK: dict[str, Any] = {
    "model": "base",
    "messages": [
        {"role": "system", "content": "say test en"},
        {"role": "user", "content": "one two three four five six"},
    ],
    "cache_salt": cache_salt(b"key", "tenant", "subject"),
    "max_tokens": 50,
}
SCHEMA = {"type": "array", "items": {"enum": ["a"]}, "minItems": 1}


@pytest.fixture(scope="module")
def process(start_engine: Callable[..., EngineProcess]) -> EngineProcess:
    return start_engine()


@pytest.fixture
def engine(process: EngineProcess) -> Iterator[Engine]:
    process.behave("")
    with Engine(process.address, QUICK) as engine:
        yield engine


def heard(engine: Engine, **more: Any) -> tuple[str, Exception | None]:
    """What was said, and the error it ended with."""
    words = ""
    try:
        for delta in engine.stream(**ASK | more):
            words += delta.text
    except errors.EngineError as error:
        return words, error
    return words, None


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("busy", errors.EngineBusy),
        ("too_many", errors.EngineBusy),
        ("dead", errors.EngineUnavailable),
        ("unknown", errors.UnknownAdapter),
        ("hang", errors.DeadlineExceeded),
    ],
)
def test_failures_before_the_first_words(
    process: EngineProcess, engine: Engine, mode: str, expected: type[Exception]
) -> None:
    process.behave(mode, times=2)
    words, error = heard(engine)
    assert (words, type(error)) == ("", expected)
    with pytest.raises(expected):
        engine.complete_structured(**ASK, schema=SCHEMA)


@pytest.mark.parametrize("mode", ["cut", "unfinished", "error_event"])
def test_a_stream_that_breaks_off_is_noticed(process: EngineProcess, engine: Engine, mode: str) -> None:
    """F29: some end without an error on the wire; only the missing last chunk tells."""
    process.behave(mode, times=1)
    words, error = heard(engine)
    assert words.startswith("one")
    assert isinstance(error, errors.Truncated) and error.cut
    assert heard(engine) == ("one two three four five six", None)


def test_silence_between_words_and_before_them_have_their_own_limits(
    process: EngineProcess, engine: Engine
) -> None:
    for mode, stage, seconds in (("hang", "first words", 0.4), ("stall", "next words", 0.2)):
        process.behave(mode, times=1)
        began = time.monotonic()
        _, error = heard(engine)
        assert isinstance(error, errors.DeadlineExceeded) and error.stage == stage
        assert seconds <= time.monotonic() - began < seconds + 0.4


def test_a_deadline_ends_a_slow_answer_however_lively_it_is(
    start_engine: Callable[..., EngineProcess],
) -> None:
    slow = start_engine("--tokens-per-second", "10")
    with Engine(slow.address, QUICK) as engine:
        words, error = heard(engine, deadline=instant_in(0.35))
        assert words.startswith("one")
        assert isinstance(error, errors.DeadlineExceeded) and error.stage == "whole answer"
        with pytest.raises(errors.DeadlineExceeded):
            engine.complete_structured(**ASK, schema=SCHEMA, deadline=instant_in(-1))


def test_output_that_does_not_fit_is_bad_output(process: EngineProcess, engine: Engine) -> None:
    process.behave("bad_json", times=1)
    with pytest.raises(errors.BadOutput):
        engine.complete_structured(**ASK, schema=SCHEMA)
    process.behave("length", times=1)
    with pytest.raises(errors.Truncated) as truncated:
        engine.complete_structured(**ASK, schema=SCHEMA | {"minItems": 9})
    assert not truncated.value.cut


def test_nobody_at_home_is_unavailable_and_its_return_is_noticed(
    start_engine: Callable[..., EngineProcess],
) -> None:
    """F28, and a kept connection that died with its server."""
    process = start_engine()
    with Engine(process.address, QUICK) as engine:
        assert heard(engine)[1] is None
        process.kill()
        for call in (engine.health, engine.models, lambda: heard(engine)[1]):
            began = time.monotonic()
            with contextlib.suppress(errors.EngineUnavailable):
                assert isinstance(call(), errors.EngineUnavailable)
            assert time.monotonic() - began < 0.3
        process.start()
        assert heard(engine)[1] is None


def test_no_error_quotes_the_patient(process: EngineProcess, engine: Engine) -> None:
    canary = "canary-in-the-words"
    asked = [{"role": "user", "content": f"{canary} " * 3000}]
    _, error = heard(engine, messages=asked)
    assert isinstance(error, errors.EngineRefused) and canary not in str(error)


def test_closing_early_frees_the_engine_and_the_connection(process: EngineProcess, engine: Engine) -> None:
    cancelled = process.seen()["cancelled"]
    process.behave("stall", times=1)
    stream = engine.stream(**ASK)
    next(stream)
    stream.close()
    until = time.monotonic() + 3
    while process.seen()["cancelled"] == cancelled and time.monotonic() < until:
        time.sleep(0.02)
    assert process.seen()["cancelled"] == cancelled + 1
    assert heard(engine)[1] is None


def test_threads_share_one_client(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: heard(engine), range(64)))
    assert answers == [("one two three four five six", None)] * 64


def test_a_forked_child_talks_over_connections_of_its_own(engine: Engine) -> None:
    """Celery's children are forks: a shared connection would mix two patients' answers."""
    assert heard(engine)[1] is None
    child = os.fork()
    if child == 0:
        os._exit(0 if all(heard(engine)[1] is None for _ in range(20)) else 1)
    parent = [heard(engine)[1] for _ in range(20)]
    assert os.waitpid(child, 0)[1] == 0
    assert parent == [None] * 20


def test_the_salt_reaches_the_engine_and_differs_by_patient_and_tenant(
    process: EngineProcess, engine: Engine
) -> None:
    salts = [cache_salt(b"key", tenant, subject) for tenant in "ab" for subject in "xy"]
    assert len(set(salts)) == 4
    assert cache_salt(b"other key", "a", "x") != salts[0]
    for salt in salts:
        heard(engine, cache_salt=salt)
    assert set(salts) <= process.seen()["salts"].keys()
