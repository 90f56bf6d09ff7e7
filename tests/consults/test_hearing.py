"""What the learned readers hear: beside the rules, in doubt against them, and never more than they were asked for."""

import json
from pathlib import Path

import pytest
from housestaff.agents.packs import Pack, load_pack
from housestaff.consults.hearing import NO_READERS, Readers, hear, meaning
from housestaff.consults.plan import OPEN
from housestaff.consults.second_reader import Answering, NoSecondReader, Telling
from housestaff.consults.second_reader.features import BLOCKS
from housestaff.consults.second_reader.sparse import (
    SHARED,
    UNANSWERED,
    UNSURE,
    Block,
    Sparse,
    read_parts,
    shape_of,
    written,
)
from housestaff.consults.second_reader.stored import packed
from housestaff.consults.understanding import FactFound, rule_facts

SPECIALTIES = Path(__file__).parents[2] / "specialties"


def sparse(words: dict[str, dict[str, float]], **limits: float) -> Sparse:
    """A reader that knows single words: word → head → weight."""
    heads = sorted({head for weights in words.values() for head in weights})
    known = {
        word: (1.0, {heads.index(head): weight for head, weight in weights.items()})
        for word, weights in words.items()
    }
    blocks = {name: Block.read(written(known if name == "words" else {}), len(heads)) for name in BLOCKS}
    return Sparse(tuple(heads), blocks, limits)


FACTS = sparse(
    {"shivery": {"fever:present": 0.9}, "dentures": {"smoking:denied": 0.6}, "oldish": {"age:present": 0.9}},
    **{"en": 0.5, "zh-hans": 0.5},
)
ANSWERS = sparse(
    {
        "chattering": {SHARED: 0.2, "fever": 0.7},
        "cool": {SHARED: -0.2, "fever": -0.7},
        "unmeasured": {UNSURE: 0.9},
        "maybe": {SHARED: 0.2},
    },
    **{"urology": 0.5, f"urology/{UNSURE}": 0.5},
)
QUESTIONS = sparse({"stones": {"first": 0.6, "gone": 0.9}}, **{"en": 0.5, "zh-hans": 0.5})
NOTHING = sparse({"unmeasured": {UNANSWERED: 0.0}}, **{"en": 0.5, "zh-hans": 0.5})
READERS = Readers(Telling(FACTS, QUESTIONS, NOTHING), Answering({"en": ANSWERS}))


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(SPECIALTIES / "urology")


def listened(pack: Pack, text: str, asked: str | None = None) -> tuple[list[FactFound], list[FactFound]]:
    return hear(pack, text, asked, 7, ruled=rule_facts(pack, text, asked, 7), readers=READERS)


def test_a_clause_tells_a_fact_in_its_own_words(pack: Pack) -> None:
    _, heard = listened(pack, "the pan is full of foam, shivery since dusk")
    assert heard == [FactFound("fever", "yes", "present", "shivery since dusk", "chosen", 7)]


def test_a_number_that_is_not_there_is_not_told(pack: Pack) -> None:
    assert listened(pack, "oldish now")[1] == []
    assert [(one.key, one.value) for one in listened(pack, "oldish now 71")[1]] == [("age", "71")]


def test_the_surest_clause_tells_a_fact_once(pack: Pack) -> None:
    reader = sparse({"warm": {"fever:denied": 0.6}, "shivery": {"fever:present": 0.9}}, en=0.5)
    told = Telling(reader, QUESTIONS, NOTHING).told(["warm", "shivery"])
    assert [(one.key, one.status, one.clause) for one in told] == [("fever", "present", "shivery")]


def test_a_sideways_answer_is_read(pack: Pack) -> None:
    assert [(one.status, one.certainty) for one in listened(pack, "chattering", "fever")[1]] == [
        ("present", "chosen")
    ]
    assert [one.status for one in listened(pack, "cool", "fever")[1]] == ["denied"]
    assert listened(pack, "maybe", "leaking")[1] == [], "too little to go by"
    assert [one.status for one in listened(pack, "unmeasured", "fever")[1]] == ["unsure"]


@pytest.mark.parametrize("text", ["yes, cool", "no, chattering", "yes, unmeasured"])
def test_a_rule_and_a_reader_that_disagree_leave_it_in_doubt(pack: Pack, text: str) -> None:
    kept, heard = listened(pack, text, "fever")
    assert [(one.key, one.status, one.value) for one in kept] == [("fever", "unsure", "")] and heard == []


def test_a_rule_that_the_reader_bears_out_stands_as_it_is(pack: Pack) -> None:
    kept, heard = listened(pack, "no, cool", "fever")
    assert [(one.key, one.status, one.certainty) for one in kept] == [("fever", "denied", "sure")]
    assert heard == []


@pytest.mark.parametrize(("text", "status"), [("a bit cool", "denied"), ("sometimes chattering", "present")])
def test_words_that_only_sound_like_a_yes_give_way_to_the_reader(pack: Pack, text: str, status: str) -> None:
    kept, heard = listened(pack, text, "fever")
    assert [one.status for one in (*kept, *heard) if one.key == "fever"] == [status]


