"""An agent in service at a level, as if its exam had earned it."""

from typing import Any

from housestaff.agents.models import Agent, Release


def serve_at(agent: Agent, level: int, **more: Any) -> None:
    """Change the release in service; the tenant is acting."""
    changed = {"level": level, "basis": "exam", "earned_level": level, "why": "earned", **more}
    assert Release.objects.filter(agent=agent, state="in_service").update(**changed) == 1
