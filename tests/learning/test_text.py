"""The generated training text: always the same for a seed, and every quote stands in its message."""

import json
from collections import Counter

import pytest
from housestaff.agents.packs import load_pack
from housestaff.learning.base.banks import concepts, specialties
from housestaff.learning.base.text import everyday_characters, example
from housestaff.learning.datasets import Lesson
from housestaff.learning.engine_python import ROOT
from housestaff.learning.prompts import MOST_FACTS, STATUSES, Example

SLUGS = ["urology", "sleep_medicine"]


def text_of(one: Example) -> str:
    return one.user.split("\n", 1)[1] if one.user.startswith("Q: ") else one.user


def check_facts(one: Example) -> None:
    facts = json.loads(one.answer)
    assert len(facts) <= MOST_FACTS
    assert len({fact["key"] for fact in facts}) == len(facts)
    for fact in facts:
        assert fact["quote"] in text_of(one)
        assert fact["status"] in STATUSES


def test_an_example_depends_on_seed_and_number_alone() -> None:
    once = [example(7, number) for number in range(50)]
    again = [example(7, number) for number in reversed(range(50))]
    assert once == again[::-1]
    assert once != [example(8, number) for number in range(50)]


def test_every_quote_of_the_base_text_stands_in_its_message() -> None:
    for number in range(800):
        one = example(1, number)
        if one.system.startswith("facts"):
            check_facts(one)


def test_the_base_text_has_both_languages_and_all_tasks() -> None:
    drawn = [example(2, number) for number in range(400)]
    assert {one.system.split()[0] for one in drawn} == {"facts", "say", "clauses"}
    assert {"en", "zh-hans"} <= {one.system.split("\n")[0].split()[-1] for one in drawn}


def test_the_banks_are_broad() -> None:
    assert len(concepts()) > 400
    assert len(specialties()) >= 40
    assert len(everyday_characters()) == 3755


def test_no_invented_specialty_bears_the_name_of_a_real_one() -> None:
    assert not {one.name for one in specialties()} & set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_teaches_only_the_pack(slug: str) -> None:
    pack = load_pack(ROOT / "specialties" / slug)
    lesson = Lesson(pack, pack.training.seed)
    seen: Counter[str] = Counter()
    for number in range(1500):
        one = lesson.example(number)
        assert one == Lesson(pack, pack.training.seed).example(number)
        if one.system.startswith("facts"):
            check_facts(one)
            seen.update(fact["key"] for fact in json.loads(one.answer))
        else:
            assert one.answer == pack.sentence(one.user, one.system.split()[-1])
    assert set(seen) <= set(pack.fact_keys())
    assert len(seen) > 0.95 * len(pack.fact_keys())
