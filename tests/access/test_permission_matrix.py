"""Role × action of the API, from the table of access/roles.py, walked against the running code."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from housestaff.access import roles, tokens
from housestaff.access.models import AccessToken
from housestaff.access.permissions import DeniedByDefault
from housestaff.access.viewsets import HouseViewSet
from housestaff.config import urls
from housestaff.people.models import Membership, User
from housestaff.privacy.models import AuditRecord
from housestaff.tenancy.context import acting_for

from tests.architecture import doors
from tests.conftest import House
from tests.factories.clients import Person

ACTIONS = [
    (address, method, view.cls.permissions[action])
    for address, view in doors.addresses(urls.urlpatterns)
    if getattr(view, "cls", None) is not None and issubclass(view.cls, HouseViewSet)
    for method, action in view.actions.items()
]
MISSING = "00000000-0000-4000-8000-000000000000"
PEOPLE = {"patient": "patient", "owner": "owner", "reviewer": "reviewer", "it": "it"}


def call(person: Person, address: str, method: str, **headers: str) -> Any:
    where = "/" + address.replace("(?P<pk>[^/.]+)", MISSING)
    return person.client.generic(
        method.upper(), where, json.dumps({}), content_type="application/json", headers=headers
    )


@pytest.mark.parametrize("address, method, permission", ACTIONS, ids=[f"{m} {a}" for a, m, _ in ACTIONS])
def test_who_may_and_who_may_not(house: House, address: str, method: str, permission: str) -> None:
    for role in roles.ROLES:
        answer = call(getattr(house, PEOPLE[role]), address, method)
        if roles.allows(permission, role):
            assert answer.status_code not in (401, 403), (role, answer.content)
        else:
            assert answer.status_code == 403 and answer.json()["code"] == "forbidden", (role, answer.content)


def test_every_permission_is_used_or_known_to_wait() -> None:
    used = {permission for _, _, permission in ACTIONS} | set(doors.DOORS.values())
    assert roles.TABLE.keys() - used == set()


def test_it_never_holds_a_permission_of_a_patients_words() -> None:
    words = {name for name in roles.TABLE if name.startswith(("consult.", "worklist.", "consents."))}
    assert not [name for name in words if roles.allows(name, roles.IT)]


def test_an_unknown_role_holds_nothing_and_an_unknown_permission_raises() -> None:
    assert not any(roles.allows(name, "visitor") for name in roles.TABLE)
    with pytest.raises(KeyError):
        roles.allows("everything.see", roles.OWNER)


def test_an_action_without_an_entry_is_denied(house: House) -> None:
    class View:
        action = "forgotten"

    class Asked:
        user: Any = house.owner.member
        auth: Any = type("Auth", (), {"scopes": frozenset()})()

    assert not DeniedByDefault().has_permission(Asked(), View())  # type: ignore[arg-type]


# Tokens


def with_token(token: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/agents/")


def minted(house: House, who: str = "patient", **more: Any) -> str:
    with acting_for(house.cast.tenant):
        told: dict[str, Any] = {"label": "t", "lasts": timedelta(hours=1)} | more
        return tokens.mint(membership=getattr(house, who).member, **told)


def test_scopes_narrow_a_token(house: House) -> None:
    narrow = Person.__new__(Person)
    narrow.member = house.patient.member
    narrow.client = Client(headers={"Authorization": f"Bearer {minted(house, scopes=['agents.see'])}"})
    for address, method, permission in ACTIONS:
        answer = call(narrow, address, method)
        assert (answer.status_code == 403) == (permission != "agents.see"), (address, answer.status_code)


def test_a_scope_never_widens_a_role(house: House) -> None:
    assert with_token(minted(house, scopes=list(roles.TABLE))).status_code == 200
    wide = Client(headers={"Authorization": f"Bearer {minted(house, scopes=list(roles.TABLE))}"})
    assert wide.get("/api/v1/worklist/").status_code == 403


def test_expired_and_revoked_tokens(house: House) -> None:
    assert with_token(minted(house, lasts=timedelta(seconds=-1))).status_code == 401
    token = minted(house, label="revoked")
    assert with_token(token).status_code == 200
    with acting_for(house.cast.tenant):
        assert tokens.revoke_all(label="revoked") == 1
        assert AuditRecord.objects.filter(verb="token.revoke").exists()
    refused = with_token(token)
    assert refused.status_code == 401 and refused.json()["code"] == "bad_token"


def test_malformed_tokens(house: House) -> None:
    good = minted(house)
    odd = [
        "",
        " ",
        "x",
        "hst_",
        "HST_" + good[4:],
        good + "x",
        good[:-1],
        "hst_" + "x" * 5_000,
        "hst_é",
        good.upper(),
        f"{good},{good}",
    ]
    for token in odd:
        assert with_token(token).status_code == 401, token
    assert with_token(f" {good} ").status_code == 200


def test_a_token_is_stored_as_its_hash_only(house: House) -> None:
    token = minted(house)
    with acting_for(house.cast.tenant):
        row = AccessToken.objects.latest("created_at")
        assert token not in str(vars(row)) and len(row.hash) == 64
        assert token not in str(list(AuditRecord.objects.filter(kind="token").values()))


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "Authorization", "bearer", "key"])
def test_a_token_in_the_address_never_works(house: House, name: str) -> None:
    assert Client().get("/api/v1/agents/", {name: minted(house)}).status_code == 401
    assert Client().get("/api/v1/agents/", {name: f"Bearer {minted(house)}"}).status_code == 401


@pytest.mark.parametrize("closed", ["the membership", "the account"])
def test_what_was_closed_opens_nothing(house: House, closed: str) -> None:
    token, member = minted(house), house.patient.member
    assert with_token(token).status_code == 200
    if closed == "the membership":
        with acting_for(house.cast.tenant):
            Membership.objects.filter(id=member.id).update(active=False)
    else:
        User.objects.filter(id=member.user_id).update(is_active=False)
    assert with_token(token).status_code == 401


# Sessions


@pytest.fixture
def browser(house: House) -> Any:
    """A browser in which the patient is signed in by session, with CSRF enforced."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.patient.member.user)
    return client


