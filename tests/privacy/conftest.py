"""Databases in which a test may commit, and may do what only their owner can."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from tests import services


@contextlib.contextmanager
def committing(template: str, django_db_blocker: Any) -> Iterator[str]:
    """A copy of a database that this process uses meanwhile, as the application's role; dropped afterwards."""
    cluster = services.start().cluster
    name = f"housestaff_scratch_{uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        connections["default"].close()
    cluster.create_database(name, template)
    told = connections["default"].settings_dict
    before = told["NAME"]
    with django_db_blocker.unblock():
        connections["default"].close()
        told["NAME"] = name
        try:
            yield name
        finally:
            connections["default"].close()
            told["NAME"] = before
    cluster.drop_database(name)


@pytest.fixture
def scratch(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A fresh copy of the template in which commits stay."""
    with committing(template, django_db_blocker) as name:
        yield name


@pytest.fixture
def as_superuser() -> Callable[[str, str], None]:
    """Run a statement as whoever owns the server: no trigger, no foreign key, no row-level security holds."""

    def run(database: str, statement: str) -> None:
        with contextlib.closing(services.start().cluster.connect("housestaff_admin", database)) as admin:
            cursor = admin.cursor()
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
            admin.commit()

    return run
