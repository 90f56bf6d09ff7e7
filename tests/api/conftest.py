"""One live house for the outside tests of this folder."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api import live as house


@pytest.fixture(scope="session")
def live(template: str) -> Iterator[house.Live]:
    """Web, worker and sweeper with the demo's people; every patient has given consent."""
    with house.running(template, "housestaff_live") as running:
        for account in running.accounts:
            if account.role == "patient":
                with account.door() as door:
                    house.consent(door)
        yield running


@pytest.fixture
def patient(live: house.Live) -> Iterator[httpx.Client]:
    with live.account("patient").door() as door:
        yield door


@pytest.fixture
def other_patient(live: house.Live) -> Iterator[httpx.Client]:
    with live.account("patient", number=1).door() as door:
        yield door


@pytest.fixture
def owner(live: house.Live) -> Iterator[httpx.Client]:
    with live.account("owner").door() as door:
        yield door


@pytest.fixture
def reviewer(live: house.Live) -> Iterator[httpx.Client]:
    with live.account("reviewer").door() as door:
        yield door


@pytest.fixture
def it(live: house.Live) -> Iterator[httpx.Client]:
    with live.account("it").door() as door:
        yield door


@pytest.fixture
def stranger(live: house.Live) -> Iterator[httpx.Client]:
    """A patient of another tenant."""
    with live.account("patient", "lakeside").door() as door:
        yield door


@pytest.fixture
def foreign_owner(live: house.Live) -> Iterator[httpx.Client]:
    """A doctor of another tenant."""
    with live.account("owner", "lakeside").door() as door:
        yield door
