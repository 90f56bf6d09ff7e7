"""Making people: accounts, patients, clinicians, and who may act for whom."""

from uuid import uuid4

from django.db import transaction

from housestaff.privacy import audit, keys

from .models import Clinician, Guardianship, Membership, Patient, Role, User


class NameTaken(ValueError):
    """This sign-in name belongs to an account of another tenant."""


def register_patient(*, name: str, born: int | None = None, by: audit.Actor | None = None) -> Patient:
    """A new subject with its own key; the name is sealed under it."""
    with transaction.atomic():
        patient = Patient(id=uuid4(), name=name, born=born)
        keys.create_subject_key(subject=patient.id)
        patient.save()
        audit.record("patient.register", by=by, kind="patient", object_id=patient.id, subject=patient.id)
    return patient


def open_account(
    *,
    username: str,
    password: str,
    role: str,
    patient: Patient | None = None,
    clinician: Clinician | None = None,
    by: audit.Actor | None = None,
) -> Membership:
    """A sign-in with one role in the acting tenant; an existing one of this tenant gets the new password.

    Raises NameTaken for a name that is an account elsewhere: its password is not this tenant's to change.
    """
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is not None and not Membership.objects.filter(user=user).exists():
            raise NameTaken(f"The sign-in name “{username}” is taken.")
        user = user or User(username=username)
        user.set_password(password)
        user.save()
        membership, made = Membership.objects.get_or_create(
            user=user, defaults={"role": Role(role), "patient": patient, "clinician": clinician}
        )
        verb = "account.open" if made else "account.password"
        audit.record(verb, by=by, kind="membership", object_id=membership.id, role=membership.role)
    return membership


def let_act_for(
    *, holder: Patient, subject: Patient, relation: str, by: audit.Actor | None = None
) -> Guardianship:
    """The holder's account may consult about the subject."""
    with transaction.atomic():
        row, _ = Guardianship.objects.get_or_create(
            holder=holder, subject_person=subject, ended_at=None, defaults={"relation": relation}
        )
        audit.record("guardianship.give", by=by, kind="guardianship", object_id=row.id, subject=subject.id)
    return row
