"""What can go wrong between the house and its engine, each with a sentence for the person who runs it.

A sentence never quotes the request or the engine's own message about it: both may hold a patient's words.
"""


class EngineError(Exception):
    """Anything the engine did or did not do. `code` is what a turn stores as the reason it failed."""

    code = "engine_error"


class EngineUnavailable(EngineError):
    """Nothing answers at the address, the connection broke, or the engine reports itself dead."""

    code = "engine_unavailable"


class EngineBusy(EngineError):
    """The engine's queue is full (503 or 429). `retry_after` is in seconds."""

    code = "engine_busy"

    def __init__(self, sentence: str, retry_after: float) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class EngineRefused(EngineError):
    """The engine does not accept this request (too long, a bad schema). Asking again is useless."""

    code = "engine_refused"


class UnknownAdapter(EngineError):
    """The engine does not serve this adapter (404): not loaded yet, or unloaded under traffic."""

    code = "unknown_adapter"


class Truncated(EngineError):
    """The answer has no end. `cut` tells a broken stream from one that ran out of its allowed tokens."""

    code = "truncated"

    def __init__(self, sentence: str, *, cut: bool) -> None:
        super().__init__(sentence)
        self.cut = cut


class BadOutput(EngineError):
    """The answer is whole but not what was asked for: no JSON, or JSON outside the schema."""

    code = "bad_output"


class DeadlineExceeded(EngineError):
    """The engine was too slow. `stage` is "first words", "next words" or "whole answer"."""

    code = "deadline_exceeded"

    def __init__(self, sentence: str, stage: str) -> None:
        super().__init__(sentence)
        self.stage = stage


class BreakerOpen(EngineUnavailable):
    """Every engine failed so often just now that none is asked for a moment."""

    code = "breaker_open"
