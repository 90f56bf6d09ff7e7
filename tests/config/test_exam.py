"""`manage.py exam`: what cannot be examined is said before anything is started, and nothing is left running."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from housestaff.agents.packs import load_pack
from housestaff.config.management.commands.exam import Command
from housestaff.learning.exam import committed

from tests.learning.exam.reports import found


@pytest.fixture
def specialties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The general part and the template, as `new_specialty` leaves them: without sealed stations."""
    for name in ("_general", "_template"):
        ignored = shutil.ignore_patterns("stations")
        shutil.copytree(settings.HOUSESTAFF["SPECIALTIES"] / name, tmp_path / name, ignore=ignored)
    monkeypatch.setitem(settings.HOUSESTAFF, "SPECIALTIES", tmp_path)
    call_command("new_specialty", "eye_care")
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(base: str) -> None:
        raise AssertionError("a house was started")

    monkeypatch.setattr("housestaff.config.management.commands.exam.exam_house", started)


def test_a_pack_without_stations_is_told_where_to_write_them(specialties: Path) -> None:
    with pytest.raises(CommandError, match="no sealed stations for eye_care"):
        call_command("exam", "eye_care")


def test_a_specialty_that_is_not_there(specialties: Path) -> None:
    with pytest.raises(CommandError, match="missing"):
        call_command("exam", "astrology")


def test_a_broken_station_is_named(specialties: Path) -> None:
    drawer = specialties / "eye_care" / "stations" / "sealed"
    (drawer / "red_flags.yaml").write_text("- {id: eye-a-1, language: en}", encoding="utf-8")
    with pytest.raises(CommandError, match="eye-a-1"):
        call_command("exam", "eye_care")


def test_an_adapter_that_may_not_be_served(specialties: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CommandError):
        call_command("exam", "eye_care", release=empty)


def test_the_report_lies_beside_the_pack_and_changes_nothing_of_it(
    specialties: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_pack(specialties / "eye_care").digest
    Command()._commit("eye_care", found(specialty="eye_care", missed="G"), of_shipped=True)
    assert committed.read(specialties, "eye_care").counted.level == 2
    assert "level 2 earned" in capsys.readouterr().out
    assert load_pack(specialties / "eye_care").digest == before


@pytest.mark.parametrize(("drawer", "of_shipped"), [("practice", True), ("sealed", False)])
def test_only_the_shipped_adapters_sealed_exam_is_committed(
    specialties: Path, drawer: str, of_shipped: bool
) -> None:
    Command()._commit("eye_care", found(specialty="eye_care", drawer=drawer), of_shipped=of_shipped)
    assert not committed.path_of(specialties, "eye_care").exists()
