"""The exact words in which the model is asked, and in which it answers: one home for training and serving.

*understand*: system `facts <specialty> <language>`, user = the message, above it `Q: <question>` if one was just asked;
the answer is a JSON list of facts. *reply*: system `say <specialty> <language>`, user = the plan's line; the answer is
the pack's signed sentence. Pure: no Django, no torch.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

STATUSES = ("present", "denied", "unsure")
MOST_FACTS = 4


@dataclass(frozen=True)
class Fact:
    """What the patient said about one key of the pack, with a clause of the message as evidence."""

    key: str
    status: str
    quote: str


@dataclass(frozen=True)
class Example:
    """One conversation to learn from: system line, user text, the answer wanted."""

    system: str
    user: str
    answer: str

    def messages(self) -> list[dict[str, str]]:
        """The prompt as chat messages, without the answer."""
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.user}]


def facts_system(specialty: str, language: str) -> str:
    """The system line of the understand call; language is `en` or `zh-hans`."""
    return f"facts {specialty} {language}"


def say_system(specialty: str, language: str) -> str:
    """The system line of the reply call."""
    return f"say {specialty} {language}"


def facts_user(text: str, question: str | None = None) -> str:
    """The message, below the question it may answer."""
    return f"Q: {question}\n{text}" if question else text


def facts_answer(facts: Iterable[Fact]) -> str:
    """The JSON list without blanks, as vLLM's grammar writes it (`disable_any_whitespace`).

    A base taught another spacing finds its first token forbidden and answers every message with the empty list.
    """
    rows = [{"key": f.key, "status": f.status, "quote": f.quote} for f in facts]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
