"""The readers of one pack, learned from a handful of texts and asked about others, in the environment that learns."""

import json
from pathlib import Path
from typing import Any

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from housestaff.consults.second_reader import Answering, Telling
from housestaff.consults.second_reader.sparse import read_parts
from housestaff.learning.engine_python import run_module
from housestaff.learning.second_reader import telling

SPECIALTIES = Path(__file__).parents[2] / "specialties"

SYMPTOMS = {
    "fever": ["hot", "shivering", "burning up", "feverish"],
    "cough": ["coughing", "hacking", "barking"],
}
TIMES = ["all night", "since dawn", "today", "at work"]
ARTICLES = {"drinking": "how much water should I drink", "sleeping": "how can I sleep better"}
AIMLESS = ["where do I park", "is the desk open", "can my son come", "which bus goes there"]


def unit(text: str, heads: list[str], group: str, *, asked: str = "") -> dict[str, Any]:
    return {
        "text": text,
        "language": "en",
        "heads": heads,
        "group": group,
        "asked": asked,
        "whole": True,
        "near": [],
    }


def lessons() -> dict[str, list[dict[str, Any]]]:
    said = [(key, word, when) for key, words in SYMPTOMS.items() for word in words for when in TIMES]
    facts = [
        unit(f"I was {word} {when}", [f"{key}:present"], f"{word} {when}") for key, word, when in said
    ] + [unit(f"not {word} {when}", [f"{key}:denied"], f"no {word} {when}") for key, word, when in said]
    questions = [
        unit(f"{way} {when}", [key], f"{key} {when}") for key, way in ARTICLES.items() for when in TIMES
    ] + [unit(f"{way} {when}", [], f"{way} {when}") for way in AIMLESS for when in TIMES]
    elsewhere = [unit(f"what does it cost {when}", [], f"cost {when}") for when in TIMES]
    return {"facts": facts, "questions": questions, "elsewhere": elsewhere}


def answers() -> list[dict[str, Any]]:
    """Answers to one question of two packs; the second has taught little, and learns from the first."""
    words = {
        "present": SYMPTOMS["fever"],
        "denied": ["cool", "fresh", "chilly"],
        "unsure": ["never measured"],
    }
    return [
        unit(f"{word} {when}", [status], f"{word} {when}", asked="fever") | {"specialty": slug}
        for slug, whens in (("toy", TIMES), ("small", ["on Monday"]))
        for status, said in words.items()
        for word in said
        for when in whens
    ]


def reader_in(path: Path) -> Telling:
    parts = read_parts(path)
    return Telling(parts["facts"], parts["questions"], parts["unanswered"])


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Telling, dict[str, Any]]:
    out = tmp_path_factory.mktemp("readers")
    nothing: dict[str, list[dict[str, Any]]] = {"facts": [], "questions": [], "elsewhere": []}
    few = nothing | {"facts": lessons()["facts"][:3]}
    toys = {"told_toy.json": lessons(), "told_new.json": nothing, "told_few.json": few}
    words = json.dumps({file: {"name": "toy", "rows": rows} for file, rows in toys.items()})
    module = "housestaff.learning.second_reader.train_told"
    assert run_module(module, ["--out", str(out)], words=words) == 0
    held = json.loads((out / "told_toy.json").read_text(encoding="utf-8"))
    return reader_in(out / "told_toy.json"), held | {"folder": out}


def test_what_it_was_not_shown_is_heard(learned: tuple[Telling, dict[str, Any]]) -> None:
    reader, _ = learned
    told = reader.told(["I was shivering on the bus", "not coughing on the bus", "the bus was late"])
    assert {(one.key, one.status) for one in told} == {("fever", "present"), ("cough", "denied")}


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Answering:
    out = tmp_path_factory.mktemp("answers")
    words = json.dumps({"answers.json": {"name": "toy", "rows": answers()}})
    module = "housestaff.learning.second_reader.train_answers"
    assert run_module(module, ["--out", str(out)], words=words) == 0
    return Answering(read_parts(out / "answers.json"))


@pytest.mark.parametrize("slug", ["toy", "small"])
def test_answers_mean_yes_no_or_not_known(answering: Answering, slug: str) -> None:
    assert answering.means(slug, "fever", "feverish on the bus") == "present"
    assert answering.means(slug, "fever", "cool on the bus") == "denied"
    assert answering.means(slug, "fever", "never measured on the bus") == "unsure"
    assert answering.means(slug, "fever", "purple elephants") is None


def test_a_pack_or_a_language_that_taught_no_answers_has_none_read(answering: Answering) -> None:
    assert answering.means("other", "fever", "feverish all night") is None
    assert answering.means("toy", "fever", "烧") is None


def test_a_question_finds_its_article_or_none(learned: tuple[Telling, dict[str, Any]]) -> None:
    reader, _ = learned
    nothing_near = dict.fromkeys(ARTICLES, 0.0)
    assert reader.article("how much water should I drink on the bus", nothing_near) == "drinking"
    assert reader.article("where do I park on the bus", nothing_near) is None
    assert reader.unanswered.scores("what does it cost on the bus")["unanswered"] > 0.3, "learned elsewhere"
    assert reader.unanswered.scores("how much water should I drink")["unanswered"] < 0.2


def test_the_figures_of_unseen_texts_stand_in_the_file(learned: tuple[Telling, dict[str, Any]]) -> None:
    figures = learned[1]["figures"]
    assert figures["facts"]["en"]["facts"] == 56
    assert figures["facts"]["en"]["right, of those said"] >= 0.8
    assert figures["questions"]["en"]["cited and right"] > 0.5
    assert learned[1]["name"] == "toy"


@pytest.mark.parametrize("file", ["told_new.json", "told_few.json"])
def test_a_pack_that_has_taught_next_to_nothing_says_nothing(
    learned: tuple[Telling, dict[str, Any]], file: str
) -> None:
    reader = reader_in(learned[1]["folder"] / file)
    assert reader.told(["I was hot all night", "我发烧了"]) == []
    assert reader.article("how can I sleep", {"sleeping": 0.4}) is None
    assert reader.article("how can I sleep", {"sleeping": 0.6}) == "sleeping", "nearness alone may be enough"


@pytest.mark.parametrize("folder", pack_folders(SPECIALTIES), ids=lambda folder: folder.name)
def test_the_same_texts_have_the_same_order_in_every_process(folder: Path) -> None:
    """Else a training has another name in the next process, and is done again."""
    pack = load_pack(folder)
    for units in (
        telling.facts(folder, pack),
        telling.answers(folder, pack),
        telling.questions(folder, pack),
    ):
        assert len({telling.place_of(one) for one in units}) == len(units) > 100
        assert [telling.place_of(one) for one in units] == sorted(telling.place_of(one) for one in units)
