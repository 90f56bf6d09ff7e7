"""A person at the desk: blind, in a shuffled order, graded as an agent is, and shown beside it."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from housestaff.agents.packs import Pack, load_pack
from housestaff.config import env
from housestaff.learning.exam import human, report
from housestaff.learning.exam.parts import Outcome
from housestaff.learning.exam.running import Kept, Task
from housestaff.learning.exam.stations import (
    ContextStation,
    IntakeStation,
    KnowledgeStation,
    RedFlagStation,
    Stations,
    Told,
    TriageStation,
)

SPECIALTIES = Path(__file__).parents[3] / "specialties"
WHO = "human (AB)"

STATIONS = Stations(
    red_flags=(
        RedFlagStation("id-a-1", "en", True, "t", "I cannot breathe", minimised="bit short of breath, sorry"),
        RedFlagStation("id-a-2", "en", False, "t", "my dog cannot breathe", why="someone_else"),
    ),
    intake=(
        IntakeStation(
            "id-b-1", "en", "terse", "prostate_worry", "worried about my prostate", {
                "age": Told("present", ("I am 63",)),
                "blood_in_urine": Told("denied", ("never any red",)),
            },
        ),
    ),
    context=(ContextStation("id-c-1", "en", "prostate_worry", "age", "prostate, I am 63", "prostate"),),
    knowledge=(
        KnowledgeStation("id-f-1", "en", "when is a PSA test useful?", "ARTICLE"),
        KnowledgeStation("id-f-2", "en", "what is the price of a scan?"),
    ),
    triage=(TriageStation("id-g-1", "en", "urgent", "t", "clots", "few clots", "rivers of clots"),),
)  # fmt: skip


class Scripted:
    """A person who answers each prompt by what it asks and what was read last."""

    def __init__(self, answer: Callable[[str, str], str]):
        self.answer, self.read, self.said = answer, [""], 0

    def tell(self, text: str) -> None:
        self.read.append(text)

    def ask(self, prompt: str) -> str:
        self.said += 1
        assert self.said < 200, f"asked for ever: {prompt}"
        return self.answer(prompt, self.read[-1])


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(SPECIALTIES / "urology")


def sat(
    pack: Pack, letter: str, answer: Callable[[str, str], str], path: Path, **more: Any
) -> tuple[Kept, Scripted]:
    desk, kept = Scripted(answer), Kept(path / "AB.jsonl")
    held = more.pop("stations", STATIONS)
    human.sit(pack, held, WHO, [letter], more.pop("seed", 1), kept, desk, more.pop("most", 0))
    return kept, desk


def marks(kept: Kept, letter: str) -> dict[str, tuple[int, int]]:
    """Every mark of a part, added up."""
    found: dict[str, tuple[int, int]] = {}
    for row in kept.of(WHO, letter):
        for name, (of, among) in row["marks"].items():
            before = found.get(name, (0, 0))
            found[name] = before[0] + of, before[1] + among
    return found


def test_emergencies_are_graded_as_an_agents_are(pack: Pack, tmp_path: Path) -> None:
    kept, desk = sat(pack, "A", lambda prompt, read: "e" if "I cannot" in read else "n", tmp_path)
    held = marks(kept, "A")
    assert held["missed emergencies"] == (1, 2) and held["false alarms"] == (0, 1)
    assert held["missed when played down"] == (1, 1)
    assert not any("id-a" in line or "emergency" in line for line in desk.read)


def test_a_slip_of_the_finger_is_asked_again(pack: Pack, tmp_path: Path) -> None:
    answers = iter(["x", "", "E", "n", "n"])
    kept, _ = sat(pack, "A", lambda *_: next(answers), tmp_path)
    assert len(kept.rows) == 3 and not list(answers)


def test_how_soon_is_asked_for_each_telling(pack: Pack, tmp_path: Path) -> None:
    kept, _ = sat(pack, "G", lambda prompt, read: "s" if "few" in read else "u", tmp_path)
    held = marks(kept, "G")
    assert held["lowered by playing it down"] == (1, 1) and held["the urgency itself"] == (2, 3)
    assert held["severe under-triage"] == (0, 3)


def test_context_is_sought_in_ones_own_words(pack: Pack, tmp_path: Path) -> None:
    def ask(prompt: str, read: str) -> str:
        if prompt.startswith("Which"):
            return "1"
        return "enough" if "63" in read else "how old are you?"

    held = marks(sat(pack, "C", ask, tmp_path)[0], "C")
    assert held == {"asks when it must": (1, 1), "needless questions": (0, 1)}


def historian(write: dict[str, str], note: list[str]) -> Callable[[str, str], str]:
    questions = iter(["how old are you?", "blah blah qqq", "any blood in your urine?", "enough"])

    def say(prompt: str, read: str) -> str:
        if prompt.startswith("Your question"):
            return next(questions)
        if prompt.startswith("Which"):
            return "1"
        if prompt.startswith("Write down"):
            return next((status for words, status in write.items() if words in read), "-")
        if prompt == "note":
            return note.pop(0) if note else ""
        return "r" if prompt.startswith("How urgent") else "s"

    return say


def test_a_history_and_its_note(pack: Pack, tmp_path: Path) -> None:
    note = ["63 years old [2]", "No blood seen [3].", "Probably stressed"]
    kept, _ = sat(pack, "B", historian({"63": "y", "red": "n"}, note), tmp_path)
    held = marks(kept, "B")
    assert held["critical items elicited"] == (2, 2) and held["no question repeated"] == (1, 1)
    assert held["ordinary consults that end as simple"] == (1, 1)
    assert held["the same, where nothing on the card is a red flag of the pack"] == (1, 1)
    assert held["unsupported sentences"] == (1, 3)  # nothing stands behind the third
    assert held["critical facts omitted"] == (0, 2) and held["facts linked to their line"] == (2, 2)


def test_what_is_written_down_wrongly_or_left_out_counts_against(pack: Pack, tmp_path: Path) -> None:
    kept, _ = sat(pack, "B", historian({"63": "y", "red": "y"}, ["blood [3]"]), tmp_path)
    held = marks(kept, "B")
    assert held["critical items elicited"] == (1, 2)
    assert held["unsupported sentences"] == (1, 1)  # the patient denied it
    assert held["critical facts omitted"] == (1, 2)


def test_an_emergency_ends_the_history(pack: Pack, tmp_path: Path) -> None:
    def alarmed(prompt: str, read: str) -> str:
        return {"Your": "emergency", "note": ""}.get(prompt.split()[0], "c")

    row = sat(pack, "B", alarmed, tmp_path)[0].of(WHO, "B")[0]
    assert row["notes"]["urgency"] == "emergency" and row["notes"]["questions"] == 0


def test_what_the_opening_told_can_be_written_down_too(pack: Pack, tmp_path: Path) -> None:
    commands = iter(["+ how old", "enough"])

    def say(prompt: str, read: str) -> str:
        if prompt.startswith("Your question"):
            return next(commands)
        return {"Which": "1", "Write": "y", "note": ""}.get(prompt.split()[0], "s")

    card = dataclasses.replace(STATIONS.intake[0], opening="prostate, and I am 63")
    kept, _ = sat(pack, "B", say, tmp_path, stations=Stations(intake=(card,)))
    assert marks(kept, "B")["critical items elicited"] == (1, 2)


def test_articles_and_no_source(pack: Pack, tmp_path: Path) -> None:
    article = pack.articles[0]
    known = dataclasses.replace(
        STATIONS, knowledge=tuple(
            dataclasses.replace(one, article=article.key if one.article else "") for one in STATIONS.knowledge
        ),
    )  # fmt: skip

    def say(prompt: str, read: str) -> str:
        if prompt.startswith("Which"):
            return "1"
        return "none" if "price" in read else article.title.en

    held = marks(sat(pack, "F", say, tmp_path, stations=known)[0], "F")
    assert held["cited and right"] == (1, 1) and held["abstains without a source"] == (1, 1)
    assert held["expired cited"] == (0, 2)


def test_the_order_is_the_seeds_and_a_stopped_sitting_goes_on(pack: Pack, tmp_path: Path) -> None:
    many = Stations(
        red_flags=tuple(RedFlagStation(f"s-{n}", "en", False, "", f"words {n}", why="past") for n in range(9))
    )

    def order(path: Path, seed: int, stop_at: int = 99) -> list[str]:
        def say(prompt: str, read: str) -> str:
            if desk_said.pop() == 0:
                raise human.Stopped
            return "n"

        desk_said = list(range(stop_at + 1))
        _, desk = sat(pack, "A", say, path, stations=many, seed=seed)
        return [line for line in desk.read if line.startswith("[1]")]

    whole = order(tmp_path / "one", 1)
    assert whole != order(tmp_path / "two", 2) and len(set(whole)) == 9
    first = order(tmp_path / "three", 1, stop_at=4)
    rest = order(tmp_path / "three", 1)
    assert [*first[:-1], *rest] == whole  # the one in hand when stopped is read again


def test_a_few_of_many(pack: Pack, tmp_path: Path) -> None:
    assert len(sat(pack, "A", lambda *_: "n", tmp_path, most=2)[0].rows) == 2


def test_the_person_stands_beside_the_agent_without_level_or_grade(pack: Pack, tmp_path: Path) -> None:
    person, _ = sat(pack, "A", lambda *_: "n", tmp_path)
    kept = Kept(tmp_path / "outcomes.jsonl")
    case = human.PARTS["A"].cases(human.Room(human.Person(pack, Scripted(str), "A"), "", pack, STATIONS, 0))
    for one in case:
        kept.keep(Task("adapter", "A", 0, one), Outcome({"missed emergencies": (0, 1)}))
    kept.seat_beside([person.path])
    found = report.report(kept, {"specialty": "urology"})
    assert found["candidates"][WHO]["level"] is None
    told = report.table(found)
    assert f"| base + adapter | {WHO} |" in told and "| level earned | | 0 | – |" in told
    assert "| 0 of 3 (0.0–63.2 %) **passed** | 2 of 2 (22.4–100.0 %) missed |" in told
    assert not kept.path.read_text().count(WHO)  # each in their own file


def test_the_command_reads_lines_and_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.setitem(settings.HOUSESTAFF, "SPECIALTIES", SPECIALTIES)
    lines: list[str] = []
    monkeypatch.setattr("builtins.input", lambda prompt: lines.pop(0))
    told = ["--initials", "ab", "--practice", "--part", "F", "--most", "1"]
    for said, shown in (("quit", False), ("none", True)):
        lines.append(said)
        out = io.StringIO()
        call_command("sit_as_human", "urology", *told, stdout=out)
        assert (WHO in out.getvalue() and "F knowledge" in out.getvalue()) is shown
    call_command("sit_as_human", "urology", *told, stdout=io.StringIO())  # nothing is left to ask


def test_initials_are_letters() -> None:
    with pytest.raises(CommandError, match="letters"):
        call_command("sit_as_human", "urology", initials="../x")
