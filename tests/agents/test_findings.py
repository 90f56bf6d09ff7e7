"""What a pack still lacks is found where it stands, and stops nothing."""

import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from housestaff.agents.packs import Problem, load_pack, pack_folders
from housestaff.config.management.commands.check_packs import Command, findings_of, problems_of

from tests.agents.test_packs import SPECIALTIES, TODAY, change

REVIEWED = date(2027, 11, 30)  # when the shipped articles are to be read again


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of urology, of which nothing is missing, that a test may thin out."""
    for name in ("_general", "urology"):
        shutil.copytree(
            SPECIALTIES / name, tmp_path / name, ignore=shutil.ignore_patterns("adapter", "stations")
        )
    assert findings_of(tmp_path / "urology", TODAY) == []
    return tmp_path / "urology"


def unasked(file: Path, language: str) -> int:
    """Take away how patients ask in one language; the line of the article's key."""
    text = file.read_text(encoding="utf-8")
    block = re.compile(rf"(?m)^  {language}: \|\n(?:    .*\n)+").search(text)
    assert block is not None
    file.write_text(text[: block.start()] + text[block.end() :], encoding="utf-8")
    return 2


Thin = Callable[[Path], int]
LACKING: dict[str, tuple[str, Thin, str]] = {
    "an article past review": (
        "urology/knowledge/psa_test.md",
        lambda pack: change(pack / "knowledge/psa_test.md", "review_date: 2027-11-30", "review_date: 2025-01-31")
        and 2,
        "was due on 2025-01-31",
    ),
    "an article due within sixty days": (
        "urology/knowledge/psa_test.md",
        lambda pack: change(
            pack / "knowledge/psa_test.md", "review_date: 2027-11-30",
            f"review_date: {TODAY + timedelta(days=60)}",
        ) and 2,
        "in 60 days",
    ),
    "the pack past review": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", "review_date: 2027-11-30", "review_date: 2026-01-01") and 1,
        "the review of the pack was due on 2026-01-01",
    ),
    "an article asked for in one language": (
        "urology/knowledge/psa_test.md",
        lambda pack: unasked(pack / "knowledge/psa_test.md", "en"),
        "how patients ask for “psa_test” in English",
    ),
    "a Chinese text that is English": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "您有没有发烧或发冷发抖？", "Any fever?") - 1,
        "the Chinese question of “fever” is not Chinese",
    ),
    "an English text that is Chinese": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "Have you had a fever or shivering?", "您发烧吗？") - 1,
        "the English question of “fever” holds Chinese",
    ),
    "an article that another replaced": (
        "urology/knowledge/camera_test.md",
        lambda pack: change(pack / "knowledge/psa_test.md", "supersedes: null", "supersedes: camera_test") and 2,
        "“camera_test” is never told: “psa_test” took its place",
    ),
    "a complaint without an article": (
        "urology/pack.yaml",
        lambda pack: _moved_to_all(pack, "knowledge"),
        "no article is about “scrotal_problem”",
    ),
    "a complaint without a question": (
        "urology/pack.yaml",
        lambda pack: _moved_to_all(pack, "intake"),
        "no question of its own is asked about “scrotal_problem”",
    ),
}  # fmt: skip


def _moved_to_all(pack: Path, where: str) -> int:
    """What was about scrotal_problem is about stone_pain; the line of the complaint."""
    for file in [pack / "intake.yaml"] if where == "intake" else sorted((pack / "knowledge").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        swapped = re.sub(r"(complaints: \[[^\]]*)\bscrotal_problem\b", r"\1stone_pain", text)
        file.write_text(swapped, encoding="utf-8")
    head = (pack / "pack.yaml").read_text(encoding="utf-8")
    return head[: head.index("- key: scrotal_problem")].count("\n") + 1


@pytest.mark.parametrize("case", LACKING)
def test_what_is_missing_is_found_where_it_stands_and_stops_nothing(copy: Path, case: str) -> None:
    file, thin, what = LACKING[case]
    line = thin(copy)
    load_pack(copy)
    found = [one for one in findings_of(copy, TODAY) if what in one.what]
    assert [(one.file, one.line) for one in found[:1]] == [(file, line)], findings_of(copy, TODAY)
    assert found[0].write_instead


def test_too_few_questions_articles_and_flags_are_counted(copy: Path) -> None:
    for path in sorted((copy / "knowledge").glob("*.md"))[5:]:
        path.unlink()
    found = {one.what for one in findings_of(copy, TODAY)}
    assert "there are 5 articles, the general ones counted." in found
    template = SPECIALTIES / "_template"
    told = " ".join(one.what for one in findings_of(template, TODAY))
    assert "questions, the general ones counted" in told and "red flags, the general ones counted" in told


def test_the_reviews_of_what_ships_come_due_sixty_days_before() -> None:
    def due(today: date) -> list[Problem]:
        return [one for one in findings_of(SPECIALTIES / "urology", today) if "review" in one.what]

    assert due(REVIEWED - timedelta(days=61)) == []
    assert len(due(REVIEWED - timedelta(days=60))) > 30
    assert all("was due" in one.what for one in due(REVIEWED + timedelta(days=1)))


def test_the_command_tells_them_and_is_content(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(copy / "knowledge/psa_test.md", "review_date: 2027-11-30", "review_date: 2025-01-31")
    assert problems_of(copy) == []
    Command().execute(slugs=["urology"], path=copy.parent, force_color=False, no_color=True, skip_checks=True)
    told = capsys.readouterr().out
    assert "urology/knowledge/psa_test.md, line 2" in told and "Still missing: read it again" in told
    assert "1 packs read, nothing to mend, 1 still missing." in told


@pytest.mark.parametrize("folder", pack_folders(SPECIALTIES), ids=lambda folder: folder.name)
def test_what_ships_lacks_at_most_flags(folder: Path) -> None:
    assert all("red flags" in one.what for one in findings_of(folder, TODAY))
