"""One living house and one browser for all journeys of a run.

Both end with the last journey, not with the run: Playwright keeps an event loop in this thread, in which Django
refuses to touch the database.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .browsing import Reader, open_chromium, reader_of
from .living import LivingHouse

Open = Callable[..., Reader]
# Two cores may be busy with other tests: patience costs nothing when all is well.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="package")
def living() -> Iterator[LivingHouse]:
    with LivingHouse() as house:
        yield house


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = open_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def at(chromium: Browser, living: LivingHouse) -> Iterator[Open]:
    """Open a window: `at("alex.riverside", language="en", width=390)`."""
    readers: list[Reader] = []

    def open_window(username: str = "", **choices: object) -> Reader:
        reader = reader_of(chromium, living, **choices)  # type: ignore[arg-type]
        readers.append(reader)
        if username:
            reader.sign_in(username)
        return reader

    yield open_window
    for reader in readers:
        reader.context.close()
