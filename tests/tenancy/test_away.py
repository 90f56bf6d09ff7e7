"""Which errors mean: the database is away, try again."""

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from housestaff.access.errors import as_problem
from housestaff.tenancy.away import database_is_away

KILLED = "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally"


@pytest.mark.parametrize(
    "error", [OperationalError("x"), InterfaceError("connection already closed"), DatabaseError(KILLED)]
)
def test_a_broken_connection_is_an_answer_that_says_try_again(error: Exception) -> None:
    assert database_is_away(error)
    answer = as_problem(error)
    assert answer is not None and answer[0]["status"] == 503
    assert answer[1] == {"Retry-After": "2"}


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("Save with update_fields did not affect any rows."),
        IntegrityError("connection"),
        ProgrammingError("connection"),
        psycopg2.DatabaseError(KILLED),
        ValueError("connection"),
    ],
)
def test_what_is_our_fault_stays_our_fault(error: Exception) -> None:
    assert not database_is_away(error)
    assert as_problem(error) is None
