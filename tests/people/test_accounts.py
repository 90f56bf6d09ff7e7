"""Accounts: a name belongs to one tenant, and acting for another ends when it is ended."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from housestaff.people import actions, queries
from housestaff.people.models import Guardianship, Membership, User
from housestaff.tenancy.context import acting_for

from tests.conftest import House
from tests.factories.people import Cast, cast_for


def test_another_tenant_cannot_take_over_an_account(db: None) -> None:
    with cast_for("lakeside") as cast:
        user = cast.patient.user
        before = user.password
    with cast_for("riverside"), pytest.raises(actions.NameTaken, match="is taken"):
        actions.open_account(username=user.username, password="of the attacker", role="it")
    user.refresh_from_db()
    assert user.password == before
    with cast_for("riverside"):
        assert not Membership.objects.filter(user=user).exists()


def test_ones_own_account_gets_the_new_password(riverside: Cast) -> None:
    user = riverside.patient.user
    actions.open_account(username=user.username, password="a new one for today", role="patient")
    assert User.objects.get(id=user.id).check_password("a new one for today")
    assert Membership.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("stands_for", [{"role": "patient"}, {"role": "owner"}, {"role": "visitor"}])
def test_a_membership_stands_for_its_role(riverside: Cast, stands_for: dict[str, str]) -> None:
    with pytest.raises((IntegrityError, ValueError)), transaction.atomic():
        actions.open_account(username="somebody.new", password="x", **stands_for)


def test_nobody_acts_for_themselves(riverside: Cast) -> None:
    person = riverside.patient.patient
    assert person is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.let_act_for(holder=person, subject=person, relation="self")


def test_whom_one_may_act_for(riverside: Cast) -> None:
    child = riverside.child
    assert queries.may_act_for(riverside.patient, child.id)
    assert not queries.may_act_for(riverside.other_patient, child.id)
    assert not queries.may_act_for(riverside.owner, child.id)
    assert [person.id for person in queries.subjects_of(riverside.patient)] == [
        riverside.patient.patient_id,
        child.id,
    ]
    assert queries.subjects_of(riverside.it) == []


def test_when_it_ends_the_childs_consults_are_gone(house: House) -> None:
    child = str(house.cast.child.id)
    version = house.patient.get("consents/").json()["results"][0]["version"]
    house.patient.post(
        "consents/", {"purpose": "consult", "version": version, "granted": True, "subject": child}
    )
    consult = house.patient.open_consult(subject=child)
    assert house.patient.get(f"consults/{consult}/").status_code == 200
    with acting_for(house.cast.tenant):
        Guardianship.objects.update(ended_at=timezone.now())
    assert house.patient.get(f"consults/{consult}/").status_code == 404
    assert house.patient.say(consult, "hello").status_code == 404
    assert consult not in house.patient.get("consults/").content.decode()
