"""Generated patients: the same by number, of every kind that was asked for, and counted and drawn as they went."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from housestaff.learning.exam import stations
from housestaff.learning.exam.generated import drawing, summary
from housestaff.learning.exam.generated.patients import ACTS, Generated, Material, generate
from housestaff.learning.exam.generated.visit import NO_ERROR, STORED

SPECIALTIES = Path(__file__).parents[3] / "specialties"
MANY = 300
SVG = "{http://www.w3.org/2000/svg}"


def material(slug: str, specialties: Path = SPECIALTIES) -> Material:
    return Material(load_pack(specialties / slug), specialties)


@pytest.fixture(scope="module")
def patients() -> list[Generated]:
    made = material("urology")
    return [generate(made, number, 1) for number in range(MANY)]


def test_a_number_is_always_the_same_patient(patients: list[Generated]) -> None:
    again = material("urology")
    assert generate(again, 7, 1) == patients[7]
    assert generate(again, 7, 2) != patients[7]
    assert len({one.card.opening for one in patients}) > MANY / 3


def test_every_kind_of_patient_comes(patients: list[Generated]) -> None:
    assert Counter(one.card.language for one in patients) == {"en": MANY / 2, "zh-hans": MANY / 2}
    assert len(Counter(one.card.style for one in patients)) == 4
    difficult = sum(bool(one.card.interrupts or one.card.withholds) for one in patients)
    assert 0.18 < difficult / MANY < 0.32
    acts = Counter(act.kind for one in patients for act in one.acts.values())
    assert acts.keys() == ACTS.keys()
    assert all(abs(acts[kind] / MANY - share / 100) < 0.06 for kind, share in ACTS.items())
    assert {told.status for one in patients for told in one.card.facts.values()} == {
        "present",
        "denied",
        "unsure",
    }
    assert 0 < sum(not one.in_scope for one in patients) < 0.1 * MANY


def test_a_value_is_told_in_one_way_so_that_it_stays_the_same(patients: list[Generated]) -> None:
    ages = [one.card.facts["age"].says for one in patients if "age" in one.card.facts]
    assert len(ages) > MANY / 2 and all(len(says) == 1 for says in ages)


@pytest.mark.parametrize("folder", pack_folders(SPECIALTIES), ids=lambda folder: folder.name)
def test_every_pack_has_patients_with_something_to_ask_about(folder: Path) -> None:
    made = material(folder.name)
    for number in range(24):
        one = generate(made, number, 3)
        critical = {item.key for item in made.pack.items if item.critical}
        assert one.card.opening.strip() and critical & one.card.facts.keys()


def test_sealed_stations_are_never_opened(tmp_path: Path) -> None:
    for name in ("_general", "urology"):
        ignored = shutil.ignore_patterns("sealed", "adapter")
        shutil.copytree(SPECIALTIES / name, tmp_path / name, ignore=ignored)
    sealed = tmp_path / "urology" / "stations" / "sealed"
    sealed.mkdir()
    for name in stations.FILES.values():
        (sealed / name).write_text("{ whoever reads this fails", encoding="utf-8")
    made = material("urology", tmp_path)
    assert [generate(made, number, 1) for number in range(12)]


def row(number: int, **notes: Any) -> dict[str, Any]:
    plain = {
        "end": "the agent closed", "questions": 8, "repeats": 0, "coverage": 1.0, "class": "simple",
        "urgency": "routine", "refused": 0, "failed_turns": 0, "acts": [], "style": "terse", "language": "en",
    }  # fmt: skip
    return {
        "station": f"1-{number}",
        "marks": {NO_ERROR: [1, 1], STORED: [1, 1]},
        "failed": False,
        "why": "",
        "notes": plain | notes,
    }


ABOUT = dict.fromkeys(("command", "pack", "adapter", "base"), "x") | {
    "specialty": "eye_care",
    "engine": "instant",
}


def test_the_summary_counts_what_happened() -> None:
    broken = row(5) | {
        "failed": True,
        "why": "Traceback …\nKeyError: 'x'\n",
        "marks": {NO_ERROR: [0, 1], STORED: [0, 1]},
    }
    unstored = row(6) | {"failed": True, "why": "no note", "marks": {NO_ERROR: [1, 1], STORED: [0, 1]}}
    found = summary.summary(
        [
            row(1, questions=12, repeats=1, coverage=0.55),
            row(2, end="left", acts=["leave"], coverage=0.1),
            row(3, end="emergency", acts=["emergency"], urgency="emergency"),
            row(4, acts=["emergency"]),
            broken,
            unstored,
        ],
        ABOUT,
    )
    assert (found["consults"], found["stored"]) == (6, 4)
    assert found["errors"] == [{"consult": "1-5", "why": "KeyError: 'x'"}]
    assert found["without_outcome"] == [{"consult": "1-6", "why": "no note"}]
    assert found["emergencies_told"] == [1, 2] and found["left_as_simple"] == [1, 1]
    assert found["coverage"]["histories"] == 3 and found["coverage"]["tenths"] == {"10": 2, "5": 1}
    assert found["repeats"]["counts"] == {"0": 4, "1": 1}
    told = summary.table(found)
    assert "1/6" in told and "a question was asked again | 1/5" in told


def test_the_picture_shows_every_count_and_says_so_in_words() -> None:
    rows = [row(n, questions=n % 20, repeats=n % 7, coverage=(n % 11) / 10) for n in range(120)]
    found = summary.summary(rows, ABOUT)
    drawn = ElementTree.fromstring(drawing.plot(found))  # our own picture
    bars = [bar.find(f"{SVG}title") for bar in drawn.iter(f"{SVG}rect")]
    counts = [int(str(title.text).rpartition(" ")[2]) for title in bars if title is not None]
    assert sum(counts) == 3 * 120
    said = drawn.find(f"{SVG}desc")
    assert said is not None and said.text == drawing.told(found) and "120 generated consults" in said.text
    words = {text.text for text in drawn.iter(f"{SVG}text")}
    assert {
        "Questions asked",
        "Questions asked again",
        "Critical items elicited",
        "14+",
        "4+",
        "100",
    } <= words


def test_no_history_that_came_to_its_end_can_be_drawn_too() -> None:
    found = summary.summary([row(1, end="left", coverage=None)], ABOUT)
    assert "none" in drawing.told(found) and drawing.plot(found)
    assert "0 histories" in summary.table(found)
