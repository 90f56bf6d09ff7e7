"""One consult from the consent page to the signed reply, as its people see it, in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from .browsing import Reader
from .conftest import Open

pytestmark = pytest.mark.browser

WORDS = {
    "en": {
        "tenant": "riverside",
        "owner": "dr.lin",
        "complaint": "My stream has been weak for three months.",
        "reply": "Thank you. Please come to the clinic next week.",
        "joined": "has joined",
        "signed": "Signed by Dr Lin",
        "open": "For me",
    },
    "zh-hans": {
        "tenant": "lakeside",
        "owner": "dr.tang",
        "complaint": "最近三个月总是睡不着。",
        "reply": "您好，我看过了。请先固定起床时间，下周来复诊。",
        "joined": "已加入",
        "signed": "唐医生签名",
        "open": "为我自己",
    },
}


def _agree(patient: Reader) -> None:
    """From the list to the chat, by way of the consent page where it is asked."""
    page = patient.page
    with page.expect_navigation():
        page.click(".offer a.button")
    page.locator("input[name=agent]:is([value=urology], [value=sleep])").check()
    with page.expect_navigation():
        page.click("main button[type=submit]")
    if "/consents/" in page.url:
        patient.is_content()
        with page.expect_navigation():
            page.click("button[value=yes]")
        with page.expect_navigation():
            page.click("main button[type=submit]")
    page.wait_for_selector("[data-ready]")


def _write(page: Page, text: str) -> None:
    page.fill("[data-text]", text)
    page.press("[data-text]", "Enter")
    expect(page.locator(".of-patient[data-seq]").filter(has_text=text)).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_patient_and_doctor(at: Open, language: str) -> None:
    words = WORDS[language]
    doctor = at(words["owner"], language=language, width=1440)
    doctor.go("/desk/?filter=all")
    expect(doctor.page.locator("[data-light=up]")).to_be_visible()
    patient = at(f"sam.{words['tenant']}", language=language, width=390)
    _agree(patient)
    _no_english(language, patient)

    _write(patient.page, words["complaint"])
    agent = patient.page.locator(".of-agent[data-seq]").first
    expect(agent).to_be_visible()
    expect(agent.locator(".tag")).to_have_text("AI")
    patient.is_content()
    _no_english(language, patient)

    _appears(doctor, patient)
    doctor.page.keyboard.press("j")
    expect(doctor.page.locator("#transcript")).to_contain_text(words["complaint"])
    doctor.is_content()
    _no_english(language, doctor)

    doctor.page.keyboard.press("t")
    expect(patient.page.locator(".of-line").last).to_contain_text(words["joined"])
    doctor.page.keyboard.press("e")
    doctor.page.fill("[data-reply]", words["reply"])
    doctor.page.keyboard.press("Control+Enter")
    expect(doctor.page.locator("[data-undo]")).to_be_visible()
    expect(doctor.page.locator(".on-its-way")).to_be_visible()
    _no_english(language, doctor)
    assert patient.page.locator(".of-doctor").count() == 0
    signed = patient.page.locator(".of-doctor")
    expect(signed).to_contain_text(words["reply"], timeout=14_000)
    expect(signed).to_contain_text(words["signed"])
    patient.is_content()
    _no_english(language, patient)
    doctor.is_content()


def _appears(doctor: Reader, patient: Reader) -> None:
    """The row comes by itself; a list that was not empty offers it."""
    consult = re.search(r"/consults/([0-9a-f-]{36})/", patient.page.url)
    assert consult
    row = doctor.page.locator(f"[data-consult='{consult[1]}']")
    doctor.page.wait_for_selector(f"[data-consult='{consult[1]}'], [data-fresh]:not([hidden])")
    if not row.is_visible():
        doctor.page.locator("[data-fresh]").click()
    row.locator("a").click()
    expect(doctor.page.locator(f"[data-open='{consult[1]}']")).to_be_visible()


def _no_english(language: str, reader: Reader) -> None:
    if language == "zh-hans":
        left = reader.english_left()
        assert not left, left


def test_undo_brings_the_words_back(at: Open) -> None:
    patient = at("kim.riverside")
    _agree(patient)
    _write(patient.page, "I wake three times a night to pee.")
    consult = patient.page.url.rstrip("/").rsplit("/", 1)[1]
    doctor = at("dr.lin", width=1440)
    doctor.go(f"/desk/consults/{consult}/?filter=all")
    doctor.page.fill("[data-reply]", "See you on Monday.")
    doctor.page.click("[data-sign]")
    doctor.page.locator("[data-undo]").click()
    expect(doctor.page.locator("[data-reply]")).to_have_value("See you on Monday.")
    patient.page.wait_for_timeout(11_000)
    assert patient.page.locator(".of-doctor").count() == 0


def test_an_emergency_stands_until_it_is_answered(at: Open) -> None:
    doctor = at("dr.osei", width=1440)
    doctor.go("/desk/?filter=review")
    expect(doctor.page.locator("[data-light=up]")).to_be_visible()
    patient = at("alex.riverside", width=320)
    _agree(patient)
    _write(patient.page, "I have crushing chest pain and I cannot breathe.")
    bar = patient.page.locator("[data-emergency]")
    expect(bar).to_be_visible()
    expect(bar.locator("a[href^='tel:']")).to_be_visible()
    patient.is_content()
    consult = patient.page.url.rstrip("/").rsplit("/", 1)[1]
    first = doctor.page.locator("[data-row]").first
    expect(first).to_have_attribute("data-consult", consult)
    patient.page.reload()
    expect(bar).to_be_visible()
    bar.locator("[data-answer=called]").click()
    expect(bar).to_be_hidden()
    patient.page.reload()
    expect(bar).to_be_hidden()


@pytest.mark.parametrize(
    ("language", "patients", "doctors", "said", "held"),
    [
        ("en", "riverside", ("dr.lin", "dr.osei"), "It burns when I pee.", "Dr Lin has this consult"),
        ("zh-hans", "lakeside", ("dr.tang", "dr.novak"), "我白天总是犯困。", "唐医生正在处理这个问诊"),
    ],
)
def test_two_doctors(
    at: Open, language: str, patients: str, doctors: tuple[str, str], said: str, held: str
) -> None:
    """Who comes second reads in plain words who has it, and keeps their text."""
    patient = at(f"kim.{patients}", language=language)
    _agree(patient)
    _write(patient.page, said)
    consult = patient.page.url.rstrip("/").rsplit("/", 1)[1]
    first, second = (at(doctor, language=language, width=1440) for doctor in doctors)
    second.go(f"/desk/consults/{consult}/")
    first.go(f"/desk/consults/{consult}/")
    first.page.keyboard.press("t")
    expect(first.page.locator("[data-act=handback]")).to_be_visible()
    second.page.fill("[data-reply]", "My words.")
    second.page.click("[data-sign]")
    expect(second.page.locator("[data-trouble]")).to_contain_text(held)
    _no_english(language, patient)
    expect(second.page.locator("[data-reply]")).to_have_value("My words.")


def test_the_patient_wrote_meanwhile(at: Open) -> None:
    """A signature on an old view is refused in plain words; the new lines come, the text stays, then it goes."""
    patient = at("sam.riverside")
    _agree(patient)
    _write(patient.page, "My bladder feels full.")
    consult = patient.page.url.rstrip("/").rsplit("/", 1)[1]
    doctor = at("dr.lin", width=1440)
    # This doctor's window hears nothing by itself.
    doctor.page.route("**/case/**", lambda route: route.abort(), times=50)
    doctor.go(f"/desk/consults/{consult}/")
    _write(patient.page, "It began on Monday.")
    doctor.page.fill("[data-reply]", "Please drink more.")
    doctor.page.click("[data-sign]")
    expect(doctor.page.locator("[data-trouble]")).to_contain_text("The patient has written since.")
    expect(doctor.page.locator("[data-reply]")).to_have_value("Please drink more.")
    doctor.page.unroute("**/case/**")
    doctor.page.click("[data-sign]")
    expect(doctor.page.locator("[data-trouble]")).to_contain_text("The patient has written since.")
    expect(doctor.page.locator("#transcript")).to_contain_text("It began on Monday.")
    doctor.page.click("[data-sign]")
    expect(doctor.page.locator("[data-undo]")).to_be_visible()
