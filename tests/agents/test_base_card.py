"""A base's card: read as it is meant, and each mistake said in a sentence; a release keeps what its base can do."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from housestaff.agents import actions
from housestaff.agents.base_card import BadCard, BaseCard, read_card
from housestaff.agents.models import Release
from housestaff.agents.packs import load_pack

from tests.factories.people import Cast

GOOD = {"fluent": "true", "languages": "[en, zh-CN, fr]", "context": "4096", "vision": "false"}


def card_in(folder: Path, *, config: object = None, **said: str | None) -> Path:
    """A folder with a card that says this; None leaves a line out."""
    lines = [f"{name}: {held}" for name, held in (GOOD | said).items() if held is not None]
    (folder / "README.md").write_text("\n".join(["---", *lines, "---", "# A base"]), encoding="utf-8")
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_the_shipped_base_says_what_it_can_do() -> None:
    assert read_card(Path(settings.HOUSESTAFF["BASE_MODEL"])) == BaseCard(
        fluent=False, languages=("en", "zh-hans"), context=2048, vision=False
    )


def test_languages_are_the_houses_own_and_others_are_nobodys(tmp_path: Path) -> None:
    card = read_card(card_in(tmp_path, config={"max_position_embeddings": 4096}))
    assert card == BaseCard(fluent=True, languages=("en", "zh-hans"), context=4096, vision=False)
    assert card.speaks("zh-CN") and card.speaks("en")
    only_english = read_card(card_in(tmp_path, languages="[en]"))
    assert only_english.speaks("en") and not only_english.speaks("zh-hans")
    assert not read_card(card_in(tmp_path, fluent="false")).speaks("en")


@pytest.mark.parametrize("name", GOOD)
def test_what_is_left_out_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCard) as bad:
        read_card(card_in(tmp_path, **{name: None}))
    (sentence,) = bad.value.problems
    assert f"does not say “{name}”" in sentence and "README.md" in sentence


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fluent", "probably"),
        ("fluent", "1"),
        ("vision", "'no'"),
        ("languages", "en"),
        ("languages", "[]"),
        ("languages", "[1]"),
        ("context", "big"),
        ("context", "0"),
        ("context", "-4096"),
        ("context", "true"),
        ("context", "512"),
    ],
)
def test_what_cannot_stand_is_named_with_what_can(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(BadCard) as bad:
        read_card(card_in(tmp_path, **{name: said}))
    (sentence,) = bad.value.problems
    assert f"“{name}: " in sentence and "write" in sentence


def test_a_card_promises_no_more_context_than_the_weights_have(tmp_path: Path) -> None:
    for config in ({"max_position_embeddings": 2048}, {"text_config": {"max_position_embeddings": 2048}}):
        with pytest.raises(BadCard, match="more than the 2048 tokens"):
            read_card(card_in(tmp_path, config=config))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "no card"),
        (b"# A base without a card", "begins with no card"),
        (b"---\n- a list\n---\n", "begins with no card"),
        (b"---\nfluent: [true\n---\n", "cannot be read as YAML"),
        (b"---\nfluent: true\n", "begins with no card"),
        (b"\xff\xfe\x00", "as UTF-8"),
    ],
)
def test_a_card_that_is_none(tmp_path: Path, text: bytes | None, told: str) -> None:
    if text is not None:
        (tmp_path / "README.md").write_bytes(text)
    with pytest.raises(BadCard, match=told):
        read_card(tmp_path)


def test_a_release_keeps_its_bases_card_and_another_card_is_another_release(
    riverside: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")

    def declared() -> Release:
        return actions.declare_release(agent=riverside.agent, pack=pack, at_most=4, adapter=None)

    monkeypatch.setitem(settings.HOUSESTAFF, "BASE_MODEL", str(card_in(tmp_path, fluent="false")))
    first = declared()
    assert declared().id == first.id and not first.base.speaks("en")
    card_in(tmp_path)
    second = declared()
    assert second.version == first.version + 1
    kept = Release.objects.get(id=second.id).base
    assert kept == read_card(tmp_path) and kept.speaks("en")
    monkeypatch.setitem(settings.HOUSESTAFF, "BASE_MODEL", "somebody/elsewhere")
    assert not declared().base.speaks("en"), "what cannot be looked at here is trusted with nothing"
    assert not Release(fluent=True).base.speaks("en"), "a release that kept no card phrases in no language"
