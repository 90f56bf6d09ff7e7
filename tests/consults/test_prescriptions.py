"""A prescription, and a doctor's words, have a clinician's signature or do not exist: tried as the application's role."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone
from housestaff.consults.models import Consult, Event, MedicationRequest, Review
from housestaff.tenancy.context import acting_for

from tests.conftest import House

COLUMNS = (
    "id, tenant_id, consult_id, subject_id, medication, dosage, author_kind, signed_by_id, signed_with_id,"
    " signed_at, status"
)


@pytest.fixture
def signed(house: House) -> dict[str, Any]:
    """What a good row holds: the owner's own account and clinician."""
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns when I pass urine")
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        return {
            "id": uuid4(),
            "tenant_id": house.cast.tenant,
            "consult_id": row.id,
            "subject_id": row.subject_id,
            "medication": b"sealed",
            "dosage": b"sealed",
            "author_kind": "clinician",
            "signed_by_id": house.cast.owner.clinician_id,
            "signed_with_id": house.cast.owner.id,
            "signed_at": timezone.now(),
            "status": "active",
        }


def insert(house: House, row: dict[str, Any]) -> None:
    """Raw SQL, as whoever got hold of the application's connection would write it."""
    names = COLUMNS.split(", ")
    with acting_for(house.cast.tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("housestaff_app",)
        cursor.execute(
            f"INSERT INTO consults_medicationrequest ({COLUMNS}) VALUES ({', '.join(['%s'] * len(names))})",
            [str(row[name]) if name.endswith("id") and row[name] else row[name] for name in names],
        )


FORGED: dict[str, Callable[[House], dict[str, Any]]] = {
    "an agent is its author": lambda house: {"author_kind": "agent"},
    "nobody is its author": lambda house: {"author_kind": None},
    "nobody signed": lambda house: {"signed_by_id": None},
    "no account signed": lambda house: {"signed_with_id": None},
    "an agent's id stands for the signer": lambda house: {"signed_by_id": house.cast.agent.id},
    "the patient signed for the doctor": lambda house: {"signed_with_id": house.cast.patient.id},
    "one doctor signed for another": lambda house: {"signed_with_id": house.cast.reviewer.id},
    "hospital IT signed": lambda house: {"signed_with_id": house.cast.it.id},
    "a doctor of another tenant signed": lambda house: {
        "signed_by_id": house.foreign.owner.clinician_id,
        "signed_with_id": house.foreign.owner.id,
    },
    "it says nothing": lambda house: {"medication": None},
    "its status is unknown": lambda house: {"status": "proposed"},
}


@pytest.mark.parametrize("forged", FORGED)
def test_the_database_refuses_a_forged_prescription(
    house: House, signed: dict[str, Any], forged: str
) -> None:
    with pytest.raises(Error):
        insert(house, signed | FORGED[forged](house))
    insert(house, signed)


def test_the_model_cannot_forge_one_either(house: House, signed: dict[str, Any]) -> None:
    with acting_for(house.cast.tenant):
        row = MedicationRequest(**{**signed, "medication": "Tamsulosin", "dosage": "one a day"})
        row.save()
        found = MedicationRequest.objects.get(id=row.id)
        assert (found.medication, found.author_kind) == ("Tamsulosin", "clinician")
        forged = MedicationRequest(
            **{**signed, "id": uuid4(), "author_kind": "agent", "medication": "x", "dosage": "y"}
        )
        with pytest.raises(Error), transaction.atomic():
            forged.save()
    names = {field.name for field in MedicationRequest._meta.get_fields()}
    assert not names & {"agent", "release", "turn", "adapter"}, "there is no place for an agent to stand in"


def test_what_was_signed_stays_and_only_its_status_changes(house: House, signed: dict[str, Any]) -> None:
    insert(house, signed)
    with acting_for(house.cast.tenant):
        for statement in (
            "UPDATE consults_medicationrequest SET dosage = 'more'",
            "UPDATE consults_medicationrequest SET signed_at = now()",
            "UPDATE consults_medicationrequest SET author_kind = 'agent'",
            "DELETE FROM consults_medicationrequest",
        ):
            with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE consults_medicationrequest SET status = 'cancelled'")
            assert cursor.rowcount == 1


def test_a_doctors_words_need_a_doctors_account(house: House, signed: dict[str, Any]) -> None:
    """The one way in which a prescription could reach a patient today is a signed reply."""
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=signed["consult_id"])
        for account in (house.cast.patient, house.cast.it):
            event = Event(
                id=uuid4(), consult=row, subject_id=row.subject_id, seq=90, kind="message", author="clinician",
                by=account, text="Take two.",
            )  # fmt: skip
            with pytest.raises(Error), transaction.atomic():
                event.save(force_insert=True)
            review = Review(
                id=uuid4(), consult=row, subject_id=row.subject_id, clinician=account, draft="", signed="Take two.",
                urgency_before="routine", urgency_after="routine", state_before="open", answers_seq=1,
                signed_at=timezone.now(), release_at=timezone.now(),
            )  # fmt: skip
            with pytest.raises(Error), transaction.atomic():
                review.save(force_insert=True)
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE consults_event SET author = 'clinician' WHERE author = 'patient'")
