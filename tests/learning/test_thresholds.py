"""Thresholds of the readers of messages: those of today's texts are kept beside the code, and taken over as they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from housestaff.agents.packs import pack_folders
from housestaff.learning.engine_python import run_module
from housestaff.learning.management.commands import train_second_reader as command

SPECIALTIES = Path(__file__).parents[2] / "specialties"


def test_the_kept_thresholds_are_of_todays_texts() -> None:
    """Else every first start would cross-validate: `manage.py train_second_reader --cross-validate` finds them again."""
    kept = json.loads(command.THRESHOLDS.read_text(encoding="utf-8"))
    names = command.names(SPECIALTIES, "reader.json")
    assert {file: one["name"] for file, one in kept.items()} == names
    assert len(names) == 4 + len(pack_folders(SPECIALTIES))


def test_a_reader_holds_the_thresholds_that_were_kept(second_reader: Path) -> None:
    kept = json.loads(command.THRESHOLDS.read_text(encoding="utf-8"))
    for file, one in kept.items():
        held = json.loads(second_reader.with_name(file).read_text(encoding="utf-8"))
        limits = held.get("limits") or {part: its["limits"] for part, its in held["parts"].items()}
        assert (held["name"], limits, held["figures"]) == (one["name"], one["limits"], one["figures"])


ROWS = [
    {
        "text": f"{word} pain number {number}",
        "language": language,
        "kind": "body" if word == "crushing" else "",
        "ordinary": word != "crushing",
        "whole": True,
        "origin": f"{word} pain number {number}",
        "answer": number % 2 == 0,
        "urgent": word == "crushing",
        "remark": word == "hello" and number % 2 == 1,
    }
    for language in ("en", "zh-hans")
    for word in ("crushing", "mild", "hello")
    for number in range(8)
]
SELF_HARM = [
    row | {"text": f"{row['text']}!", "origin": f"{row['text']}!", "kind": "self_harm"} for row in ROWS[:2]
]
VIOLENCE = [
    row | {"text": f"{row['text']}?", "origin": f"{row['text']}?", "kind": "violence"} for row in ROWS[:2]
]


@pytest.mark.parametrize("kept", [None, {"limits": {"sure": {"en": 7.5}}, "figures": {"seen": {"en": 1.0}}}])
def test_a_training_takes_over_what_is_kept_or_finds_it(tmp_path: Path, kept: dict[str, Any] | None) -> None:
    lesson = {"name": "toy", "rows": [*ROWS, *SELF_HARM, *VIOLENCE], "kept": kept}
    words = json.dumps({"reader.json": lesson})
    assert run_module("housestaff.learning.second_reader.train", ["--out", str(tmp_path)], words=words) == 0
    held = json.loads((tmp_path / "reader.json").read_text(encoding="utf-8"))
    if kept:
        assert (held["limits"], held["figures"]) == (kept["limits"], kept["figures"])
    else:
        assert set(held["limits"]) >= {"remark", "sure", "sure_answer", "unsure", "unsure_answer"}
        assert held["figures"]["emergencies heard as such"]["en"] > 0.9
    assert held["blocks"]["words"], "learned either way"
