"""`manage.py new_specialty`: a folder to write in that is whole at once, and nothing overwritten."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from housestaff.agents.packs import load_pack
from housestaff.learning.exam import stations


@pytest.fixture
def specialties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("_general", "_template"):
        shutil.copytree(settings.HOUSESTAFF["SPECIALTIES"] / name, tmp_path / name)
    monkeypatch.setitem(settings.HOUSESTAFF, "SPECIALTIES", tmp_path)
    return tmp_path


def test_a_new_pack_is_whole_at_once(specialties: Path) -> None:
    call_command("new_specialty", "eye_care")
    assert load_pack(specialties / "eye_care").slug == "eye_care"
    assert stations.read(specialties, "eye_care", "practice").general


def test_what_is_there_is_left_alone(specialties: Path) -> None:
    call_command("new_specialty", "eye_care")
    (specialties / "eye_care" / "pack.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(CommandError, match="is there already"):
        call_command("new_specialty", "eye_care")
    assert (specialties / "eye_care" / "pack.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("slug", ["Eye-Care", "../out", "_general", "1st", ""])
def test_a_name_that_cannot_be_a_folder_is_refused(specialties: Path, slug: str) -> None:
    with pytest.raises(CommandError):
        call_command("new_specialty", slug)
    assert {path.name for path in specialties.iterdir()} == {"_general", "_template"}
