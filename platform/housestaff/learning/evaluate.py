"""How well an adapter understands held-out messages and repeats signed sentences, through real vLLM.

The base alone is asked the same with the same schema: the schema offers the pack's keys and the message's own clauses, so
a difference is the adapter's doing. Figures are printed as they are; nothing here may be tuned on them.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from housestaff.agents.packs import Pack
from housestaff.consults.understanding import response_schema
from housestaff.inference.client import ChatMessage, Engine, EngineError

from .heldout import MANNERS, MESSAGES, HeldOut, held_out
from .prompts import Fact, facts_system, facts_user, say_system
from .scoring import Figure, f1_with_interval, share_with_interval, tally

AT_ONCE = 8
SALT = "held-out-evaluation"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Understood:
    """What a model wrote for one held-out message, and how long it took."""

    message: HeldOut
    facts: tuple[Fact, ...]
    seconds: float
    failed: bool = False


@dataclass(frozen=True)
class Report:
    """One model's figures: row name → figure; `seconds` is the median of the understand calls."""

    rows: dict[str, Figure]
    seconds: float
    failures: int


def evaluate(engine: Engine, pack: Pack, model: str, many: int = MESSAGES, say: Say = print) -> Report:
    """All figures of one model, the base or an adapter."""
    rows: dict[str, Figure] = {}
    every: list[Understood] = []
    for language in pack.languages:
        found = _all(lambda one: understand(engine, pack, model, one), held_out(pack, language, many))
        every += found
        rows |= _rows(language, found)
        say(f"{model} · {language} · {rows[f'{language} · all']}")
        hits = _all(partial(_repeats, engine, pack, model, language), plans(pack, language))
        rows[f"{language} · signed sentences repeated exactly"] = share_with_interval(hits)
    median = statistics.median(one.seconds for one in every)
    return Report(rows, median, sum(one.failed for one in every))


def understand(engine: Engine, pack: Pack, model: str, one: HeldOut) -> Understood:
    """One understand call, as the turn makes it. An answer cut off or misshapen counts as no facts."""
    prompt: list[ChatMessage] = [
        {"role": "system", "content": facts_system(pack.slug, one.language)},
        {"role": "user", "content": facts_user(one.text, one.question)},
    ]
    schema = response_schema(pack, one.text)
    began = time.monotonic()
    try:
        answer = engine.complete_structured(
            model=model, messages=prompt, schema=schema, cache_salt=SALT, max_tokens=400
        )
    except EngineError:
        return Understood(one, (), time.monotonic() - began, failed=True)
    facts = tuple(Fact(row["key"], row["status"], row["quote"]) for row in answer)
    return Understood(one, facts, time.monotonic() - began)


def plans(pack: Pack, language: str) -> list[str]:
    """Every plan line the pack has signed, and lines as turns join them."""
    lines = list(pack.signed_sentences(language))
    asks = [line for line in lines if line.startswith("ask ")]
    joined = [f"comfort+{line}" for line in asks]
    joined += [
        f"boundary {pack.boundaries[at % len(pack.boundaries)].key}+{line}" for at, line in enumerate(asks)
    ]
    joined += [f"{line}+close+doctor_will_read" for line in lines if line.startswith("advice ")]
    return lines + joined


def _repeats(engine: Engine, pack: Pack, model: str, language: str, plan: str) -> bool:
    prompt: list[ChatMessage] = [
        {"role": "system", "content": say_system(pack.slug, language)},
        {"role": "user", "content": plan},
    ]
    try:
        words = engine.stream(model=model, messages=prompt, cache_salt=SALT, max_tokens=200)
        return "".join(delta.text for delta in words) == pack.sentence(plan, language)
    except EngineError:
        return False


def _rows(language: str, found: Sequence[Understood]) -> dict[str, Figure]:
    rows = {f"{language} · all": _f1(found)}
    for manner in MANNERS:
        rows[f"{language} · {manner} words"] = _f1([one for one in found if one.message.manner == manner])
    rows[f"{language} · answers to a question"] = _f1([one for one in found if one.message.question])
    rows[f"{language} · key and status, any quote"] = f1_with_interval(
        [
            tally([(f.key, f.status) for f in one.facts], [(f.key, f.status) for f in one.message.facts])
            for one in found
        ]
    )
    return rows


def _f1(found: Sequence[Understood]) -> Figure:
    return f1_with_interval([tally(one.facts, one.message.facts) for one in found])


def _all(ask: Callable[[Any], Any], rows: Sequence[Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, rows))
