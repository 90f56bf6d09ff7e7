"""Messages written apart from the rules by somebody who never saw them, and looked at since: practice, not an exam.

The first reading of the first set (320 messages) missed 46 of 150 emergencies; after its misses were mended, the first
reading of the second (120) missed 21 of 80. Each miss became a pattern of a kind, not of a sentence. So what is true here
says little about new words: about a quarter of emergencies in words nobody has thought of are still not heard by rule.
"""

import json
from functools import cache
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from housestaff.consults.red_flags import scan

STATIONS = json.loads((Path(__file__).parent / "practice_stations.json").read_text(encoding="utf-8"))
SPECIALTIES = Path(__file__).parents[2] / "specialties"
RANK = {"none": 0, "urgent": 1, "emergency": 2}
MOST_FALSE_ALARMS = 0.05


@cache
def _packs() -> tuple[object, ...]:
    return tuple(load_pack(folder) for folder in pack_folders(SPECIALTIES))


def heard(text: str, *, for_another: bool = False) -> str:
    """The worst that any pack hears; `for_another`: also as the message of somebody who acts for the patient."""
    about = (None, "child", "other") if for_another else (None,)
    levels = {
        hit.level
        for pack in _packs()
        for whom in about
        for hit in scan(text, pack.flags, about=whom)  # type: ignore[attr-defined,arg-type]
    }
    return max(levels, key=RANK.__getitem__, default="none")


@pytest.mark.parametrize(
    "station", [one for one in STATIONS if one["expect"] != "none"], ids=lambda one: one["text"][:40]
)
def test_what_cannot_wait_is_heard(station: dict[str, str]) -> None:
    assert RANK[heard(station["text"], for_another=True)] >= RANK[station["expect"]], station["topic"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_look_alikes_seldom_ring(language: str) -> None:
    calm = [one for one in STATIONS if one["expect"] == "none" and one["lang"] == language]
    rang = [one["text"] for one in calm if heard(one["text"]) != "none"]
    assert len(rang) / len(calm) <= MOST_FALSE_ALARMS, rang
