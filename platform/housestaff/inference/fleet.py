"""Several replicas of the engine as one: which to ask, whom to ask next, and whom to leave alone.

A call names a `pin` (an adapter, or a consult) and goes to the same replica while that one is well, by
rendezvous hashing: caches stay warm, and a lost replica moves only its own pins. Before the first words
another replica may take over; after them never, since half an answer was already heard.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar

from .breaker import Breaker
from .client import ChatMessage, Delta, Engine
from .errors import (
    BreakerOpen,
    DeadlineExceeded,
    EngineBusy,
    EngineError,
    EngineUnavailable,
    Truncated,
    UnknownAdapter,
)
from .patience import Timeouts

Answer = TypeVar("Answer")
# Another replica may do better. UnknownAdapter too: a replica that just restarted holds no adapters yet.
ASK_ANOTHER = (EngineUnavailable, EngineBusy, UnknownAdapter, DeadlineExceeded)
FAILURES = (EngineUnavailable, DeadlineExceeded)


@dataclass(frozen=True)
class Replica:
    """One engine and what this process remembers of it."""

    engine: Engine
    breaker: Breaker

    def weight(self, pin: str) -> bytes:
        return blake2b(f"{pin}|{self.engine.address}".encode(), digest_size=8).digest()

    def judge(self, error: EngineError) -> None:
        """Note what an error says about the engine's health; a refusal is an answer, hence good health."""
        if isinstance(error, FAILURES) or (isinstance(error, Truncated) and error.cut):
            self.breaker.failed()
        else:
            self.breaker.succeeded()


class Fleet:
    """All engines of HOUSESTAFF_ENGINES. One per process; safe between threads."""

    def __init__(
        self,
        addresses: Sequence[str],
        timeouts: Timeouts | None = None,
        breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self.replicas = tuple(Replica(Engine(address, timeouts), breaker()) for address in addresses)

    @property
    def engines(self) -> tuple[Engine, ...]:
        return tuple(replica.engine for replica in self.replicas)

    def order(self, pin: str) -> list[Replica]:
        """The replicas in the order in which this pin asks them."""
        return sorted(self.replicas, key=lambda replica: replica.weight(pin), reverse=True)

    def complete_structured(
        self,
        *,
        pin: str,
        model: str,
        messages: Sequence[ChatMessage],
        schema: Mapping[str, Any],
        cache_salt: str,
        max_tokens: int,
        deadline: float | None = None,
    ) -> Any:
        """`Engine.complete_structured` of the first replica that answers."""

        def ask(engine: Engine) -> Any:
            return engine.complete_structured(
                model=model,
                messages=messages,
                schema=schema,
                cache_salt=cache_salt,
                max_tokens=max_tokens,
                deadline=deadline,
            )

        _, answer = self._first(pin, ask, deadline)
        return answer

    def stream(
        self,
        *,
        pin: str,
        model: str,
        messages: Sequence[ChatMessage],
        cache_salt: str,
        max_tokens: int,
        deadline: float | None = None,
    ) -> Generator[Delta]:
        """`Engine.stream` of the first replica that says a word. Closing it cancels the generation."""

        def begin(engine: Engine) -> tuple[Delta | None, Generator[Delta]]:
            words = engine.stream(
                model=model,
                messages=messages,
                cache_salt=cache_salt,
                max_tokens=max_tokens,
                deadline=deadline,
            )
            return next(words, None), words

        replica, (first, rest) = self._first(pin, begin, deadline)
        try:
            if first is not None:
                yield first
                yield from rest
        except EngineError as error:
            replica.judge(error)
            raise
        finally:
            rest.close()

    def close(self) -> None:
        for engine in self.engines:
            engine.close()

    def _first(
        self, pin: str, ask: Callable[[Engine], Answer], deadline: float | None
    ) -> tuple[Replica, Answer]:
        """The first replica that answers; else the last error; if none may be asked, BreakerOpen."""
        failure: EngineError = BreakerOpen("No engine is asked for a moment: all of them failed just now.")
        for replica in self._willing(pin):
            try:
                answer = ask(replica.engine)
            except ASK_ANOTHER as error:
                replica.judge(error)
                failure = error
                if deadline is not None and time.monotonic() >= deadline:
                    break
            except EngineError as error:
                replica.judge(error)
                raise
            else:
                replica.breaker.succeeded()
                return replica, answer
        raise failure

    def _willing(self, pin: str) -> Iterator[Replica]:
        return (replica for replica in self.order(pin) if replica.breaker.admits())
