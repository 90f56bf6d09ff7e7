"""The pages' pure parts: what shows of the log, the reader's choices, words for codes, style."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from housestaff.agents import reports
from housestaff.agents.models import Release
from housestaff.consults.models import AUTHORS, URGENCIES
from housestaff.consults.states import CONSULT
from housestaff.learning.exam.parts import PARTS
from housestaff.pages import reader, wording
from housestaff.pages.patient.consents import sentences_of
from housestaff.pages.patient.thread import is_answering, look_of, standing_card
from housestaff.worklists.queries import FILTERS
from housestaff.worklists.states import ITEM

PAGES = Path(reader.__file__).parent


def test_looks() -> None:
    def event(kind: str, author: str, text: str = "x", code: str = "") -> dict[str, str]:
        return {"kind": kind, "author": author, "text": text, "code": code}

    assert look_of(event("message", "patient")) == "patient"
    assert look_of(event("message", "clinician")) == "doctor"
    assert look_of(event("end", "agent")) == "agent"
    assert look_of(event("end", "agent", text="")) is None
    assert look_of(event("end", "system")) == "house"
    assert look_of(event("start", "agent", text="")) is None
    assert look_of(event("state", "clinician", code="with_doctor")) == "line"
    assert look_of(event("state", "clinician", code="signed")) is None


def test_an_emergency_stands_until_it_is_answered() -> None:
    card = {"kind": "card", "author": "system", "level": "emergency", "seq": 2}
    urgent = {"kind": "card", "author": "system", "level": "urgent", "seq": 3}
    answered = {"kind": "state", "author": "patient", "code": "card_called", "seq": 4}
    assert standing_card([card, urgent]) is card
    assert standing_card([urgent]) is None
    assert standing_card([card, answered]) is None
    assert standing_card([card, answered, card]) is card


def test_a_turn_that_began_and_has_not_ended() -> None:
    assert is_answering([{"kind": "start"}])
    assert not is_answering([{"kind": "start"}, {"kind": "end"}, {"kind": "message"}])
    assert not is_answering([])


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/desk/?filter=all", "/desk/?filter=all"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_back_leads_nowhere_else(wanted: str, goes: str) -> None:
    assert reader.back(RequestFactory().post("/language/", {"next": wanted})) == goes


def test_choices_are_checked() -> None:
    factory = RequestFactory()
    answer: HttpResponse = reader.text_size(factory.post("/text-size/", {"size": "7"}))
    assert not answer.cookies
    answer = reader.language(factory.post("/language/", {"language": "zh-hans"}))
    assert answer.cookies["django_language"].value == "zh-hans"
    assert reader.next_size("3") == "1"


def test_every_code_has_words() -> None:
    assert set(wording.WORDS["urgency"]) == set(URGENCIES)
    assert set(wording.WORDS["consult"]) == set(wording.WORDS["own_consult"]) == set(CONSULT.states)
    assert set(wording.WORDS["item"]) == set(ITEM.states)
    assert set(wording.WORDS["filter"]) == set(FILTERS)
    assert set(wording.WORDS["author"]) == set(AUTHORS)
    assert set(wording.WORDS["why"]) == set(reports.WHY)
    assert set(wording.WORDS["basis"]) == {code for code, _ in Release._meta.get_field("basis").choices}
    assert set(wording.WORDS["exam_part"]) == set(PARTS)
    assert set(wording.WORDS["exam_line"]) == {mark.name for part in PARTS.values() for mark in part.marks}


def test_sentences_lose_nothing() -> None:
    text = "One. Two: a, b. Three."
    assert " ".join(sentences_of(text)) == text
    assert "".join(sentences_of("一。二，三。")) == "一。二，三。"


def test_no_inline_code_or_style_in_a_template() -> None:
    """The strict CSP would refuse it in the browser, silently for some."""
    for path in PAGES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|hx-on", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path


def test_words_never_become_html_in_scripts() -> None:
    for path in PAGES.rglob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(",
            re.sub(r'swap: "\w+"', "", path.read_text(encoding="utf-8")),
        ), path
