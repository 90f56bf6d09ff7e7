"""The keys of the desk: each does its work, and is an ordinary letter inside a field."""

import pytest
from housestaff.pages.desk.keys import KEYS
from playwright.sync_api import expect

from .conftest import Open
from .test_consult import _agree, _write

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(at: Open) -> object:
    patient = at("alex.riverside")
    _agree(patient)
    _write(patient.page, "My stream is weak.")
    consult = patient.page.url.rstrip("/").rsplit("/", 1)[1]
    doctor = at("dr.lin", width=1440)
    doctor.go(f"/desk/consults/{consult}/?filter=all")
    expect(doctor.page.locator("[data-reply]")).to_be_visible()
    return doctor.page


def test_every_letter_lands_in_every_field(desk) -> None:  # type: ignore[no-untyped-def]
    letters = "".join(key.press for key in KEYS if len(key.press) == 1)
    url = desk.url
    for field in ("[data-search]", "[data-reply]"):
        desk.fill(field, "")
        desk.locator(field).press_sequentially(letters + "T")
        expect(desk.locator(field)).to_have_value(letters + "T")
    assert desk.url == url
    assert desk.locator("dialog[open]").count() == 0
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-reply]")).to_have_value(letters + "T")
    assert desk.evaluate("document.activeElement === document.body")


def test_keys_work_outside_of_fields(desk) -> None:  # type: ignore[no-untyped-def]
    desk.locator("body").click(position={"x": 700, "y": 500})
    desk.keyboard.press("?")
    expect(desk.locator("dialog[open]")).to_be_visible()
    desk.keyboard.press("?")
    expect(desk.locator("dialog[open]")).to_have_count(0)
    desk.keyboard.press("3")
    expect(desk.locator("input[value=urgent]")).to_be_checked()
    desk.keyboard.press("1")
    expect(desk.locator("input[value=routine]")).to_be_checked()
    desk.keyboard.press("/")
    assert desk.evaluate("document.activeElement.matches('[data-search]')")
    desk.keyboard.press("Escape")
    desk.keyboard.press("e")
    assert desk.evaluate("document.activeElement.matches('[data-reply]')")
    desk.keyboard.press("Escape")
    desk.keyboard.press("t")
    expect(desk.locator("[data-act=handback]")).to_be_visible()
    desk.keyboard.press("Shift+T")
    expect(desk.locator("[data-act=takeover]")).to_be_visible()


def test_the_key_table_is_the_help(desk) -> None:  # type: ignore[no-untyped-def]
    shown = desk.locator("[data-press]").evaluate_all(
        "rows => rows.map(row => [row.dataset.press, row.dataset.does])"
    )
    assert shown == [[key.press, key.does] for key in KEYS]


def test_a_draft_is_saved_and_comes_back(desk) -> None:  # type: ignore[no-untyped-def]
    desk.fill("[data-reply]", "Half a thought")
    expect(desk.locator("[data-saved]")).to_contain_text("Saved", timeout=8_000)
    desk.reload()
    expect(desk.locator("[data-reply]")).to_have_value("Half a thought")