BODY = {"agent": "urology", "language": "en"}


def test_a_session_reads_and_needs_csrf_to_write(house: House, browser: Any) -> None:
    assert browser.get("/api/v1/agents/").status_code == 200
    refused = browser.post("/api/v1/consults/", BODY, "application/json")
    assert refused.status_code == 403
    page = browser.get("/consults/new/")
    token = (
        page.cookies["csrftoken"].value if "csrftoken" in page.cookies else browser.cookies["csrftoken"].value
    )
    opened = browser.post("/api/v1/consults/", BODY, "application/json", headers={"X-CSRFToken": token})
    assert opened.status_code == 201
    forged = browser.post("/api/v1/consults/", BODY, "application/json", headers={"X-CSRFToken": "x" * 64})
    assert forged.status_code == 403


def test_a_bearer_needs_no_csrf_and_a_bad_one_is_not_saved_by_a_cookie(house: House, browser: Any) -> None:
    good = {"Authorization": f"Bearer {minted(house)}"}
    assert browser.post("/api/v1/consults/", BODY, "application/json", headers=good).status_code == 201
    assert browser.get("/api/v1/agents/", headers={"Authorization": "Bearer hst_no"}).status_code == 401


def test_a_changed_password_ends_the_session(house: House, browser: Any) -> None:
    user = house.patient.member.user
    user.set_password("another good password")
    user.save()
    assert browser.get("/api/v1/agents/").status_code == 401


@pytest.mark.parametrize("closed", ["the membership", "the account"])
def test_a_closed_account_ends_the_session(house: House, browser: Any, closed: str) -> None:
    member = house.patient.member
    if closed == "the membership":
        with acting_for(house.cast.tenant):
            Membership.objects.filter(id=member.id).update(active=False)
    else:
        User.objects.filter(id=member.user_id).update(is_active=False)
    assert browser.get("/api/v1/agents/").status_code == 401


def test_a_session_that_ran_out_is_none(house: House, browser: Any) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.get("/api/v1/agents/").status_code == 401
