"""Which report counts, the level that follows, and what a release keeps of both."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from housestaff.agents.actions import declare_release
from housestaff.agents.adapters import read_base
from housestaff.agents.models import Release
from housestaff.agents.packs import load_pack
from housestaff.agents.reports import ExamReport, sentence, standing
from housestaff.config import onboarding
from housestaff.learning.exam import committed

from tests.factories.people import Cast
from tests.learning.exam.reports import found

OF = {"pack": "a" * 64, "adapter": "b" * 64, "base": "c" * 64}
REPORT = ExamReport(drawer="sealed", level=2, grade=77, passed="ABCDEF", digest="d" * 64, **OF)


@pytest.mark.parametrize(
    ("report", "at_most", "declared", "level", "basis", "why"),
    [
        (REPORT, 4, False, 2, "exam", "earned"),
        (REPORT, 2, False, 2, "exam", "earned"),
        (REPORT, 1, False, 1, "exam", "at_most"),
        (replace(REPORT, level=0), 4, False, 0, "exam", "earned"),
        (REPORT, 4, True, 4, "declared", "earned"),
        ("no_report", 4, False, 0, "none", "no_report"),
        ("unreadable", 4, False, 0, "none", "unreadable"),
        ("no_report", 2, True, 2, "declared", "no_report"),
        (replace(REPORT, drawer="practice"), 4, False, 0, "none", "practice"),
        (replace(REPORT, pack="0" * 64), 4, False, 0, "none", "other_pack"),
        (replace(REPORT, adapter="0" * 64), 4, False, 0, "none", "other_adapter"),
        (replace(REPORT, adapter=""), 4, False, 0, "none", "other_adapter"),
        (replace(REPORT, base="0" * 64), 4, False, 0, "none", "other_base"),
        (replace(REPORT, base="0" * 64), 2, True, 2, "declared", "other_base"),
    ],
)
def test_the_level_served(
    report: Any, at_most: int, declared: bool, level: int, basis: str, why: str
) -> None:
    served = standing(report, **OF, at_most=at_most, declared=declared)
    assert (served.level, served.basis, served.why) == (level, basis, why)
    counts = why in ("earned", "at_most")
    assert (served.earned_level is not None, bool(served.report_digest)) == (counts, counts)


def test_why_is_said_in_words() -> None:
    held = {"pack": "a" * 64, "adapter": "b" * 64, "base": "c" * 64, "at_most": 2}
    other = replace(REPORT, pack="0" * 64)
    assert sentence(standing(other, **held, declared=False)) == (
        "level 0 (the report is of another pack version)"
    )
    zero = replace(REPORT, level=0)
    assert sentence(standing(zero, **held, declared=True)) == (
        "level 2 (declared for demonstration; the exam earned L0)"
    )


@pytest.fixture
def specialties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Urology in a folder of its own; levels are those of reports, as in production."""
    shipped = settings.HOUSESTAFF["SPECIALTIES"]
    for name in ("_general", "urology"):
        shutil.copytree(
            shipped / name, tmp_path / name, ignore=shutil.ignore_patterns("stations", "exam.json")
        )
    monkeypatch.setitem(settings.HOUSESTAFF, "SPECIALTIES", tmp_path)
    monkeypatch.setitem(settings.HOUSESTAFF, "DECLARED_LEVELS", False)
    yield tmp_path


def report_of_urology(specialties: Path, **more: Any) -> dict[str, Any]:
    """A report of what is really shipped."""
    shipped = Release.objects.get(agent__slug="urology", state="in_service")
    assert shipped.adapter is not None
    about = {
        "pack": load_pack(specialties / "urology").digest,
        "adapter": shipped.adapter.digest,
        "base": read_base(Path(settings.HOUSESTAFF["BASE_MODEL"])).digest,
    }
    return found(**(about | more))


def declare(cast: Cast, specialties: Path, at_most: int = 4) -> tuple[Release, str]:
    told = onboarding.declare(cast.agent, load_pack(specialties / "urology"), at_most)
    return Release.objects.get(agent=cast.agent, state="in_service"), told


def test_a_release_takes_its_level_from_the_report(riverside: Cast, specialties: Path) -> None:
    written = committed.write(
        committed.path_of(specialties, "urology"), report_of_urology(specialties, missed="G")
    )
    release, told = declare(riverside, specialties)
    assert (release.level, release.basis, release.earned_level) == (2, "exam", 2)
    assert release.report_digest == written.digest and release.grade == written.counted.grade
    assert release.base_digest and told.endswith("level 2 (earned in the exam)")
    again, _ = declare(riverside, specialties)
    assert again.id == release.id
    lower, told = declare(riverside, specialties, at_most=1)
    assert (lower.level, lower.earned_level, lower.version) == (1, 2, release.version + 1)
    assert "at most" in told


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"pack": "0" * 64}, "the report is of another pack version"),
        ({"adapter": "0" * 64}, "the report is of another adapter"),
        ({"base": "0" * 64}, "the report is of another base model"),
        ({"drawer": "practice"}, "practice stations"),
    ],
)
def test_a_report_of_something_else_does_not_count(
    riverside: Cast, specialties: Path, more: dict[str, Any], why: str
) -> None:
    path = committed.path_of(specialties, "urology")
    committed.write(path, report_of_urology(specialties, **more))
    release, told = declare(riverside, specialties)
    assert (release.level, release.basis, release.earned_level) == (0, "none", None)
    assert why in told


def test_a_touched_report_levels_down_and_says_so(riverside: Cast, specialties: Path) -> None:
    path = committed.path_of(specialties, "urology")
    committed.write(path, report_of_urology(specialties))
    path.write_text(path.read_text(encoding="utf-8").replace('"of": 100', '"of": 99', 1), encoding="utf-8")
    release, told = declare(riverside, specialties)
    assert (release.level, release.basis, release.why) == (0, "none", "unreadable")
    assert "changed after it was written" in told


def test_no_report_no_words(riverside: Cast, specialties: Path) -> None:
    release, told = declare(riverside, specialties)
    assert (release.level, release.basis) == (0, "none")
    assert told.endswith("level 0 (no exam has been reported)")


def test_a_demonstration_serves_what_is_declared_and_never_above_two(
    riverside: Cast, specialties: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.HOUSESTAFF, "DECLARED_LEVELS", True)
    committed.write(committed.path_of(specialties, "urology"), report_of_urology(specialties, missed="A"))
    release, told = declare(riverside, specialties, at_most=4)
    assert (release.level, release.basis, release.earned_level) == (2, "declared", 0)
    assert "declared for demonstration; the exam earned L0" in told


def test_the_database_holds_no_level_above_what_was_earned(riverside: Cast) -> None:
    rows = Release.objects.filter(agent=riverside.agent, state="in_service")
    for wrong in (
        {"basis": "exam", "level": 3, "earned_level": 2},
        {"basis": "exam", "level": 1, "earned_level": None},
        {"basis": "none", "level": 1},
        {"basis": "kindness", "level": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    assert rows.update(basis="exam", level=2, earned_level=2) == 1


def test_a_base_that_is_not_here_has_no_report(riverside: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.HOUSESTAFF, "BASE_MODEL", "somebody/elsewhere")
    monkeypatch.setitem(settings.HOUSESTAFF, "DECLARED_LEVELS", False)
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")
    report = replace(REPORT, pack=pack.digest, adapter="")
    release = declare_release(agent=riverside.agent, pack=pack, at_most=2, adapter=None, report=report)
    assert (release.level, release.why) == (0, "other_base")
