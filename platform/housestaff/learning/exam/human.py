"""A person sits the same stations, blind: no id, label or grade is shown, and the same graders grade (pure).

What an agent does by itself a person does at a desk: says how urgent a message is, asks the simulated patient, writes
down what is there and what is not, writes the note, names the article. Nothing here needs a house or a model.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from housestaff.agents.packs import Pack

from .candidates import Conversation, Judged, Posted, Reply
from .parts import PARTS, Case, Room
from .running import Kept, Task
from .stations import Stations

LETTERS = (
    "A",
    "B",
    "C",
    "F",
    "G",
)  # E comes with B; D and I grade an agent's signed wording, which a person has not
NEAR, LEAST = 4, 0.2
STATUSES = {"y": "present", "n": "denied", "?": "unsure"}
ALL_URGENCIES = {"e": "emergency", "u": "urgent", "s": "soon", "r": "routine"}
EMERGENCY_OR_NOT = {"e": "emergency", "u": "urgent", "n": "routine"}
QUOTED_WORDS, QUOTED_SIGNS = 6, 12
_LINES = re.compile(r"\[([\d ,]+)\]")
_PIECES = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")


class Stopped(Exception):
    """The person has had enough for now; the station in hand is not kept."""


class Desk(Protocol):
    """Where the person sits."""

    def tell(self, text: str) -> None:
        """Show a line."""
        ...

    def ask(self, prompt: str) -> str:
        """One line of the person's. Raises Stopped."""
        ...


def name_of(initials: str) -> str:
    """How a person is called in reports. Raises ValueError for what is no initials."""
    if not re.fullmatch(r"[A-Za-z]{1,4}", initials):
        raise ValueError("Initials are one to four letters.")
    return f"human ({initials.upper()})"


def place(exams: Path, slug: str, drawer: str, pack: Pack) -> Path:
    """The folder of what people sat of these stations and this pack, one file a person."""
    return exams / f"{slug}-{drawer}-{pack.digest[:8]}-people"


class Person:
    """The candidate at one part's desk."""

    def __init__(self, pack: Pack, desk: Desk, letter: str):
        self.pack, self.desk, self.letter = pack, desk, letter

    def consult(self, which: str, language: str) -> Conversation:
        """A new patient at the desk."""
        return {"A": _Sorting, "B": _History, "C": _Asking, "F": _Shelf, "G": _Triage}[self.letter](
            self.pack, language, self.desk
        )


def sit(
    pack: Pack,
    stations: Stations,
    who: str,
    letters: Iterable[str],
    seed: int,
    kept: Kept,
    desk: Desk,
    most: int,
) -> bool:
    """Every station of these parts that this person has not sat, each part in an order of its own. False when stopped."""
    for letter in letters:
        room = Room(Person(pack, desk, letter), who, pack, stations, 0)
        for task in _shuffled(PARTS[letter].cases(room), who, letter, seed, kept, most):
            try:
                kept.keep(task, PARTS[letter].sit(task.case, room))
            except Stopped:
                desk.tell("What was sat is kept; the same command goes on from there.")
                return False
    return True


def _shuffled(
    cases: Sequence[Case], who: str, letter: str, seed: int, kept: Kept, most: int
) -> Iterable[Task]:
    wanted = [Task(who, letter, 0, case) for case in cases]
    random.Random(f"{letter}:{seed}").shuffle(wanted)
    return [task for task in wanted[: most or None] if task.key not in kept.rows]


class _Talk:
    """What every desk shares: the patient's numbered lines, and finding what the person means."""

    choices: Mapping[str, str] = {}

    def __init__(self, pack: Pack, language: str, desk: Desk):
        self.pack, self.language, self.desk = pack, language, desk
        self.transcript: list[dict[str, str]] = []
        self.lines: dict[int, str] = {}
        self.asked: list[str] = []
        self.facts: list[dict[str, Any]] = []
        self._urgency = "routine"
        desk.tell("— a new patient —")

    def say(self, text: str) -> Posted:
        """The person reads."""
        self.lines[len(self.lines) + 1] = text
        self.transcript.append({"who": "patient", "text": text})
        self.desk.tell(f"[{len(self.lines)}] {text}")
        return Posted(self._urgency, self._urgency == "emergency")

    def answer(self) -> Reply:
        """Nothing is asked."""
        return Reply("", None)

    def urgency(self) -> str:
        return self._urgency

    def judged(self) -> Judged:
        return Judged(self._urgency, "", "", tuple(self.asked), tuple(self.facts), (), "", self.lines)

    def _choose(self, prompt: str, choices: Mapping[str, str]) -> str:
        told = ", ".join(f"{letter} {word or 'nothing'}" for letter, word in choices.items())
        while (letter := self._line(f"{prompt} ({told})").lower()) not in choices:
            self.desk.tell(f"One of {' '.join(choices)}, please.")
        return choices[letter]

    def _line(self, prompt: str) -> str:
        return self.desk.ask(prompt).strip()

    def _mean(self, words: str, texts: Mapping[str, Sequence[str]]) -> str | None:
        """Which of these the person means: the nearest are shown, and the person says. The first text is the one shown."""
        near = nearest(words, texts)
        for at, key in enumerate(near, 1):
            self.desk.tell(f"  {at}  {texts[key][0]}")
        if not near:
            self.desk.tell("Nothing here is like that; say it in other words.")
            return None
        while (number := self._line("Which do you mean? Its number, or 0 for none")) not in {
            str(one) for one in range(len(near) + 1)
        }:
            self.desk.tell("A number from the list, please.")
        return near[int(number) - 1] if number != "0" else None


