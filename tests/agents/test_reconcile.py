"""The steps from what an engine holds to what the releases in service want."""

from pathlib import Path

from housestaff.agents.reconcile import Load, ServedAdapter, Unload, plan
from hypothesis import given
from hypothesis import strategies as st

SLUGS = ["urology", "sleep_medicine", "dermatology"]
DIGESTS = [str(number) * 64 for number in range(3)]
ADAPTERS = [ServedAdapter(slug, digest, Path("/store") / digest) for slug in SLUGS for digest in DIGESTS]
NAMES = [adapter.name for adapter in ADAPTERS]


def after(loaded: set[str], steps: list[Load | Unload]) -> set[str]:
    """What an engine holds once the steps are done."""
    held = set(loaded)
    for step in steps:
        if isinstance(step, Load):
            held.add(step.adapter.name)
        else:
            held.discard(step.name)
    return held


@given(st.sets(st.sampled_from(ADAPTERS)), st.sets(st.sampled_from([*NAMES, "stray"])))
def test_after_the_steps_the_engine_holds_what_is_wanted(
    wanted: set[ServedAdapter], loaded: set[str]
) -> None:
    steps = plan(wanted, loaded)
    assert after(loaded, steps) == {adapter.name for adapter in wanted}
    assert plan(wanted, after(loaded, steps)) == []


@given(st.sets(st.sampled_from(ADAPTERS)), st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_what_a_running_turn_uses_stays(wanted: set[ServedAdapter], loaded: set[str], busy: set[str]) -> None:
    assert loaded & busy <= after(loaded, plan(wanted, loaded, busy))


def test_a_new_version_is_loaded_before_the_old_one_goes() -> None:
    old, new = ADAPTERS[0], ADAPTERS[1]
    assert plan({new}, {old.name}) == [Load(new), Unload(old.name)]


def test_two_tenants_with_the_same_weights_share_one() -> None:
    twice = [ADAPTERS[0], ServedAdapter(SLUGS[0], DIGESTS[0], Path("/store") / DIGESTS[0])]
    assert plan(twice, set()) == [Load(ADAPTERS[0])]
