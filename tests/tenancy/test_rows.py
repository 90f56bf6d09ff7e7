"""Reads and writes whose SQL is kept: behind both walls like any other, and true to the model's fields."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from housestaff.agents.models import Agent
from housestaff.consults.models import Event, Fact
from housestaff.people import actions
from housestaff.people.models import Clinician, Patient
from housestaff.tenancy import known
from housestaff.tenancy.context import NoTenant, WrongTenant, acting_for
from housestaff.tenancy.models import TenantModel

from tests.conftest import House
from tests.factories.people import Cast


def test_a_kept_read_needs_a_tenant(db: None) -> None:
    with pytest.raises(NoTenant):
        Patient.objects.find("id = %s", uuid4())
    with pytest.raises(NoTenant):
        known.known(Agent, uuid4())


def test_a_kept_read_finds_no_foreign_row(house: House) -> None:
    with acting_for(house.cast.tenant):
        assert Agent.objects.find("id = %s", house.foreign.agent.id) is None
        own = set(Agent.objects.values_list("id", flat=True))
        assert house.cast.agent.id in own and house.foreign.agent.id not in own
        assert Agent.objects.find("true OR true").id in own  # type: ignore[union-attr]  # None would fail here too
        assert {row.id for row in Agent.objects.find_all("true OR true")} == own
        with pytest.raises(Agent.DoesNotExist):
            known.known(Agent, house.foreign.agent.id)


def test_what_one_tenant_knows_another_does_not(house: House) -> None:
    with acting_for(house.cast.tenant):
        assert known.known(Agent, house.cast.agent.id).slug == house.cast.agent.slug
    with acting_for(house.foreign.tenant), pytest.raises(Agent.DoesNotExist):
        known.known(Agent, house.cast.agent.id)


def test_a_change_made_here_is_known_at_once(riverside: Cast) -> None:
    assert known.known(Agent, riverside.agent.id).active
    riverside.agent.active = False
    riverside.agent.save()
    assert not known.known(Agent, riverside.agent.id).active


def test_kept_reads_and_writes_give_back_what_django_gives(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns 排尿时痛.")
    with acting_for(house.cast.tenant):
        (kept,) = Event.objects.find_all("consult_id = %s AND kind = 'message'", consult)
        plain = Event.objects.get(id=kept.id)
        assert kept.text == plain.text == "It burns 排尿时痛."
        for field in Event._meta.concrete_fields:
            if field.name not in ("text", "card"):
                assert getattr(kept, field.attname) == getattr(plain, field.attname)
        assert isinstance(kept.at, datetime) and not kept._state.adding
        doctor = Clinician.objects.find("slug IS NOT NULL", order="slug")
        assert doctor is not None and doctor.name == Clinician.objects.get(id=doctor.id).name


def test_a_new_row_is_stored_once_and_a_gone_one_is_not_updated(riverside: Cast) -> None:
    patient = actions.register_patient(name="Ash Example", born=1980)
    patient.name, patient.born = "Ash Sample", 1981
    patient.save()
    again = Patient.objects.get(id=patient.id)
    assert (again.name, again.born) == ("Ash Sample", 1981)
    with pytest.raises(DatabaseError):
        Patient(id=uuid4(), born=1980).save(force_update=True)


def test_every_walled_model_can_be_read_so(riverside: Cast) -> None:
    for model in TenantModel.__subclasses__():
        assert model.objects.find_all("false") == []


def test_a_new_row_with_a_taken_key_is_left_out_without_an_error(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns.")
    with acting_for(house.cast.tenant):
        event = Event.objects.get(consult_id=consult, kind="message")
        told = {
            "consult_id": consult,
            "subject_id": event.subject_id,
            "kind": "history",
            "key": "pain",
            "seq": 1,
        }
        assert Fact(**told, status="present").add_unless_there()
        assert not Fact(**told, status="denied").add_unless_there()
        assert [fact.status for fact in Fact.objects.filter(consult_id=consult, key="pain")] == ["present"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Fact(**told, status="denied").save(force_insert=True)
    with acting_for(house.foreign.tenant), pytest.raises(WrongTenant):
        Fact(tenant_id=house.cast.tenant, **told).add_unless_there()


def test_an_expression_is_stored_by_django_itself(riverside: Cast) -> None:
    patient = actions.register_patient(name="Ash Example", born=1980)
    patient.born = F("born") + 1
    patient.save()
    assert Patient.objects.get(id=patient.id).born == 1981


def test_a_gone_row_is_made_again_as_django_does(riverside: Cast) -> None:
    patient = actions.register_patient(name="Ash Example", born=1980)
    kept = Patient.objects.get(id=patient.id)
    Patient.objects.filter(id=patient.id).delete()
    kept.born = 1982
    kept.save()
    assert Patient.objects.get(id=patient.id).born == 1982
