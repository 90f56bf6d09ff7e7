"""The suite runs on real parts: one PostgreSQL and one Redis for the run, as the application's own role.

The template database is migrated and loaded with `tenants/` once, by the owner role, as in production; the
tests then sign in as `housestaff_app`, so that row-level security is on in every one of them.
"""

import functools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from housestaff.pages import catalogs

from tests import services
from tests.factories.clients import Person
from tests.factories.people import Cast, cast_for

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "housestaff_template"


def pytest_configure() -> None:
    """Translations are compiled before Django reads them: it reads them once."""
    catalogs.compile_all()


def manage(*command: str, role: str, database: str) -> subprocess.CompletedProcess[str]:
    """Run a management command as its own process, signed in as a role."""
    running = services.start()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), *command],
        env=running.environment(role=role, database=database),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def template() -> str:
    """The migrated, loaded database that every other one is copied from."""
    running = services.start()
    running.cluster.create_database(TEMPLATE)
    manage("migrate", "--verbosity", "0", role="housestaff_owner", database=TEMPLATE)
    manage("sync_tenants", role="housestaff_owner", database=TEMPLATE)
    make_second_reader()
    return TEMPLATE


@functools.cache
def make_second_reader() -> Path:
    """The second reader of this checkout, trained when its texts or code have changed (about a minute)."""
    manage("train_second_reader", role="housestaff_app", database=TEMPLATE)
    return Path(settings.HOUSESTAFF["SECOND_READER"])


@pytest.fixture(scope="session")
def second_reader() -> Path:
    """Its file."""
    return make_second_reader()


@pytest.fixture(scope="session")
def django_db_setup(template: str, django_db_blocker: Any) -> Iterator[None]:
    """Tests in one process share a copy of the template; each rolls its own work back."""
    running = services.start()
    running.cluster.create_database("housestaff_tests", template)
    connections["default"].settings_dict["NAME"] = "housestaff_tests"
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def riverside(db: None) -> Iterator[Cast]:
    """The people of the hospital that owns the urology agent; its tenant is acting."""
    with cast_for("riverside") as cast:
        yield cast


@pytest.fixture
def lakeside_people(db: None) -> Cast:
    """The people of the other tenant, which is not acting."""
    with cast_for("lakeside") as cast:
        return cast


@dataclass(frozen=True)
class House:
    """Both tenants' people, each at the API's door; no tenant is acting in the test itself."""

    patient: Person
    other_patient: Person
    owner: Person
    reviewer: Person
    it: Person
    stranger_patient: Person
    stranger_owner: Person
    cast: Cast
    foreign: Cast


@pytest.fixture
def house(db: None) -> House:
    """Riverside's people, and two strangers of lakeside."""
    with cast_for("lakeside") as foreign:
        strangers = Person(foreign, foreign.patient), Person(foreign, foreign.owner)
    with cast_for("riverside") as cast:
        people = [
            Person(cast, member)
            for member in (cast.patient, cast.other_patient, cast.owner, cast.reviewer, cast.it)
        ]
    return House(*people, *strangers, cast, foreign)
