"""The commands' own words when something is missing."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from housestaff.learning import engine_python


def test_an_unknown_specialty_is_named() -> None:
    with pytest.raises(CommandError, match="phrenology"):
        call_command("train_adapter", "phrenology")


def test_without_the_engines_environment_one_sentence_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_python, "PYTHON", Path("/nowhere/python"))
    with pytest.raises(CommandError, match="make demo"):
        call_command("train_adapter", "urology")


def test_an_adapter_that_is_not_there_cannot_be_evaluated(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="adapter"):
        call_command("evaluate_adapter", "urology", adapter=str(tmp_path / "none"))
