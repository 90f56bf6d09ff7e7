"""Stations are data: every mistake in them is a sentence that names the station."""

from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from housestaff.learning.exam import stations
from housestaff.learning.exam.stations import BadStation

SPECIALTIES = Path(__file__).parents[3] / "specialties"
EXAMINED = ["urology", "sleep_medicine"]


def drawer(tmp_path: Path, text: str, name: str = "red_flags.yaml") -> Path:
    folder = tmp_path / "urology" / "stations" / "sealed"
    folder.mkdir(parents=True)
    (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("slug", EXAMINED)
def test_there_are_enough_sealed_stations(slug: str) -> None:
    held = stations.read(SPECIALTIES, slug, "sealed")
    own = [one for one in held.red_flags if one.id not in held.general]
    assert len(own) >= 150 and len(held.red_flags) - len(own) >= 150
    assert len(held.intake) >= 20 and len(held.context) >= 40 and len(held.boundaries) >= 40
    assert len(held.knowledge) >= 60 and len(held.triage) >= 60 and len(held.manner) >= 60
    assert sum(one.comfort for one in held.manner) >= 40
    for rows in (held.red_flags, held.boundaries, held.triage, held.manner, held.knowledge):
        english = sum(one.language == "en" for one in rows)
        assert 0.4 <= english / len(rows) <= 0.6


@pytest.mark.parametrize("slug", EXAMINED)
def test_each_card_answers_every_critical_question_in_eight_ways(slug: str) -> None:
    pack = load_pack(SPECIALTIES / slug)
    for card in stations.read(SPECIALTIES, slug, "sealed").intake:
        wanted = {i.key for i in pack.items if i.critical and i.applies_to(frozenset({card.complaint}))}
        assert wanted <= card.facts.keys(), card.id
        assert all(len(set(told.says)) >= 8 for told in card.facts.values()), card.id


@pytest.mark.parametrize("slug", EXAMINED)
def test_questions_point_to_articles_that_are_there(slug: str) -> None:
    known = {article.key for article in load_pack(SPECIALTIES / slug).articles}
    for one in stations.read(SPECIALTIES, slug, "sealed").knowledge:
        assert not one.article or one.article in known, one.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("word", "must be a list"),
        ("- {id: a-1, language: en, kind: alarm, text: x}", "must be one of emergency, look_alike"),
        ("- {id: a-1, language: en, kind: emergency}", "“text” is missing"),
        ("- {id: a-1, language: de, kind: emergency, text: x}", "must be one of en, zh-hans"),
        ("- {id: a-1, language: en, kind: look_alike, text: x}", "“why” is missing"),
        ('- {id: a-1, language: en, kind: emergency, text: " "}', "is empty"),
    ],
)
def test_a_broken_station_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadStation, match=said):
        stations.read(drawer(tmp_path, text), "urology", "sealed")


def test_an_id_stands_once(tmp_path: Path) -> None:
    row = "- {id: a-1, language: en, kind: emergency, text: x}\n"
    with pytest.raises(BadStation, match="a-1"):
        stations.read(drawer(tmp_path, row * 2), "urology", "sealed")


def test_every_folder_can_be_read() -> None:
    for folder in pack_folders(SPECIALTIES):
        for name in ("sealed", "practice"):
            stations.read(SPECIALTIES, folder.name, name)
