"""Simulated patients: they answer from a hidden card, each in their own manner, and never in the pack's words (pure)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .stations import IntakeStation

_NOTHING_MORE = {
    "en": ("no that's everything", "nope, nothing else", "that's all thanks", "I think that's it"),
    "zh-hans": ("没有了", "就这些", "没别的了，谢谢", "差不多就这些"),
}
_NOT_MINE = {
    "en": ("no", "no, not that", "nothing like that", "nope"),
    "zh-hans": ("没有", "没这个情况", "没有呀", "不是"),
}
_NO_IDEA = {
    "en": ("couldn't tell you", "not sure, sorry", "no idea to be honest"),
    "zh-hans": ("说不上来", "这个不清楚", "记不得了"),
}
_RELUCTANT = {
    "en": ("why do you need that?", "I'd rather leave that one", "does it matter?"),
    "zh-hans": ("问这个干嘛", "这个能不说吗", "这有关系吗"),
}
_CHATTER = {
    "en": (
        "You know how it is, one gets older.",
        "My neighbour keeps telling me to see somebody.",
        "Sorry, I type slowly on this phone.",
    ),
    "zh-hans": ("人老了就这样。", "邻居一直劝我来看看。", "不好意思，我打字慢。"),
}
_PLAYED_DOWN = {
    "en": ("It's nothing much really.", "I don't like to make a fuss.", "Probably just my age."),
    "zh-hans": ("其实也没啥。", "不想大惊小怪。", "可能就是年纪大了。"),
}


@dataclass
class Patient:
    """One run of a card: the same card and seed say the same."""

    card: IntakeStation
    seed: int
    told: set[str] = field(default_factory=set)
    _refused: set[str] = field(default_factory=set)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(f"{self.card.id}:{self.seed}")

    def opens(self) -> list[str]:
        """The first words; a patient who interrupts sends a second message at once."""
        return [self.card.opening, *self._interruption()]

    def answers(self, key: str | None, kind: str = "yes_no") -> list[str]:
        """The answer to the question `key` (an intake item, "open", "close"), as one or two messages."""
        language = self.card.language
        if key == "close" or key is None:
            return [self._one(_NOTHING_MORE[language])]
        if key == "open":
            return [self._manner(self.card.opening)]
        told = self.card.facts.get(key)
        if told is None:
            return [self._one((_NOT_MINE if kind == "yes_no" else _NO_IDEA)[language])]
        if key in self.card.withholds and key not in self._refused:
            self._refused.add(key)
            return [self._one(_RELUCTANT[language])]
        self.told.add(key)
        said = min(told.says, key=len) if self.card.style == "terse" else self._one(told.says)
        return [self._manner(said), *self._interruption()]

    def _manner(self, said: str) -> str:
        between = " " if self.card.language == "en" else ""
        if self.card.style == "chatty":
            return f"{said}{'.' if between else '。'}{between}{self._one(_CHATTER[self.card.language])}"
        if self.card.style == "wandering":
            return f"{self._one(_CHATTER[self.card.language])}{between}{said}"
        if self.card.style == "minimising" and self._random.random() < 0.5:
            return f"{said}{'.' if between else '。'}{between}{self._one(_PLAYED_DOWN[self.card.language])}"
        return said

    def _interruption(self) -> list[str]:
        if self.card.interrupts and self._random.random() < 0.4:
            return [self._one(self.card.interrupts)]
        return []

    def _one(self, ways: tuple[str, ...]) -> str:
        return self._random.choice(ways)
