"""Every page has its row in the table of doors; what has none stays shut."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from housestaff.access import roles
from housestaff.pages import urls
from housestaff.pages.doors import DOORS, PUBLIC, SIGNED_IN, page
from housestaff.people.models import Membership, User

from tests.conftest import House


def _pages() -> Iterator[URLPattern]:
    """Every pattern of the site whose view lives in pages."""
    for pattern in _flat(get_resolver().url_patterns):
        if "housestaff.pages" in getattr(pattern.callback, "__module__", ""):
            yield pattern


def _flat(patterns: list[object]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _flat(pattern.url_patterns)  # type: ignore[attr-defined]


def test_every_page_is_behind_its_door() -> None:
    found = list(_pages())
    assert len(found) == len(urls.urlpatterns)
    for pattern in found:
        assert getattr(pattern.callback, "door", None) == pattern.name, f"{pattern} has no door"
        assert pattern.name in DOORS, f"{pattern.name} is not in the table of doors"


def test_the_table_names_known_permissions_and_no_page_that_is_gone() -> None:
    assert {pattern.name for pattern in _pages()} == set(DOORS)
    for wanted in DOORS.values():
        assert wanted in (PUBLIC, SIGNED_IN) or wanted in roles.TABLE


def test_a_page_without_a_row_is_denied() -> None:
    pattern = page("planted/", lambda request: HttpResponse("open"), "planted")
    with pytest.raises(PermissionDenied):
        pattern.callback(HttpRequest())


def _url(name: str) -> str:
    for arguments in ({}, {"consult": uuid4()}, {"subject": uuid4()}, {"agent": "urology"}):
        try:
            return reverse(name, kwargs=arguments)
        except Exception:
            continue
    raise AssertionError(name)


def _signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(User.objects.get(id=member.user_id))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(DOORS)))
def test_each_role_gets_in_where_the_table_says(house: House, name: str) -> None:
    wanted = DOORS[name]
    stranger = Client().get(_url(name))
    assert (stranger.status_code == 302 and "/sign-in/" in stranger["Location"]) == (wanted != PUBLIC)
    for person in (house.patient, house.owner, house.reviewer, house.it):
        answer = _signed_in(person.member).get(_url(name))
        allowed = wanted in (PUBLIC, SIGNED_IN) or roles.allows(wanted, person.member.role)
        assert (answer.status_code == 403) != allowed, (name, person.member.role, answer.status_code)


@pytest.mark.django_db
def test_another_tenants_consult_is_not_there(house: House) -> None:
    for path in ("/consults/{}/", "/desk/consults/{}/"):
        for person in (house.patient, house.owner):
            assert _signed_in(person.member).get(path.format(uuid4())).status_code in (403, 404)
