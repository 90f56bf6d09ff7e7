"""Every page of the three faces, at three widths, three text sizes, in both languages: nothing to complain about."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import WIDTHS, Reader
from .conftest import Open
from .test_consult import _agree, _write

pytestmark = pytest.mark.browser
SIZES = ("1", "2", "3")
LANGUAGES = ("en", "zh-hans")
URGENT = {"en": "I have crushing chest pain.", "zh-hans": "我胸口压得疼，喘不上气。"}
PEOPLE = {
    "en": {"patient": "kim.riverside", "doctor": "dr.osei", "it": "it.riverside"},
    "zh-hans": {"patient": "kim.lakeside", "doctor": "dr.novak", "it": "it.lakeside"},
}


def _in_all_sizes(reader: Reader, language: str, *, chat: bool = False) -> None:
    """Grow the text in place, as the button does, and look again."""
    url = reader.page.url
    for size in SIZES:
        reader.context.add_cookies([{"name": "text_size", "value": size, "url": reader.house.base_url}])
        reader.page.goto(url)
        for width, height in WIDTHS.items():
            reader.page.set_viewport_size({"width": width, "height": height})
            reader.is_content()
            if chat:
                share = reader.page.evaluate(
                    "document.querySelector('[data-log]').clientHeight / innerHeight"
                )
                assert share >= 0.45, f"the chat has {share:.0%} of the height at {width} px, size {size}"
            if language == "zh-hans":
                left = reader.english_left()
                assert not left, left


@pytest.mark.parametrize("language", LANGUAGES)
def test_patient_pages(at: Open, language: str) -> None:
    stranger = at(language=language)
    stranger.go("/sign-in/")
    _in_all_sizes(stranger, language)
    patient = at(PEOPLE[language]["patient"], language=language)
    _in_all_sizes(patient, language)
    patient.go("/consults/new/")
    _in_all_sizes(patient, language)
    patient.go("/consults/")
    patient.page.locator("a[href^='/consents/']").last.click()
    patient.page.wait_for_url("**/consents/**")
    _in_all_sizes(patient, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_chat_page(at: Open, language: str) -> None:
    patient = at(PEOPLE[language]["patient"], language=language)
    _agree(patient)
    _in_all_sizes(patient, language, chat=True)
    _write(patient.page, URGENT[language])
    expect(patient.page.locator("[data-emergency]")).to_be_visible()
    _in_all_sizes(patient, language, chat=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_desk_and_console(at: Open, language: str) -> None:
    doctor = at(PEOPLE[language]["doctor"], language=language, width=1440)
    doctor.go("/desk/?filter=all")
    _in_all_sizes(doctor, language)
    doctor.page.set_viewport_size({"width": 1440, "height": 900})
    doctor.go("/desk/?filter=all")
    if doctor.page.locator(".rows a").count():
        doctor.page.locator(".rows a").first.click()
        doctor.page.wait_for_selector("[data-open]")
        _in_all_sizes(doctor, language)
    console = at(PEOPLE[language]["it"], language=language, width=1440)
    _in_all_sizes(console, language)
    console.page.locator("a[href$='/exam/']").first.click()
    console.page.wait_for_url("**/exam/")
    _in_all_sizes(console, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_error_pages(at: Open, language: str) -> None:
    patient = at(PEOPLE[language]["patient"], language=language)
    for path in ("/nothing/here/", "/desk/", "/consults/00000000-0000-4000-8000-000000000000/"):
        patient.go(path)
        assert patient.violations() == []
        patient.fits()
        if language == "zh-hans":
            assert patient.english_left() == []
        # The browser itself notes the status of the page; nothing else may be there.
        assert all("the server responded with a status of 40" in one for one in patient.complaints)
        patient.complaints.clear()
    stranger = at(language=language)
    stranger.go("/api/docs/")
    stranger.is_content()


def test_budget_of_the_patient_page(at: Open) -> None:
    """All that the chat page loads, as sent over the wire: at most 60 KB."""
    patient = at("kim.riverside")
    _agree(patient)
    session = patient.context.new_cdp_session(patient.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sent: list[float] = []
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    patient.page.reload(wait_until="networkidle")
    assert len(sent) > 5
    assert sum(sent) <= 60 * 1024, f"{sum(sent) / 1024:.1f} KB"


def test_sign_in_tells_nothing(at: Open) -> None:
    """The same words and status for a wrong name and a wrong password; the name stays in the field."""
    told = []
    for name in ("kim.riverside", "nobody.here"):
        stranger = at()
        stranger.go("/sign-in/")
        stranger.page.fill("#username", name)
        stranger.page.fill("#password", "not the password")
        stranger.page.click("main button[type=submit]")
        told.append(stranger.page.locator("[role=alert]").inner_text())
        assert stranger.page.input_value("#username") == name
        assert re.match(r".*/sign-in/$", stranger.page.url)
    assert told[0] == told[1] != ""
