"""What an adapter learns: the pack's own phrasings as whole messages, and its signed sentences.

Everything comes from the pack, the general phrase frames and the synonym bank; nothing from exam stations or held-out
messages (a test compares them). Example number i of a seed is always the same one. Pure: no Django, no torch.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from housestaff.agents.packs import FactKey, Pack
from housestaff.consults.clauses import clauses

from .base.banks import bank, concepts, fill
from .messages import Piece, assemble
from .prompts import Example, Fact, facts_answer, facts_system, facts_user, say_system
from .rewording import reworded

_SLOT = re.compile(r"\{(\w+)\}")
_BANK = {"en": "en", "zh-hans": "zh"}
_BARE = {  # a value said alone, right after its question
    "number": {
        "en": [
            "{number}",
            "about {number}",
            "{number} or so",
            "maybe {number}",
            "{number} {unit}",
            "I'd say {number}",
        ],
        "zh-hans": ["{number}", "大概{number}", "{number}左右", "{number}吧", "差不多{number}", "{number}次"],
    },
    "duration": {
        "en": ["{duration}", "about {duration}", "{duration} I think", "it must be {duration}"],
        "zh-hans": ["{duration}", "大概{duration}", "{duration}吧", "应该有{duration}"],
    },
    "side": {
        "en": [
            "{side}",
            "the {side}",
            "on the {side}",
            "{side} side",
            "both",
            "both sides",
            "more on the {side}",
        ],
        "zh-hans": ["{side}", "在{side}", "是{side}", "两边都疼", "两边", "{side}多一些"],
    },
}


@dataclass(frozen=True)
class Lesson:
    """One pack as teaching material; `say` is the share of reply examples."""

    pack: Pack
    seed: int
    say: float = 0.2

    @cached_property
    def facts(self) -> dict[str, FactKey]:
        """Keys with at least one phrasing."""
        return {key: fact for key, fact in self.pack.fact_keys().items() if fact.examples.all()}

    @cached_property
    def plans(self) -> dict[str, dict[str, str]]:
        """language → plan line → signed sentence."""
        return {language: self.pack.signed_sentences(language) for language in self.pack.languages}

    def example(self, number: int) -> Example:
        """The example with this number."""
        rng = random.Random(f"{self.pack.slug}:{self.seed}:{number}")
        language = rng.choice(self.pack.languages)
        return self._sentence(rng, language) if rng.random() < self.say else self._message(rng, language)

    def _sentence(self, rng: random.Random, language: str) -> Example:
        plan = rng.choice(list(self.plans[language])) if rng.random() < 0.5 else self._plan(rng)
        return Example(say_system(self.pack.slug, language), plan, self.pack.sentence(plan, language))

    def _plan(self, rng: random.Random) -> str:
        """Lines as a turn joins them: a boundary, comfort, then a question or the end."""
        head = [f"boundary {rng.choice(self.pack.boundaries).key}"] if rng.random() < 0.25 else []
        head += ["comfort"] if rng.random() < 0.4 else []
        draw = rng.random()
        if draw < 0.2 and self.pack.articles:
            return "+".join(
                [*head, f"advice {rng.choice(self.pack.articles).key}", "close", "doctor_will_read"]
            )
        if draw < 0.3:
            return "+".join([*head, rng.choice(["open", "doctor_will_read", "close+doctor_will_read"])])
        head += ["ask_again"] if rng.random() < 0.15 else []
        return "+".join([*head, f"ask {rng.choice(self.pack.items).key}"])

    def _message(self, rng: random.Random, language: str) -> Example:
        text, question, facts = self.message(rng, language)
        system = facts_system(self.pack.slug, language)
        return Example(system, facts_user(text, question), facts_answer(facts))

    def message(self, rng: random.Random, language: str) -> tuple[str, str | None, list[Fact]]:
        """A patient's message, the question it may answer, and what it states."""
        frames, pieces, question = bank("frames")[_BANK[language]], [], None
        asked = rng.choice(self.pack.items) if rng.random() < 0.6 else None
        if asked:
            question = asked.ask.say(language)
            if rng.random() < 0.9 and asked.key in self.facts:
                pieces.append(self.answer(rng, self.facts[asked.key], language))
        elif rng.random() < 0.12:
            return rng.choice(bank("chatter")[_BANK[language]]), None, []
        more = rng.choice([0, 0, 0, 1, 1, 2]) if pieces else rng.choice([0, 1, 1, 2, 2, 3]) + (asked is None)
        keys = rng.sample(list(self.facts), more)
        pieces += [
            self.stated(rng, self.facts[key], language) for key in keys if not asked or key != asked.key
        ]
        if rng.random() < 0.12 or not pieces:
            pieces.insert(rng.randint(0, len(pieces)), self._aside(rng, language))
        text, facts = assemble(rng, pieces, frames, _BANK[language])
        return text, question, facts

    def answer(self, rng: random.Random, fact: FactKey, language: str) -> Piece:
        """An answer to the item's question: a bare value, yes or no, or the pack's phrasing."""
        frames = bank("frames")[_BANK[language]]
        if rng.random() < 0.05:
            return Piece(rng.choice(frames["dunno"]), ((fact.key, "unsure"),))
        if fact.kind in _BARE and rng.random() < 0.5:
            return Piece(
                self._filled(rng, rng.choice(_BARE[fact.kind][language]), fact, language),
                ((fact.key, "present"),),
            )
        if fact.kind == "choice" and rng.random() < 0.6:
            choice = rng.choice(self.pack.item(fact.key).choices)
            return Piece(
                rng.choice(choice.words.of(language) or (choice.name.say(language),)),
                ((fact.key, "present"),),
            )
        if fact.kind == "yes_no" and rng.random() < 0.6:
            status, words = rng.choice(
                [("present", "yes"), ("denied", "no"), ("unsure", "dunno")][: rng.choice([2, 2, 3])]
            )
            text = rng.choice(frames[words])
            return Piece(text, ((fact.key, status),), focus=len(re.split("[,，]", text)[0]))
        return self.stated(rng, fact, language)

    def stated(self, rng: random.Random, fact: FactKey, language: str) -> Piece:
        """The fact in one of the pack's phrasings, reworded; denied and doubted where that makes sense."""
        frames, said, denials = (
            bank("frames")[_BANK[language]],
            fact.examples.of(language),
            fact.denials.of(language),
        )
        status = rng.choices(["present", "denied", "unsure"], [0.62, 0.26 if denials else 0, 0.12])[0]
        if fact.kind not in {"yes_no", "text"} and status == "unsure":
            status = "present"
        text = self._filled(rng, rng.choice(denials if status == "denied" else said), fact, language)
        text = reworded(rng, text, _BANK[language])
        evidence, begin = text, 0
        if rng.random() < (1.0 if status == "unsure" else 0.3):
            frame = {"present": "present_clause", "denied": "denied_clause", "unsure": "unsure_clause"}[
                status
            ]
            framed = rng.choice([one for one in frames[frame] if one != "no {p}"])
            begin, text = framed.index("{p}"), framed.replace("{p}", text)
        states: tuple[tuple[str, str], ...] = ((fact.key, status),)
        if status == "present" and fact.kind == "yes_no" and "duration" in self.facts and rng.random() < 0.12:
            text += fill(rng, rng.choice(frames["time"]), _BANK[language])
            states += (("duration", "present"),)
        cut = clauses(evidence)
        return Piece(text, states, cut[0].end, begin) if len(cut) > 1 else Piece(text, states)

    def _aside(self, rng: random.Random, language: str) -> Piece:
        """Words that state nothing here: someone else's illness, a wish the agent refuses, small talk."""
        frames = bank("frames")[_BANK[language]]
        draw = rng.random()
        if draw < 0.4:
            noun = rng.choice(rng.choice(concepts()).words[_BANK[language]]["n"])
            return Piece(fill(rng, rng.choice(frames["other"]).replace("{n}", noun), _BANK[language]))
        if draw < 0.7 and self.pack.boundaries:
            return Piece(rng.choice(rng.choice(self.pack.boundaries).words.of(language)))
        return Piece(rng.choice(bank("chatter")[_BANK[language]]))

    def _filled(self, rng: random.Random, text: str, fact: FactKey, language: str) -> str:
        """Slots filled from the pack, or more freely by the kind of slot."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name == "unit":
                return str(self.pack.item(fact.key).unit) if fact.source == "item" else ""
            if name == "number" and fact.source == "item":
                name = {"years": "age", "ng/ml": "psa"}.get(self.pack.item(fact.key).unit, name)
            if name in _FREE and rng.random() < 0.6:
                return _FREE[name](rng, language)
            return rng.choice(self.pack.training.slots[name].of(language))

        return _SLOT.sub(value, text).strip()


def _duration(rng: random.Random, language: str) -> str:
    return fill(
        rng,
        rng.choice(["{n} {unit}", "since {past}"] if language == "en" else ["{n}{unit}", "从{past}"]),
        _BANK[language],
    )


def _number(rng: random.Random, language: str) -> str:
    values = bank("slots")["values"][_BANK[language]]
    return str(rng.choice([rng.randint(0, 12), rng.choice(values["n"]), rng.choice(values["score"])]))


_FREE: dict[str, Callable[[random.Random, str], str]] = {
    "duration": _duration,
    "number": _number,
    "age": lambda rng, language: str(rng.randint(18, 92)),
    "psa": lambda rng, language: f"{rng.randint(0, 30)}.{rng.randint(0, 9)}",
    "medicine": lambda rng, language: rng.choice(bank("slots")["values"][_BANK[language]]["drug"]),
}
