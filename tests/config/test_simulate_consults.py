"""`manage.py simulate_consults`: what cannot be done is said in a sentence before or as it is tried."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from housestaff.config import env
from housestaff.config.local.errors import StartError

HOUSE = "housestaff.config.management.commands.simulate_consults.exam_house"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The engines that were asked for; no house starts, and what is kept lies in a folder of the test."""
    asked: list[str] = []

    def refused(base: str, engine: str) -> Any:
        asked.append(engine)
        raise StartError("There is no room on the disk.")

    monkeypatch.setattr(HOUSE, refused)
    monkeypatch.setattr(env, "ROOT", tmp_path)
    return asked


def test_a_specialty_that_is_not_there(started: list[str]) -> None:
    with pytest.raises(CommandError, match="missing"):
        call_command("simulate_consults", "astrology")
    assert started == []


def test_a_house_that_cannot_start_says_why(started: list[str]) -> None:
    with pytest.raises(CommandError, match="no room on the disk"):
        call_command("simulate_consults", "urology", many=2, engine="real")
    assert started == ["real"]
