"""The client of one vLLM server, over its OpenAI-compatible HTTP API. Synchronous: Celery's workers use it.

Every generation carries a `cache_salt`, so that one patient's prompts can never be told from the timing of
another's; the argument has no default. Cancelling is closing the stream: vLLM stops generating when the
connection goes (shown against the real server in `tests/verification/`).
"""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypedDict

from jsonschema import Draft202012Validator

from .addresses import Address, parse_address
from .chunks import events
from .errors import BadOutput, EngineError, EngineRefused, EngineUnavailable, Truncated, UnknownAdapter
from .patience import Patience, Timeouts
from .wire import Wire

CONTROL_SECONDS = 3.0
LOADING_SECONDS = 20.0
_SALT = re.compile(r"[^@/\\\x00]{16,128}")


class ChatMessage(TypedDict):
    """One message of a prompt; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Delta:
    """The next few words of an answer."""

    text: str


@dataclass(frozen=True)
class ServedModel:
    """One row of the engine's list: the base (no parent) or an adapter. `path` is where it was read from."""

    name: str
    path: str
    parent: str | None

    @property
    def is_adapter(self) -> bool:
        return self.parent is not None


class Engine:
    """One vLLM server. Deadlines are instants of `time.monotonic()`; without one, `timeouts.total` holds."""

    def __init__(self, address: str | Address, timeouts: Timeouts | None = None) -> None:
        self.address = parse_address(address) if isinstance(address, str) else address
        self.timeouts = timeouts or Timeouts()
        self._wire = Wire(self.address)

    def complete_structured(
        self,
        *,
        model: str,
        messages: Sequence[ChatMessage],
        schema: Mapping[str, Any],
        cache_salt: str,
        max_tokens: int,
        deadline: float | None = None,
    ) -> Any:
        """One answer as JSON that fits `schema`. Raises Truncated or BadOutput when it does not."""
        wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
        request = _request(model, messages, cache_salt, max_tokens) | {"response_format": wanted}
        body = self._wire.fetch("POST", "/v1/chat/completions", request, Patience(self.timeouts, deadline))
        return _fitting(_whole(body), schema)

    def stream(
        self,
        *,
        model: str,
        messages: Sequence[ChatMessage],
        cache_salt: str,
        max_tokens: int,
        deadline: float | None = None,
    ) -> Generator[Delta]:
        """One answer, word by word. Closing it cancels; ending without an error means it is whole."""
        request = _request(model, messages, cache_salt, max_tokens) | {"stream": True}
        patience = Patience(self.timeouts, deadline)
        patience.expect_words()
        finish: str | None = None
        spoke = False
        try:
            with self._wire.exchange("POST", "/v1/chat/completions", request, patience) as response:
                for event in events(response.iter_stream()):
                    words, finish = _next_words(event, finish)
                    if words:
                        spoke = True
                        yield Delta(words)
                        patience.heard()
        except EngineUnavailable as broken:
            if spoke:
                raise Truncated("The engine's answer broke off.", cut=True) from broken
            raise
        if finish is None and not spoke:
            raise EngineUnavailable("The engine closed the answer before its first words.")
        _check_finish(finish)

    def models(self) -> list[ServedModel]:
        """What the engine serves now: its base and the adapters it holds."""
        found = json.loads(self._wire.fetch("GET", "/v1/models", None, self._patience(CONTROL_SECONDS)))
        return [ServedModel(row["id"], row.get("root") or "", row.get("parent")) for row in found["data"]]

    def adapters(self) -> set[str]:
        """The names of the adapters the engine holds."""
        return {model.name for model in self.models() if model.is_adapter}

    def load_adapter(self, name: str, path: str) -> None:
        """Serve the adapter in the folder `path` under `name`. Already serving it is success."""
        try:
            self._control("/v1/load_lora_adapter", {"lora_name": name, "lora_path": path})
        except UnknownAdapter as gone:
            raise EngineRefused(f"The engine at {self.address} finds no adapter in {path}.") from gone
        except EngineRefused:
            if name not in self.adapters():
                raise

    def unload_adapter(self, name: str) -> None:
        """Stop serving `name`. Not serving it is success. Generations already running end in peace."""
        try:
            self._control("/v1/unload_lora_adapter", {"lora_name": name})
        except UnknownAdapter:
            return

    def health(self) -> None:
        """Return when the engine can answer; raise EngineError with the reason when it cannot."""
        self._wire.fetch("GET", "/health", None, self._patience(CONTROL_SECONDS))

    def close(self) -> None:
        """Close the kept connections."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _control(self, path: str, payload: Mapping[str, Any]) -> None:
        self._wire.fetch("POST", path, payload, self._patience(LOADING_SECONDS))

    def _patience(self, seconds: float) -> Patience:
        return Patience(Timeouts(self.timeouts.connect, seconds, seconds, seconds))


def _request(model: str, messages: Sequence[ChatMessage], cache_salt: str, max_tokens: int) -> dict[str, Any]:
    """What every generation says. Greedy: the same words get the same answer."""
    if not _SALT.fullmatch(cache_salt):
        raise ValueError("A cache salt has 16 to 128 characters, none of them @, / or \\.")
    return {
        "model": model,
        "messages": list(messages),
        "cache_salt": cache_salt,
        "max_tokens": max_tokens,
        "temperature": 0,
    }


def _whole(body: bytes) -> str:
    """The text of an unstreamed answer."""
    try:
        choice = json.loads(body)["choices"][0]
        text, finish = choice["message"]["content"], choice["finish_reason"]
    except (ValueError, KeyError, IndexError, TypeError) as wrong:
        raise BadOutput("The engine's answer has not the shape of a chat completion.") from wrong
    _check_finish(finish)
    return text or ""


def _fitting(text: str, schema: Mapping[str, Any]) -> Any:
    """`text` as JSON within `schema`: the promise must hold even where an engine ignores the schema."""
    try:
        found = json.loads(text)
    except ValueError as wrong:
        raise BadOutput("The engine's answer is no JSON.") from wrong
    if not Draft202012Validator(schema).is_valid(found):
        raise BadOutput("The engine's answer is JSON, but not of the shape that was asked for.")
    return found


def _next_words(event: dict[str, Any], finish: str | None) -> tuple[str, str | None]:
    """The words of one event, and the finish reason so far."""
    if "error" in event:
        raise EngineUnavailable("The engine failed while it was answering.")
    try:
        choice = event["choices"][0]
        return choice["delta"].get("content") or "", choice.get("finish_reason") or finish
    except (KeyError, IndexError, TypeError, AttributeError):
        return "", finish  # a usage event has no choice


def _check_finish(finish: str | None) -> None:
    if finish == "stop":
        return
    if finish == "length":
        raise Truncated("The answer did not end within its allowed tokens.", cut=False)
    raise Truncated("The engine's answer broke off.", cut=True)


__all__ = ["ChatMessage", "Delta", "Engine", "EngineError", "ServedModel", "Timeouts"]
