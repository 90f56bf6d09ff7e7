"""What git holds: the base and the adapters, small, whole, and as their cards say."""

import json
import re
from pathlib import Path

import pytest
import yaml
from housestaff.agents.adapters import check_adapter, read_base
from housestaff.agents.packs import load_pack
from housestaff.inference.launch import COMPACT_JSON
from housestaff.learning.engine_python import ROOT
from housestaff.learning.prompts import Fact, facts_answer

BASE = ROOT / "models" / "housestaff-nano"
ADAPTERS = sorted(ROOT.glob("specialties/*/adapter"))


def front_matter(card: Path) -> dict[str, object]:
    text = card.read_text(encoding="utf-8")
    found: dict[str, object] = yaml.safe_load(text.split("---\n")[1])
    return found


def test_the_base_fits_git_and_is_what_its_card_says() -> None:
    card = front_matter(BASE / "README.md")
    assert (BASE / "model.safetensors").stat().st_size <= 32 * 1024 * 1024
    assert 5_000_000 <= int(str(card["parameters"])) <= 15_000_000
    assert int(str(card["tokens"])) <= 60_000_000
    assert card["digest"] == read_base(BASE).digest
    assert (card["fluent"], card["vision"], card["languages"]) == (False, False, ["en", "zh-hans"])
    assert card["context"] == json.loads((BASE / "config.json").read_text())["max_position_embeddings"]


def test_there_is_an_adapter_for_every_pack() -> None:
    packs = {path.parent.name for path in ROOT.glob("specialties/[a-z]*/pack.yaml")}
    assert packs <= {path.parent.name for path in ADAPTERS} | {"_template"}


@pytest.mark.parametrize("folder", ADAPTERS, ids=lambda path: path.parent.name)
def test_an_adapter_fits_the_base_and_names_its_pack(folder: Path) -> None:
    check_adapter(folder, read_base(BASE))
    card = yaml.safe_load((folder / "card.yaml").read_text(encoding="utf-8"))
    assert card["specialty"] == folder.parent.name
    assert re.fullmatch("[0-9a-f]{64}", card["pack_digest"])
    assert load_pack(folder.parent).training.rank == card["rank"]
    assert card["command"].startswith("manage.py train_adapter")


def test_the_base_was_taught_the_spacing_that_the_engines_grammar_writes() -> None:
    """Else the first token is forbidden and every answer is the empty list, at no visible error."""
    words = set(json.loads((BASE / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"])
    assert '[{"key":"' in words
    assert facts_answer([Fact("a", "present", "b")]) == '[{"key":"a","status":"present","quote":"b"}]'
    assert '"disable_any_whitespace": true' in COMPACT_JSON


def test_nothing_but_safetensors_holds_weights() -> None:
    for folder in (BASE, *ADAPTERS):
        assert not [path for path in folder.iterdir() if path.suffix in {".bin", ".pt", ".pkl", ".pickle"}]
