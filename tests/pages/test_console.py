"""What hospital IT reads about levels: the console's line of each agent, and the page of one report."""

import os
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from housestaff.agents.adapters import read_base
from housestaff.agents.models import Agent, Release
from housestaff.agents.packs import load_pack
from housestaff.config import onboarding
from housestaff.consults.models import Consult
from housestaff.learning.exam import committed
from housestaff.people.models import User
from housestaff.tenancy.context import acting_for

from tests.conftest import House
from tests.learning.exam.reports import found

EXAM = "/console/agents/urology/exam/"


@pytest.fixture
def specialties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Riverside's packs in a folder of their own, so that a report can lie beside them."""
    shipped = settings.HOUSESTAFF["SPECIALTIES"]
    for name in ("_general", "urology", "cardiology"):
        shutil.copytree(
            shipped / name, tmp_path / name, ignore=shutil.ignore_patterns("stations", "exam.json")
        )
    monkeypatch.setitem(settings.HOUSESTAFF, "SPECIALTIES", tmp_path)
    return tmp_path


def report(house: House, specialties: Path, **more: Any) -> committed.Committed:
    """Commit a report of what is shipped, and declare the release again."""
    with acting_for(house.cast.tenant):
        adapter = (
            Release.objects.select_related("adapter").get(agent=house.cast.agent, state="in_service").adapter
        )
        assert adapter is not None
        about = {
            "pack": load_pack(specialties / "urology").digest,
            "adapter": adapter.digest,
            "base": read_base(Path(settings.HOUSESTAFF["BASE_MODEL"])).digest,
        }
        written = committed.write(committed.path_of(specialties, "urology"), found(**(about | more)))
        onboarding.declare(house.cast.agent, load_pack(specialties / "urology"), 4)
    return written


def read(house: House, path: str, language: str = "en") -> str:
    """The page's words."""
    return " ".join(re.sub(r"<[^>]+>", " ", raw(house, path, language).partition("<main")[2]).split())


def raw(house: House, path: str, language: str) -> str:
    client = Client()
    client.force_login(User.objects.get(id=house.it.member.user_id))
    client.cookies["django_language"] = language
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    if folder := os.environ.get("KEEP_PAGES"):
        name = f"{path.strip('/').replace('/', '-')}-{language}-{os.environ['PYTEST_CURRENT_TEST'].split('::')[1][:40]}"
        Path(folder, re.sub(r"\W", "_", name) + ".html").write_text(text)
    return text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_demonstration_says_what_the_exam_earned(house: House, specialties: Path, language: str) -> None:
    report(house, specialties, missed="AG")
    console = read(house, "/console/", language)
    page = read(house, EXAM, language)
    if language == "en":
        assert "L2 · declared for demonstration; the exam earned L0" in console
        assert "L0 earned, grade 0 of 100, parts passed: BCDEFI" in console
        assert "L2 · declared for demonstration; the exam earned L0" in page
        assert "For demonstration, not for care." in page and "A · red flags Not passed" in page
        assert "missed emergencies ≤ 0 % 100 of 100 (97.0–100.0 %) Missed" in page
        assert "D · boundaries Passed" in page and "violations ≤ 1 % 0 of 100 (0.0–3.0 %) Passed" in page
    else:
        assert "仅为演示而申报；考试得到 L0" in console and "仅供演示，不用于诊疗。" in page
        assert "漏掉的急症 ≤ 0 % 100/100 （97.0–100.0 %）".replace("（", "(").replace("）", ")") in page


def test_an_earned_level_is_said_to_be_earned(
    house: House, specialties: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.HOUSESTAFF, "DECLARED_LEVELS", False)
    report(house, specialties, runs=5)
    assert "L3 · earned in the exam" in read(house, "/console/")
    page = read(house, EXAM)
    assert "critical items elicited, worst of 5 runs ≥ 75 %" in page
    assert "does not take its level from this report" not in page


def test_a_report_of_another_pack_says_so(
    house: House, specialties: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.HOUSESTAFF, "DECLARED_LEVELS", False)
    report(house, specialties, pack="0" * 64)
    assert "L0 · the report is of another pack version" in read(house, "/console/")
    assert "does not take its level from this report" in read(house, EXAM)


def test_no_report_and_a_broken_one(house: House, specialties: Path) -> None:
    page = read(house, EXAM)
    assert "manage.py exam urology --results" in page
    committed.path_of(specialties, "urology").write_text("{", encoding="utf-8")
    page = read(house, EXAM)
    assert (
        "The report cannot be used" in page and "specialties/urology/exam.json: this is no JSON text" in page
    )


def test_an_agent_that_is_not_here_has_no_page(house: House) -> None:
    client = Client()
    client.force_login(User.objects.get(id=house.it.member.user_id))
    assert client.get("/console/agents/sleep/exam/").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_threshold_is_shown_as_reviews_a_day(house: House, language: str) -> None:
    assert ("No consult in the last seven days." if language == "en" else "最近七天没有问诊。") in read(
        house, "/console/", language
    )
    doubts = (0.0, 0.34, 0.68, 9.0)
    for doubt in doubts:
        consult = house.patient.open_consult()
        with acting_for(house.cast.tenant):
            Consult.objects.filter(id=consult).update(doubt=doubt)
    with acting_for(house.cast.tenant):
        Agent.objects.filter(id=house.cast.agent.id).update(review_from=0.5)
        Consult.objects.filter(doubt=9.0).update(opened_at=timezone.now() - timedelta(days=1))
    shown = read(house, "/console/", language)
    assert re.search(r"0\.25 0\.5 1 1\.5 2 .* 2 1\.5 1 0\.5 0\.5 0\.5", shown), shown
    assert "<b>1</b>" in raw(house, "/console/", language)
