"""Reads across people."""

from uuid import UUID

from django.db import connection

from .models import Guardianship, Membership, Patient


def membership_of(user_id: UUID) -> tuple[UUID, UUID] | None:
    """(tenant, membership) of an account, before any tenant acts: through the one definer function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, membership_id FROM people_membership_of(%s)", [str(user_id)])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def may_act_for(membership: Membership, subject: UUID) -> bool:
    """Whether the account is the subject, or holds it as a child, a parent, …"""
    if membership.patient_id is None:
        return False
    if membership.patient_id == subject:
        return True
    return Guardianship.objects.filter(
        holder_id=membership.patient_id, subject_person_id=subject, ended_at__isnull=True
    ).exists()


def subjects_of(membership: Membership) -> list[Patient]:
    """Everyone the account may consult about, itself first."""
    if membership.patient_id is None:
        return []
    held = Guardianship.objects.filter(holder_id=membership.patient_id, ended_at__isnull=True)
    ids = [membership.patient_id, *held.values_list("subject_person_id", flat=True)]
    found = {patient.id: patient for patient in Patient.objects.filter(id__in=ids)}
    return [found[id_] for id_ in ids if id_ in found]
