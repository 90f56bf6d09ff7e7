"""Whom a patient can ask here, and about whom."""

from dataclasses import dataclass

from django.utils.translation import get_language

from housestaff.agents.catalogue import UnknownSpecialty, pack_for
from housestaff.agents.models import Agent
from housestaff.agents.queries import release_in_service
from housestaff.people.models import Membership
from housestaff.people.queries import subjects_of
from housestaff.privacy import consents


@dataclass(frozen=True)
class AgentHere:
    """An agent as its door shows it."""

    slug: str
    name: str
    owner: str
    title: str
    specialty: str
    scope: str
    level: int


@dataclass(frozen=True)
class Subject:
    """Somebody a consult can be about, and whether they agreed to consult."""

    id: str
    name: str
    own: bool
    agreed: bool


def agents_here() -> list[AgentHere]:
    """The tenant's agents in the reader's language."""
    language = get_language() or "en"
    rows = Agent.objects.filter(active=True).select_related("owner", "tenant").order_by("slug")
    return [_here(row, language) for row in rows]


def _here(row: Agent, language: str) -> AgentHere:
    try:
        pack = pack_for(row.specialty)
        specialty, scope = pack.name.say(language), pack.scope.say(language)
    except UnknownSpecialty:
        specialty, scope = row.specialty, ""
    release = release_in_service(row)
    title = str(row.owner.title.get(language) or next(iter(row.owner.title.values()), ""))
    level = release.level if release else 0
    return AgentHere(
        row.slug, row.called(language), row.owner.called(language), title, specialty, scope, level
    )


def subjects(member: Membership) -> list[Subject]:
    """The account's own person first, then whom it acts for."""
    return [
        Subject(
            id=str(person.id),
            name=str(person.name or ""),
            own=person.id == member.patient_id,
            agreed=consents.in_force(subject=person.id, purpose="consult") is not None,
        )
        for person in subjects_of(member)
    ]
