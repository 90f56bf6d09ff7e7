"""What a small model chose must sound like what the pack teaches for that key and status."""

from pathlib import Path

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from housestaff.consults import triage
from housestaff.consults.likeness import bears_out
from housestaff.consults.understanding import FactFound

SPECIALTIES = Path(__file__).parents[2] / "specialties"
UROLOGY = load_pack(SPECIALTIES / "urology")


@pytest.mark.parametrize(
    ("key", "status", "quote"),
    [
        ("stream", "present", "最近三个月尿线变细"),
        ("blood_in_urine", "present", "there was some blood when I peed"),
        ("blood_in_urine", "denied", "I have never seen any blood"),
    ],
)
def test_words_that_sound_like_it_bear_it_out(key: str, status: str, quote: str) -> None:
    assert bears_out(UROLOGY, key, status, quote)


@pytest.mark.parametrize(
    ("key", "status", "quote"),
    [
        ("cannot_pass_urine", "present", "I can still pass water"),
        ("medicines", "present", "最近三个月尿线变细"),
        ("catheter", "present", "夜里要起两次"),
        ("blood_in_urine", "present", "my car broke down on Tuesday"),
        ("blood_in_urine", "present", ""),
        ("no_such_key", "present", "there was blood when I peed"),
    ],
)
def test_other_words_do_not(key: str, status: str, quote: str) -> None:
    assert not bears_out(UROLOGY, key, status, quote)


@pytest.mark.parametrize("folder", pack_folders(SPECIALTIES), ids=lambda folder: folder.name)
def test_a_packs_own_phrasings_bear_out_their_key_and_hardly_another(folder: Path) -> None:
    pack = load_pack(folder)
    keys = sorted(pack.fact_keys())
    own = wrong = total = 0
    for key, fact in pack.fact_keys().items():
        for phrase in fact.examples.all():
            other = keys[(keys.index(key) + 7) % len(keys)]
            total += 1
            own += bears_out(pack, key, "present", phrase)
            wrong += bears_out(pack, other, "present", phrase)
    assert own / total > 0.9
    assert wrong / total < 0.1


def test_no_emergency_follows_from_what_was_only_chosen() -> None:
    """Also not turns later, when the fact lies in the record (docs/decisions/0008)."""
    fact = FactFound("cannot_pass_urine", "yes", "present", "nothing comes out", "chosen", 3)
    assert triage.judge(UROLOGY, facts=[fact]).urgency == "routine"
    sure = FactFound("cannot_pass_urine", "yes", "present", "nothing comes out", "sure", 3)
    assert triage.judge(UROLOGY, facts=[sure]).urgency == "emergency"
