"""Sending with the network cut, twice, from a reload, while composing: nothing is lost and nothing doubles."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open
from .living import LivingHouse
from .test_consult import _agree, _write

pytestmark = pytest.mark.browser


def _texts(living: LivingHouse, page: Page) -> list[str]:
    consult = re.search(r"/consults/([0-9a-f-]{36})/", page.url)
    assert consult
    with living.api("alex.riverside") as api:
        events = api.get(f"consults/{consult[1]}/events/").json()["events"]
    return [event["text"] for event in events if event["author"] == "patient" and event["kind"] == "message"]


def test_offline_messages_go_by_themselves(at: Open, living: LivingHouse) -> None:
    patient = at("alex.riverside")
    _agree(patient)
    patient.context.set_offline(True)
    patient.page.fill("[data-text]", "Written in a tunnel.")
    patient.page.press("[data-text]", "Enter")
    entry = patient.page.locator(".of-patient").filter(has_text="Written in a tunnel.")
    expect(entry).to_contain_text("Kept. It goes by itself.")
    expect(patient.page.locator("[data-offline]")).to_be_visible()
    patient.context.set_offline(False)
    expect(entry).to_contain_text("Sent", timeout=20_000)
    expect(patient.page.locator("[data-offline]")).to_be_hidden()
    assert _texts(living, patient.page) == ["Written in a tunnel."]


def test_a_resend_never_doubles(at: Open, living: LivingHouse) -> None:
    """The answer is lost on its way back: the browser sends again under the same key, also after a reload."""
    patient = at("alex.riverside")
    _agree(patient)
    lost = []

    def lose_the_answer(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        lost.append(response.status)
        route.abort()  # type: ignore[attr-defined]

    patient.page.route("**/messages/", lose_the_answer, times=1)
    patient.page.fill("[data-text]", "Only once, please.")
    patient.page.press("[data-text]", "Enter")
    patient.page.wait_for_function("() => document.querySelectorAll('.of-patient').length === 1")
    patient.page.wait_for_timeout(300)
    patient.page.reload()
    expect(patient.page.locator(".of-patient")).to_have_count(1)
    expect(patient.page.locator(".of-patient")).to_contain_text("Sent")
    patient.page.wait_for_timeout(1500)
    expect(patient.page.locator(".of-patient")).to_have_count(1)
    assert lost == [201]
    assert _texts(living, patient.page) == ["Only once, please."]


@pytest.mark.parametrize(
    ("username", "language", "why"),
    [("alex.riverside", "en", "hidden characters"), ("alex.lakeside", "zh-hans", "无法显示的隐藏字符")],
)
def test_a_refused_message_keeps_its_text(at: Open, username: str, language: str, why: str) -> None:
    patient = at(username, language=language)
    _agree(patient)
    patient.page.evaluate("document.querySelector('[data-text]').value = '\\u202e123'")
    patient.page.press("[data-text]", "Enter")
    entry = patient.page.locator(".of-patient.failed")
    expect(entry).to_contain_text(why)
    expect(entry).to_contain_text("123")
    expect(entry.locator("[data-again]")).to_be_visible()
    if language == "zh-hans":
        assert patient.english_left() == []
    entry.locator("[data-drop]").click()
    expect(entry).to_have_count(0)


def test_enter_while_composing_does_not_send(at: Open) -> None:
    patient = at("alex.riverside")
    _agree(patient)
    patient.page.fill("[data-text]", "nihao")
    patient.page.evaluate(
        """document.querySelector('[data-text]').dispatchEvent(
             new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
    )
    patient.page.wait_for_timeout(300)
    expect(patient.page.locator("[data-text]")).to_have_value("nihao")
    assert patient.page.locator(".of-patient").count() == 0


def test_stop_takes_sends_place_and_the_partial_stays(at: Open, living: LivingHouse) -> None:
    patient = at("alex.riverside")
    _agree(patient)
    living.engine.behave("stall")
    try:
        _write(patient.page, "I leak when I laugh.")
        stop = patient.page.locator("[data-stop]")
        expect(stop).to_be_visible()
        expect(patient.page.locator("[data-send]")).to_be_hidden()
        stop.click()
        expect(stop).to_be_hidden()
        expect(patient.page.locator("[data-if=writing]:visible")).to_have_count(0)
    finally:
        living.engine.behave("")


def test_the_log_comes_back_by_polling_where_no_socket_opens(at: Open) -> None:
    patient = at("alex.riverside")
    _agree(patient)
    where = patient.page.url
    patient.page.add_init_script(
        "window.WebSocket = class { constructor() { this.l = {}; setTimeout(() => this.l.close({code: 1006}), 50); }"
        " addEventListener(n, f) { this.l[n] = f; } close() {} }"
    )
    patient.page.goto(where)
    patient.page.wait_for_selector("[data-ready]")
    _write(patient.page, "I have to go very often.")
    expect(patient.page.locator(".of-agent[data-seq]").first).to_be_visible(timeout=20_000)


def test_a_form_without_scripts_sends_too(at: Open, living: LivingHouse) -> None:
    patient = at("alex.riverside")
    _agree(patient)
    where = patient.page.url
    patient.page.route("**/*.js", lambda route: route.abort())
    patient.page.goto(where)
    patient.page.fill("[data-text]", "Plain and simple.")
    patient.page.click("[data-send]")
    expect(patient.page.locator(".of-patient")).to_contain_text("Plain and simple.")
    assert _texts(living, patient.page) == ["Plain and simple."]
