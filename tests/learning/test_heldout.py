"""The held-out messages stay held out: nothing of them stands in what is trained on."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from housestaff.agents.packs import LANGUAGES, Pack, load_pack
from housestaff.consults.clauses import clauses
from housestaff.learning.base.banks import LANGUAGES as BANKS
from housestaff.learning.base.banks import bank, concepts, slots
from housestaff.learning.base.text import example
from housestaff.learning.datasets import Lesson
from housestaff.learning.engine_python import ROOT
from housestaff.learning.heldout import MANNERS, HeldOut, held_out, phrasings

SLUGS = ["urology", "sleep_medicine"]
WORDS, CHARACTERS = 8, 12
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def pack_of(slug: str) -> Pack:
    return load_pack(ROOT / "specialties" / slug)


@cache
def messages(slug: str, language: str) -> list[HeldOut]:
    return held_out(pack_of(slug), language)


def runs(text: str) -> Iterator[str]:
    """Every 8 words in a row; every 12 Chinese characters in a row, whatever stands between them."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    yield from (" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))
    characters = "".join(HAN.findall(text))
    yield from (characters[at : at + CHARACTERS] for at in range(len(characters) - CHARACTERS + 1))


def written(slug: str) -> Iterator[str]:
    """All that the pack and the banks say in so many words."""
    for fact in pack_of(slug).fact_keys().values():
        yield from fact.examples.all() + fact.denials.all()
    for one in (*concepts(), *slots()):
        for language in BANKS:
            for texts in one.words[language].values():
                yield from texts
    for name in ("chatter", "frames"):
        for language in BANKS:
            told = bank(name)[language]
            yield from told if isinstance(told, list) else (text for texts in told.values() for text in texts)


def trained(slug: str) -> Iterator[str]:
    """A large sample of what is really trained on: users' texts without the question above them."""
    lesson = Lesson(pack_of(slug), pack_of(slug).training.seed)
    for number in range(4000):
        yield lesson.example(number).user.split("\n")[-1]
        yield example(2026, number).user.split("\n")[-1]


def all_runs(texts: Iterable[str]) -> set[str]:
    return {run for text in texts for run in runs(text)}


@pytest.mark.parametrize("slug", SLUGS)
def test_no_long_run_of_words_is_shared_with_training_text(slug: str) -> None:
    learnt = all_runs([*written(slug), *trained(slug)])
    for language in LANGUAGES:
        for one in messages(slug, language):
            assert not learnt & set(runs(one.text)), one.text


@pytest.mark.parametrize("slug", SLUGS)
def test_no_phrasing_is_one_of_the_packs(slug: str) -> None:
    def plain(text: str) -> str:
        return re.sub(r"[\W_]+", "", text.lower())

    fact_keys = pack_of(slug).fact_keys()
    taught = {plain(text) for fact in fact_keys.values() for text in fact.examples.all() + fact.denials.all()}
    for manner in MANNERS:
        for words in phrasings(slug, manner).values():
            told = {
                plain(text) for by_kind in words.values() for kind in "pd" for text in by_kind.get(kind, [])
            }
            assert not taught & told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_there_are_enough_different_messages(slug: str, language: str) -> None:
    found = messages(slug, language)
    assert len({(one.question, one.text) for one in found}) == len(found) >= 200
    assert found == held_out(pack_of(slug), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_fact_is_of_the_pack_and_quotes_a_clause(slug: str, language: str) -> None:
    keys = pack_of(slug).fact_keys()
    for one in messages(slug, language):
        quotes = {clause.text for clause in clauses(one.text)}
        for fact in one.facts:
            assert fact.key in keys
            assert fact.quote in quotes


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_key_of_the_pack_is_asked_for(slug: str, manner: str) -> None:
    assert set(pack_of(slug).fact_keys()) <= set(phrasings(slug, manner))