def nearest(words: str, texts: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys whose texts share most with these words: words of English, signs of Chinese; none that share little."""
    wanted = _pieces(words)
    if not wanted:
        return []
    scores = {
        key: max(len(wanted & _pieces(text)) / len(wanted | _pieces(text)) for text in many)
        + len(wanted & set().union(*map(_pieces, many))) / len(wanted)
        for key, many in texts.items()
    }
    ranked = sorted((key for key in scores if scores[key] >= LEAST), key=lambda key: -scores[key])
    return ranked[:NEAR]


def _pieces(text: str) -> set[str]:
    return {
        piece.removesuffix("s")
        for piece in _PIECES.findall(text.lower())
        if len(piece) > 2 or not piece.isascii()
    }


class _Sorting(_Talk):
    """Part A: emergency, urgent, or neither; asked at each message, as the rules are."""

    choices = EMERGENCY_OR_NOT

    def say(self, text: str) -> Posted:
        super().say(text)
        self._urgency = self._choose("Is this an emergency, urgent, or neither?", self.choices)
        self.transcript.append({"who": "judged", "text": self._urgency})
        return Posted(self._urgency, self._urgency == "emergency")


class _Triage(_Sorting):
    """Part G: how soon."""

    choices = ALL_URGENCIES


class _Asking(_Talk):
    """Part C: one question, or enough is known."""

    def answer(self) -> Reply:
        while True:
            words = self._line("Your question in your own words, or “enough”")
            if words.lower() == "enough":
                return self._replied("close", "enough")
            if self._command(words):
                return Reply("", None)
            if words and (key := self._mean(words, self._questions())):
                return self._replied(key, words)

    def _command(self, words: str) -> bool:
        """Whether these words were no question but the end of the talk."""
        return False

    def _questions(self) -> dict[str, list[str]]:
        return {
            item.key: [
                item.ask.say(self.language),
                *self.pack.fact_keys()[item.key].examples.of(self.language),
            ]
            for item in self.pack.items
        }

    def _replied(self, key: str, words: str) -> Reply:
        self.asked.append(key)
        self.transcript.append({"who": "person", "text": words})
        return Reply(words, key)


class _History(_Asking):
    """Parts B and E: questions, what is written down of each answer, and the note."""

    def say(self, text: str) -> Posted:
        posted = super().say(text)
        if self.asked and self.asked[-1] != "close":
            self._write_down(self.asked[-1])
        return posted

    def _command(self, words: str) -> bool:
        if words.lower() == "emergency":
            self._urgency = "emergency"
            return True
        if words.startswith("+"):  # what the last line told without being asked
            key = self._mean(words[1:], self._questions())
            if key:
                self._write_down(key)
            return False
        return False

    def _write_down(self, key: str) -> None:
        status = self._choose("Write down of it: there, not there, unsure, or nothing", {**STATUSES, "-": ""})
        if status:
            seq = len(self.lines)
            fact = {"key": key, "status": status, "value": "", "quote": self.lines[seq], "seq": seq}
            self.facts.append({**fact, "certainty": "said"})

    def judged(self) -> Judged:
        """The note: sentences with the lines they rest on, whose words are set beside them."""
        self.desk.tell(
            "Your note: one sentence a line, with the lines it rests on, as [2] or [2, 5]. An empty line ends it."
        )
        summary = []
        while sentence := self._line("note"):
            summary.append(self._sentence(sentence))
        if self._urgency != "emergency":
            self._urgency = self._choose("How urgent is it?", ALL_URGENCIES)
        what = self._choose("Simple, or complex?", {"s": "simple", "c": "complex"})
        return Judged(
            self._urgency, what, "", tuple(self.asked), tuple(self.facts), tuple(summary), "", self.lines
        )

    def _sentence(self, sentence: str) -> dict[str, Any]:
        seqs = [int(n) for group in _LINES.findall(sentence) for n in re.findall(r"\d+", group)]
        seqs = [seq for seq in seqs if seq in self.lines]
        quotes = " ".join(f"“{_begun(self.lines[seq])}”" for seq in seqs)
        return {
            "text": f"{_LINES.sub('', sentence).strip()} {quotes}".strip(),
            "kind": "history",
            "seqs": seqs,
        }


def _begun(line: str) -> str:
    """The first words of a line, as a quote that can be found in it."""
    words = line.replace("“", "").replace("”", "").split()
    text = " ".join(words[:QUOTED_WORDS]) if len(words) > 1 else line[:QUOTED_SIGNS]
    return text if text == line else f"{text}…"


class _Shelf(_Talk):
    """Part F: the article that answers, or none. What an agent would say of it is the reply that is graded."""

    def answer(self) -> Reply:
        texts = {
            article.key: [
                f"{article.title.say(self.language)} · {article.source.body}, {article.source.year}"
                f" · to be reviewed by {article.review_date}",
                *article.asks.of(self.language),
            ]
            for article in self.pack.articles
        }
        while True:
            words = self._line("Words of the article that answers this, or “none”: there is no source")
            if words.lower() == "none":
                return self._replied("cannot_answer")
            if words and (key := self._mean(words, texts)):
                return self._replied(f"advice {key}")

    def _replied(self, plan: str) -> Reply:
        text = self.pack.sentence(plan, self.language)
        self.transcript.append({"who": "person", "text": text})
        return Reply(text, None)
