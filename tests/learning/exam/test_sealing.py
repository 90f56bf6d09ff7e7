"""Sealed stations are apart from everything that teaches or rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from housestaff.learning.exam import practice, sealing, stations
from housestaff.learning.second_reader import telling, texts

SPECIALTIES = Path(__file__).parents[3] / "specialties"
FOLDERS = pack_folders(SPECIALTIES)


def test_a_shared_run_is_found_and_a_shorter_one_is_not() -> None:
    said = "one two three four five six seven eight nine"
    assert sealing.shared([("s", said)], [("t", f"so {said} then")])
    assert not sealing.shared([("s", said)], [("t", "one two three four five six seven and eight")])
    signs = "今天早上起来觉得头有点晕想吐"
    assert sealing.shared([("s", signs)], [("t", f"他说{signs}了")])
    assert not sealing.shared([("s", signs)], [("t", "今天早上起来觉得头有")])


def taught() -> Iterator[tuple[str, str]]:
    """Whatever rules, teaches or phrases: practice stations, phrasings, patterns, signed sentences, articles."""
    for folder in FOLDERS:
        pack = load_pack(folder)
        yield from ((f"{pack.slug} phrasings", one.text) for one in texts.phrasings(pack))
        for flag in pack.flags:
            yield from ((f"{pack.slug} rules", row) for row in flag.patterns.all() + flag.look_alikes.all())
        for language in pack.languages:
            yield from ((f"{pack.slug} sentences", text) for text in pack.signed_sentences(language).values())
        for article in pack.articles:
            yield from ((f"{pack.slug} articles", text) for text in article.asks.all())
            yield f"{pack.slug} articles", f"{article.text.en}\n{article.text.zh_hans}"
    for folder in [SPECIALTIES / "_general", *FOLDERS]:
        held = stations.read(SPECIALTIES, folder.name, "practice")
        yield from ((f"{folder.name} practice", text) for _, text in held.texts())
        yield from ((f"{folder.name} told", one.text) for one in practice.told_in(folder))
        yield from ((f"{folder.name} openings", one.text) for one in practice.openings_in(folder))


@pytest.fixture(scope="module")
def known() -> list[tuple[str, str]]:
    return list(taught())


@pytest.mark.parametrize("folder", [SPECIALTIES / "_general", *FOLDERS], ids=lambda folder: folder.name)
def test_no_sealed_station_shares_a_run_with_what_teaches(folder: Path, known: list[tuple[str, str]]) -> None:
    held = stations.read(SPECIALTIES, folder.name, "sealed")
    assert sealing.shared(held.texts(), known) == []


def test_no_sealed_text_is_in_the_second_readers_lesson() -> None:
    sealed = {
        sealing.digest(text)
        for folder in FOLDERS
        for _, text in stations.read(SPECIALTIES, folder.name, "sealed").texts()
        if any(sealing.runs(text))  # "no" and "39" are everybody's words
    }
    lesson = {sealing.digest(one.text) for one in texts.taught(SPECIALTIES)}
    lesson |= {sealing.digest(one.text) for one in texts.wanted(SPECIALTIES)}
    for folder in FOLDERS:
        pack = load_pack(folder)
        units = [
            *telling.facts(folder, pack),
            *telling.answers(folder, pack),
            *telling.questions(folder, pack),
        ]
        lesson |= {sealing.digest(one.text) for one in units if any(sealing.runs(one.text))}
    assert len(sealed) > 1000 and not sealed & lesson


def test_a_sealed_text_in_the_lesson_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "_general" / "stations"
    row = '- {id: x-1, language: en, kind: emergency, topic: t, text: "the same words"}\n'
    for drawer in ("sealed", "practice"):
        (folder / drawer).mkdir(parents=True)
        (folder / drawer / "red_flags.yaml").write_text(row, encoding="utf-8")
    with pytest.raises(texts.SealedText):
        texts.taught(tmp_path)
