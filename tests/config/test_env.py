"""Settings from outside: what is on, what is off, and what is neither."""

import pytest
from housestaff.config import env


@pytest.mark.parametrize(
    ("value", "on"), [("1", True), ("true", True), ("On", True), ("0", False), ("no", False), ("", False)]
)
def test_a_flag_is_on_or_off(monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:
    monkeypatch.setenv("HOUSESTAFF_DECLARED_LEVELS", value)
    assert env.flag("HOUSESTAFF_DECLARED_LEVELS") is on


def test_a_slip_of_the_pen_does_not_declare_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSESTAFF_DECLARED_LEVELS", "nope")
    with pytest.raises(SystemExit, match="must be 1 or 0"):
        env.flag("HOUSESTAFF_DECLARED_LEVELS")
