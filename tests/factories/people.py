"""Invented people of a tenant, as the actions make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from housestaff.access import tokens
from housestaff.agents.models import Agent
from housestaff.people import actions
from housestaff.people.models import Membership, Patient
from housestaff.privacy import consents
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant

FIRST = ("urology", "sleep_medicine")  # the agent that a tenant's tests speak with


@dataclass(frozen=True)
class Cast:
    """Who plays in a test."""

    tenant: UUID
    agent: Agent
    patient: Membership
    other_patient: Membership
    child: Patient
    owner: Membership
    reviewer: Membership
    it: Membership

    def token(self, member: Membership) -> str:
        """A fresh token; the tenant must be acting."""
        return tokens.mint(membership=member, label="test", lasts=timedelta(hours=1))


@contextmanager
def cast_for(slug: str, *, consenting: bool = True) -> Iterator[Cast]:
    """Make the people of a tenant and act for it."""
    tenant = Tenant.objects.get(slug=slug)
    with acting_for(tenant.id):
        yield make_cast(tenant.id, consenting=consenting)


def make_cast(tenant: UUID, *, consenting: bool = True) -> Cast:
    """People for the acting tenant: two patients with an account, a child of the first, the declared staff."""
    patient, other = _patient("Pat Example"), _patient("Jo Example")
    child = actions.register_patient(name="Lee Example", born=2020)
    assert patient.patient is not None
    actions.let_act_for(holder=patient.patient, subject=child, relation="child")
    if consenting:
        for member in (patient, other):
            assert member.patient_id is not None
            consents.decide(
                by=member,
                subject=member.patient_id,
                purpose="consult",
                version=consents.CONSULT.version,
                granted=True,
            )
    staff = {member.role: member for member in Membership.objects.exclude(role="patient")}
    agent = Agent.objects.get(specialty__in=FIRST)
    return Cast(
        tenant=tenant,
        agent=agent,
        patient=patient,
        other_patient=other,
        child=child,
        owner=Membership.objects.get(clinician=agent.owner),
        reviewer=staff["reviewer"],
        it=staff["it"],
    )


def _patient(name: str) -> Membership:
    patient = actions.register_patient(name=name, born=1970)
    return actions.open_account(
        username=f"test.{uuid4().hex[:12]}", password=uuid4().hex, role="patient", patient=patient
    )