def test_a_yes_and_nothing_else_stands_whatever_the_reader_hears(pack: Pack) -> None:
    contrary = Answering(
        {"en": sparse({"yes": {SHARED: -0.9}}, **{pack.slug: 0.5, f"{pack.slug}/{UNSURE}": 2.0})}
    )
    readers = Readers(answering=contrary)
    ruled = rule_facts(pack, "yes.", "fever", 7)
    assert hear(pack, "yes.", "fever", 7, ruled=ruled, readers=readers) == (ruled, [])
    assert meaning(pack, "fever", "yes.", contrary)("yes") == "same"
    assert meaning(pack, "fever", "yes of sorts", contrary)("yes") == "opposite"
    assert meaning(pack, "fever", "yes of sorts", contrary)("no") == "same"
    assert meaning(pack, None, "yes of sorts", contrary)("yes") == "same"


def test_words_that_nobody_bears_out_leave_an_alarming_question_open(pack: Pack) -> None:
    assert listened(pack, "sometimes pictures", "cannot_pass_urine") == ([], [])
    kept, heard = listened(pack, "sometimes pictures", "incomplete_emptying")
    assert [one.status for one in kept] == ["present"] and heard == [], "nothing hangs on that one"


@pytest.mark.parametrize(
    "text",
    ["a bit slow but it flows", "It does come, just takes a while", "能尿，就是慢", "有时候要等一会儿才出来"],
)
def test_what_the_pack_teaches_for_no_outweighs_words_that_sound_like_yes(pack: Pack, text: str) -> None:
    assert meaning(pack, "cannot_pass_urine", text, None)("yes") == "opposite"


@pytest.mark.parametrize(
    "text",
    [
        "yes, since this morning",
        "nothing since breakfast",
        "嗯，从早上到现在一滴都没有",
        "有点憋得难受，尿不出",
    ],
)
def test_a_yes_about_an_alarm_is_not_talked_away(pack: Pack, text: str) -> None:
    assert meaning(pack, "cannot_pass_urine", text, None)("yes") != "opposite"


def test_a_short_answer_tells_no_more_than_its_question(pack: Pack) -> None:
    assert [one.key for one in listened(pack, "no. shivery though", "leaking")[1]] == []
    longer = "no leaking at all, I get there in time every time I try. shivery since dusk though"
    assert "fever" in [one.key for one in listened(pack, longer, "leaking")[1]]


def test_without_readers_the_rules_stand_alone(pack: Pack) -> None:
    ruled = rule_facts(pack, "yes", "fever", 7)
    assert hear(pack, "yes", "fever", 7, ruled=ruled, readers=NO_READERS) == (ruled, [])
    assert hear(pack, "…", OPEN, 7, ruled=[], readers=READERS) == ([], [])


def test_only_an_article_in_force_is_found() -> None:
    reader = Telling(FACTS, QUESTIONS, NOTHING)
    assert reader.article("stones", {"first": 0.0, "second": 0.1}) == "first", "`gone` is not in force"
    assert reader.article("stones", {"first": 0.0, "second": 0.5}) == "second", "nearness counts too"
    assert reader.article("weather", {"first": 0.1, "second": 0.2}) is None
    assert reader.article("stones", {}) is None


def test_a_question_that_sounds_unanswered_everywhere_finds_no_article() -> None:
    prices = sparse({"price": {UNANSWERED: 0.4}}, **{"en": 0.5, "zh-hans": 0.5})
    assert Telling(FACTS, QUESTIONS, prices).article("stones", {"first": 0.0}) == "first"
    assert Telling(FACTS, QUESTIONS, prices).article("price of stones", {"first": 0.0}) is None


def test_digits_are_alike() -> None:
    assert shape_of("im 63, since 2019") == shape_of("im 58, since 2021") == "im 00, since 0000"


def facts_in(folder: Path, **rows: object) -> Path:
    """A file whose reader of facts has one head and these rows."""
    blocks = {"words": written({"red": (1.0, {0: 0.5})}) | rows}
    part = {"heads": ["a"], "blocks": blocks, "limits": {}}
    path = folder / "told.json"
    path.write_text(json.dumps({"parts": {"facts": part}}), encoding="utf-8")
    return path


@pytest.mark.parametrize("text", ["", "[]", '{"parts": 3}', '{"parts": {"facts": {"heads": []}}}'])
def test_a_damaged_file_is_no_reader(tmp_path: Path, text: str) -> None:
    (tmp_path / "told.json").write_text(text, encoding="utf-8")
    with pytest.raises(NoSecondReader):
        read_parts(tmp_path / "told.json")
    with pytest.raises(NoSecondReader, match="train_second_reader"):
        read_parts(tmp_path / "missing.json")


@pytest.mark.parametrize(
    "rows",
    [
        {"features": []},
        {"features": ["red", "blue"]},
        {"weights": ""},
        {"weights": "no numbers"},
        {"ends": packed("I", [7])},
        {"heads": packed("H", [1])},
        {"rarity": "AA=="},
    ],
)
def test_damaged_rows_are_no_reader(tmp_path: Path, rows: dict[str, object]) -> None:
    assert read_parts(facts_in(tmp_path))
    with pytest.raises(NoSecondReader):
        read_parts(facts_in(tmp_path, **rows))


def test_a_file_is_read_as_training_wrote_it(tmp_path: Path) -> None:
    red: dict[str, tuple[float, dict[int, float]]] = {"red": (2.0, {1: 0.5})}
    blocks = {name: written(red if name == "words" else {}) for name in BLOCKS}
    part = {"heads": ["a", "b"], "blocks": blocks, "limits": {"en": 0.4}}
    (tmp_path / "told.json").write_text(json.dumps({"parts": {"facts": part}}), encoding="utf-8")
    assert read_parts(tmp_path / "told.json")["facts"].scores("red") == {"b": 0.5}
