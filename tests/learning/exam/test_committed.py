"""The report beside a pack: what is written, what a broken or improved one is told, and that levels are counted again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from housestaff.learning.exam import committed

from .reports import DIGESTS, found

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def specialties(tmp_path: Path) -> Path:
    (tmp_path / "urology").mkdir()
    return tmp_path


def written(specialties: Path, told: dict[str, Any]) -> Path:
    path = committed.path_of(specialties, "urology")
    committed.write(path, told)
    return path


def changed(path: Path, change: Change, *, signed_again: bool) -> None:
    """Edit the file as somebody would who wants a better level; perhaps with a digest that fits again."""
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    if signed_again:
        told["digest"] = committed.digest_of(told)
    path.write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize(
    ("missed", "level"), [("", 3), ("G", 2), ("I", 2), ("C", 1), ("BG", 1), ("F", 0), ("A", 0), ("D", 0)]
)
def test_the_level_follows_from_the_parts(specialties: Path, missed: str, level: int) -> None:
    written(specialties, found(missed=missed))
    read = committed.read(specialties, "urology")
    assert read.counted.level == level
    assert set("ABCDEFGI") - set(read.counted.passed) == set(missed)
    assert (read.counted.pack, read.counted.adapter, read.counted.base) == tuple(DIGESTS.values())


def test_no_station_stands_in_the_file(specialties: Path) -> None:
    path = written(specialties, found())
    text = path.read_text(encoding="utf-8")
    assert "station" not in text and "transcript" not in text and len(text) < 20_000


def test_the_lift_is_the_difference_of_the_grades(specialties: Path) -> None:
    told = found()
    worse = found(missed="C")["candidates"]["base"]
    told["candidates"] = {"adapter": told["candidates"]["adapter"], "base": worse}
    written(specialties, told)
    read = committed.read(specialties, "urology")
    assert read.lift == 100 - read.candidates["base"].grade > 0
    written(specialties, found() | {"candidates": {"adapter": found()["candidates"]["adapter"]}})
    assert committed.read(specialties, "urology").lift is None


def test_what_the_exam_claimed_is_not_copied(specialties: Path) -> None:
    told = found(missed="A")
    told["candidates"]["adapter"] |= {"level": 3, "grade": 99}
    told["candidates"]["adapter"]["parts"][0]["passed"] = True
    written(specialties, told)
    assert committed.read(specialties, "urology").counted.level == 0


def test_a_line_that_was_not_counted_was_not_held(specialties: Path) -> None:
    told = found()
    for held in told["candidates"].values():
        held["parts"][0]["lines"] = held["parts"][0]["lines"][1:]
    written(specialties, told)
    assert committed.read(specialties, "urology").counted.level == 0


def test_several_runs_need_the_worst_one(specialties: Path) -> None:
    written(specialties, found(runs=5))
    assert committed.read(specialties, "urology").counted.level == 3
    told = found(runs=5)
    for part in told["candidates"]["adapter"]["parts"]:
        part["lines"] = [line for line in part["lines"] if "worst of" not in line["name"]]
    written(specialties, told)
    assert committed.read(specialties, "urology").counted.level == 1


def _raise_level(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"] |= {"level": 3, "grade": 100}


def _widen_line(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"]["parts"][0]["lines"][0]["limit"] = 1.0


def _not_needed(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"]["parts"][0]["lines"][0]["needed"] = False


def _turn_round(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"]["parts"][0]["lines"][0]["at_least"] = True


def _too_many(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"]["parts"][0]["lines"][0]["of"] = 101


def _twice(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"]["parts"].append(told["candidates"]["adapter"]["parts"][0])


def _line_twice(told: dict[str, Any]) -> None:
    lines = told["candidates"]["adapter"]["parts"][0]["lines"]
    lines.append({**lines[0], "of": 0})


def _unknown(told: dict[str, Any]) -> None:
    told["candidates"]["adapter"]["parts"][0]["lines"][0]["name"] = "kind words"


def _without(name: str) -> Change:
    return lambda told: told.pop(name)


def _lift(told: dict[str, Any]) -> None:
    told["lift"] = 40


def _other_specialty(told: dict[str, Any]) -> None:
    told["specialty"] = "cardiology"


def _no_candidate(told: dict[str, Any]) -> None:
    del told["candidates"]["adapter"]
    told["lift"] = None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_raise_level, "claims level 3 and grade 100"),
        (_widen_line, "part A, “missed emergencies”: its pass line is not the exam's"),
        (_not_needed, "pass line is not the exam's"),
        (_turn_round, "pass line is not the exam's"),
        (_too_many, "101 of 100 cannot be"),
        (_twice, "may stand once"),
        (_line_twice, "counts a line twice"),
        (_unknown, "the exam has no such line"),
        (_lift, "claims a lift of 40"),
        (_other_specialty, "the report is of “cardiology”"),
        (_no_candidate, "was not examined"),
        (_without("pack"), "'pack' is a required property"),
        (lambda told: told.update(at="2026-13-40"), "is no day"),
    ],
)
def test_a_report_that_was_improved_is_refused_in_words(
    specialties: Path, change: Change, words: str
) -> None:
    path = written(specialties, found(missed="A"))
    changed(path, change, signed_again=True)
    with pytest.raises(committed.BadReport, match="--results again") as refused:
        committed.read(specialties, "urology")
    assert words in str(refused.value) and str(refused.value).startswith("specialties/urology/exam.json: ")


def test_a_report_that_was_touched_is_refused(specialties: Path) -> None:
    path = written(specialties, found(missed="A"))
    changed(path, lambda told: told.update(at="2026-12-01"), signed_again=False)
    with pytest.raises(committed.BadReport, match="changed after it was written"):
        committed.read(specialties, "urology")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"level": 3}', "\x00", "[" * 100_000])
def test_a_broken_file_is_one_sentence(specialties: Path, text: str) -> None:
    committed.path_of(specialties, "urology").write_text(text, encoding="utf-8")
    with pytest.raises(committed.BadReport, match=r"specialties/urology/exam\.json"):
        committed.read(specialties, "urology")


def test_no_file_is_no_report(specialties: Path) -> None:
    with pytest.raises(committed.NoReport):
        committed.read(specialties, "urology")


def test_a_report_with_a_line_that_the_exam_does_not_have_is_not_written(specialties: Path) -> None:
    told = found()
    _unknown(told)
    with pytest.raises(committed.BadReport, match="cannot be committed"):
        written(specialties, told)
    assert not committed.path_of(specialties, "urology").exists()
