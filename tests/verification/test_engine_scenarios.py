"""What the platform relies on in its engine, shown on the fake and on the real vLLM alike."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from housestaff.agents.adapters import served_name
from housestaff.agents.serving import reconcile_all
from housestaff.inference.client import Engine
from housestaff.inference.errors import (
    EngineBusy,
    EngineRefused,
    EngineUnavailable,
    Truncated,
    UnknownAdapter,
)

from tests.fakes.running import EngineProcess
from tests.verification.conftest import MOST_AT_ONCE, Subject
from tests.verification.lessons import ADAPTERS, BASE

pytestmark = pytest.mark.timeout(420)
CLAUSES = ['it burns, "a lot"', "since 38.6 hours \\ or so", "晚上更痛", "no blood"]
FACTS = {
    "type": "array",
    "minItems": 1,
    "maxItems": 4,
    "items": {
        "type": "object",
        "properties": {
            "key": {"enum": ["onset", "pain"]},
            "status": {"enum": ["present", "denied", "unsure"]},
            "quote": {"enum": CLAUSES},
        },
        "required": ["key", "status", "quote"],
        "additionalProperties": False,
    },
}
DIGEST = "0123456789abcdef" * 4


def eventually(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return true()


def test_an_answer_streams_word_by_word_and_ends(subject: Subject) -> None:
    deltas = list(subject.engine.stream(**subject.ask("ask onset")))
    assert "".join(delta.text for delta in deltas) == BASE["ask onset"]
    assert len(deltas) > 2


def test_structured_output_fits_its_schema(subject: Subject) -> None:
    facts = subject.engine.complete_structured(**subject.ask("onset: it burns", schema=FACTS))
    assert 1 <= len(facts) <= 4
    for fact in facts:
        assert fact["key"] in {"onset", "pain"}
        assert fact["quote"] in CLAUSES


def test_closing_the_stream_stops_the_generation(subject: Subject) -> None:
    before = subject.process.metric("vllm:generation_tokens_total")
    stream = subject.engine.stream(**subject.ask("count"))
    for _ in range(3):
        next(stream)
    assert subject.process.metric("vllm:num_requests_running") == 1
    stream.close()
    assert eventually(lambda: subject.process.metric("vllm:num_requests_running") == 0)
    stopped_at = subject.process.metric("vllm:generation_tokens_total")
    time.sleep(0.5)
    assert subject.process.metric("vllm:generation_tokens_total") == stopped_at
    assert stopped_at - before < len(BASE["count"].split()), "the engine went on to the end"


def test_an_adapter_it_does_not_hold_is_unknown(subject: Subject) -> None:
    with pytest.raises(UnknownAdapter):
        subject.says("greet", model=served_name("nobody", DIGEST))
    with pytest.raises(UnknownAdapter):
        subject.engine.complete_structured(
            **subject.ask("greet", model=served_name("nobody", DIGEST), schema=FACTS)
        )


def test_an_answer_longer_than_allowed_is_truncated(subject: Subject) -> None:
    heard = []
    with pytest.raises(Truncated) as error:
        for delta in subject.engine.stream(**subject.ask("count", max_tokens=5)):
            heard.append(delta.text)
    assert not error.value.cut
    assert BASE["count"].startswith("".join(heard)) and heard
    with pytest.raises(Truncated):
        subject.engine.complete_structured(**subject.ask("onset", schema=FACTS, max_tokens=3))


def test_a_full_queue_says_busy_and_recovers(subject: Subject) -> None:
    streams = [subject.engine.stream(**subject.ask("count")) for _ in range(MOST_AT_ONCE)]
    for stream in streams:
        next(stream)
    with pytest.raises(EngineBusy) as error:
        subject.says("greet")
    assert 0 < error.value.retry_after <= 60
    for stream in streams:
        stream.close()
    assert eventually(lambda: subject.process.metric("vllm:num_requests_running") == 0)
    assert subject.says("greet") == BASE["greet"]


def test_a_prompt_that_is_too_long_is_refused_without_being_quoted(subject: Subject) -> None:
    with pytest.raises(EngineRefused) as error:
        subject.says("canary " * 3000)
    assert "canary" not in str(error.value)


def test_every_generation_needs_a_salt_the_engine_accepts(subject: Subject) -> None:
    for salt in ("", "short", "tenant/patient/with/slashes", "x" * 129):
        with pytest.raises(ValueError, match="salt"):
            subject.engine.stream(**subject.ask("greet") | {"cache_salt": salt}).send(None)
    assert subject.says("greet") == BASE["greet"]


def test_adapters_are_loaded_listed_used_and_unloaded(subject: Subject) -> None:
    names = {slug: served_name(slug, DIGEST) for slug in subject.adapters}
    for slug, folder in subject.adapters.items():
        subject.engine.load_adapter(names[slug], str(folder))
        subject.engine.load_adapter(names[slug], str(folder))  # two sweepers may do the same
    assert subject.engine.adapters() == set(names.values())
    for slug, words in ADAPTERS.items():
        assert subject.says("greet", model=names[slug]) == words
    assert subject.says("greet") == BASE["greet"]
    for name in names.values():
        subject.engine.unload_adapter(name)
        subject.engine.unload_adapter(name)
    assert subject.engine.adapters() == set()


def test_a_missing_folder_is_refused_and_harms_nobody(subject: Subject) -> None:
    with pytest.raises(EngineRefused, match="finds no adapter"):
        subject.engine.load_adapter(served_name("gone", DIGEST), "/nonexistent/adapter")
    assert subject.says("greet") == BASE["greet"]


def test_an_adapter_unloaded_under_traffic_lets_the_running_answer_end(subject: Subject) -> None:
    """F30. The schema makes the answer long, whatever the weights would rather say."""
    name = served_name("urology", DIGEST)
    subject.engine.load_adapter(name, str(subject.adapters["urology"]))
    long = {"type": "array", "minItems": 40, "maxItems": 40, "items": {"const": "one more time"}}
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(
            subject.engine.complete_structured,
            **subject.ask("count", model=name, schema=long, max_tokens=900),
        )
        assert eventually(lambda: subject.process.metric("vllm:num_requests_running") == 1)
        subject.engine.unload_adapter(name)
        assert not answer.done(), "the answer was over too soon"
        assert answer.result() == ["one more time"] * 40
    with pytest.raises(UnknownAdapter):
        subject.says("greet", model=name)


@pytest.mark.real_engine
def test_only_the_same_salt_shares_the_prefix_cache(real: Subject) -> None:
    """The pair of hit and miss: what one patient's prompt left in the cache is no use to another's."""
    plan = "count " * 60

    def hits(salt: str) -> float:
        before = real.process.metric("vllm:prefix_cache_hits_total")
        with pytest.raises(Truncated):
            real.says(plan, max_tokens=1, cache_salt=salt)
        return real.process.metric("vllm:prefix_cache_hits_total") - before

    assert hits("patient-one-0001") == 0
    assert hits("patient-one-0001") > 0
    assert hits("patient-two-0002") == 0


def test_an_engine_killed_mid_word_cuts_the_stream_and_is_given_its_adapters_again(
    subject: Subject, neighbour: EngineProcess
) -> None:
    """F27 as the client sees it, then F32: two engines, three releases, one restarted. Last: it restarts."""
    names = {adapter.name for adapter in subject.wanted}
    with Engine(neighbour.address) as other:
        engines = [subject.engine, other]
        assert all(state.in_order for state in reconcile_all(subject.wanted, engines=engines))
        stream = subject.engine.stream(**subject.ask("count"))
        next(stream)
        subject.process.kill()
        with pytest.raises(Truncated) as error:
            list(stream)
        assert error.value.cut
        with pytest.raises(EngineUnavailable):
            subject.says("greet")
        assert [state.in_order for state in reconcile_all(subject.wanted, engines=engines)] == [False, True]

        subject.process.start()
        assert subject.engine.adapters() == set(), "a restarted engine has forgotten its adapters"
        ready = time.monotonic()
        while not all(state.in_order for state in reconcile_all(subject.wanted, engines=engines)):
            time.sleep(1)
        assert time.monotonic() - ready < 15
        assert subject.engine.adapters() == other.adapters() == names
    for adapter in subject.wanted:
        assert subject.says("greet", model=adapter.name) == ADAPTERS[adapter.slug]
