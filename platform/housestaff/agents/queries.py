"""Reads of agents."""

from pathlib import Path
from uuid import UUID

from django.db import connection

from housestaff.access.errors import Problem

from .models import Agent, Release
from .reconcile import ServedAdapter


class UnknownAgent(Problem):
    """No agent of this name serves in this tenant."""

    status = 400
    code = "unknown_agent"


def find_agent(name: str) -> Agent | None:
    """By id, by slug, or by the specialty's slug where that is unique in the tenant."""
    agents = list(Agent.objects.filter(active=True).select_related("owner", "tenant"))
    for agent in agents:
        if name in (str(agent.id), agent.slug):
            return agent
    of_specialty = [agent for agent in agents if agent.specialty == name]
    return of_specialty[0] if len(of_specialty) == 1 else None


def release_in_service(agent: Agent | UUID) -> Release | None:
    """The release that answers now; None serves at level 0."""
    agent_id = agent if isinstance(agent, UUID) else agent.id
    return Release.objects.filter(agent_id=agent_id, state="in_service").select_related("adapter").first()


def level_in_service(agent: UUID) -> int:
    """The level at which an agent serves now; nothing in service serves at 0."""
    release = Release.objects.find("agent_id = %s AND state = 'in_service'", agent)
    return release.level if release else 0


def adapters_in_service() -> frozenset[ServedAdapter]:
    """Across tenants, for the reconcile loop: what every engine replica must hold, nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT specialty, digest, path FROM agents_in_service()")
        return frozenset(ServedAdapter(row[0], row[1], Path(row[2])) for row in cursor.fetchall())
