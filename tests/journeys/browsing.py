"""A browser that fails the test for what a reader would suffer: console errors, sideways scroll, cut text, English."""

import shutil
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from housestaff.agents.packs import load_pack, pack_folders
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from .living import ROOT, LivingHouse

WIDTHS = {320: 568, 390: 844, 1440: 900}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "The browser journeys need Debian's chromium: apt-get install chromium fonts-noto-cjk fonts-inter"
# Words in Latin letters that a Chinese page may show: the label that every AI message carries.
NAMES_ALLOWED = {"AI"}


@cache
def _names_of_sources() -> tuple[str, ...]:
    """Who published what a pack cites: such names are not translated."""
    packs = [load_pack(folder) for folder in pack_folders(ROOT / "specialties")]
    names = {article.source.body for pack in packs for article in pack.articles}
    return tuple(sorted(names, key=len, reverse=True))


def open_chromium(playwright: Playwright) -> Browser:
    """Debian's chromium; its absence fails with the line that brings it."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@dataclass
class Reader:
    """One person at one screen, and what their browser complained about."""

    page: Page
    context: BrowserContext
    house: LivingHouse
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.house.base_url + path)
        if "/desk/" in self.page.url and self.page.locator("[data-desk]").count():
            self.page.wait_for_selector("[data-desk][data-ready]")

    def sign_in(self, username: str) -> None:
        account = self.house.accounts[username]
        self.go("/sign-in/")
        self.page.fill("#username", account.username)
        self.page.fill("#password", account.password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)

    def is_content(self) -> None:
        """Everything that must hold on every page that a reader sees."""
        self.fits()
        assert not self.complaints, self.complaints
        violations = self.violations()
        assert not violations, "\n".join(violations)

    def violations(self) -> list[str]:
        """What axe-core finds, a line each."""
        self.page.evaluate(_axe())
        found: list[dict[str, Any]] = self.page.evaluate("axe.run(document).then(told => told.violations)")
        return [
            f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes']][:3]}" for one in found
        ]

    def fits(self) -> None:
        """No sideways scroll, and no text that its own box cuts off."""
        sideways, cut = self.page.evaluate(
            """() => {
              const cut = [...document.querySelectorAll('h1, h2, h3, p, a, button, label, li, th, td, summary')]
                .filter(part => part.checkVisibility() && !part.closest('.unseen, .skip, .scroll'))
                .filter(part => ['hidden', 'clip'].includes(getComputedStyle(part).overflowX)
                  && part.scrollWidth > part.clientWidth + 1)
                .map(part => part.outerHTML.slice(0, 120));
              const beyond = [...document.querySelectorAll('button, a, input, textarea, select')]
                .filter(part => part.checkVisibility() && !part.closest('.skip, .unseen, .scroll'))
                .filter(part => { const box = part.getBoundingClientRect();
                  return box.width && (box.right > innerWidth + 1 || box.left < -1); })
                .map(part => 'beyond the edge: ' + part.outerHTML.slice(0, 120));
              return [document.documentElement.scrollWidth > innerWidth, [...cut, ...beyond]];
            }"""
        )
        assert not sideways, f"{self.page.url} scrolls sideways"
        assert not cut, cut

    def english_left(self) -> list[str]:
        """Latin words that a reader of Chinese sees or hears: text, names of buttons, placeholders."""
        found: list[str] = self.page.evaluate(
            """(names) => {
              const spared = '[lang=en], kbd, code, script, style, template';
              const texts = [document.title];
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const part = walker.currentNode.parentElement;
                if (part && !part.closest(spared) && part.checkVisibility()) texts.push(walker.currentNode.nodeValue);
              }
              for (const part of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
                if (part.closest(spared)) continue;
                for (const name of ['aria-label', 'placeholder', 'title', 'alt']) texts.push(part.getAttribute(name) || '');
              }
              const said = texts.map(text => names.reduce((left, name) => left.replaceAll(name, ''), text));
              return said.flatMap(text => text.match(/[A-Za-z]{2,}/g) || []);
            }""",
            list(_names_of_sources()),
        )
        return sorted(set(found) - NAMES_ALLOWED)


def reader_of(
    browser: Browser, house: LivingHouse, *, language: str = "en", width: int = 390, size: str = "1"
) -> Reader:
    """A fresh browser window with the reader's choices."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        locale={"en": "en-GB", "zh-hans": "zh-CN"}[language],
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    cookies = {"django_language": language, "text_size": size}
    context.add_cookies(
        [{"name": name, "value": value, "url": house.base_url} for name, value in cookies.items()]
    )
    page = context.new_page()
    reader = Reader(page, context, house)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            reader.complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: reader.complaints.append(f"{page.url}: {error}"))
    return reader
