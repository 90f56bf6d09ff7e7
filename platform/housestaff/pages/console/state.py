"""What the console tells: is it running, is it safe, what needs me. Counts and names only, never a patient's words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from housestaff.agents import serving
from housestaff.agents.models import Adapter, Agent, Release
from housestaff.consults.queries import Reviews, reviews_a_day
from housestaff.inference.client import Engine
from housestaff.inference.errors import EngineError
from housestaff.privacy.models import AuditRecord
from housestaff.worklists.models import Item

CHAIN_LAG_SECONDS = 60


@dataclass(frozen=True)
class Part:
    """A part that care needs. `state` is `ok`, or why not."""

    name: str
    state: str

    @property
    def ok(self) -> bool:
        return self.state == "ok"


@dataclass(frozen=True)
class EngineHolds:
    """Which of this tenant's adapters an engine replica holds; of others only the number is told."""

    number: int
    reachable: bool
    holds: list[str]
    missing: list[str]
    others: int


@dataclass  # not frozen: it counts once
class AgentServing:
    """An agent and the release that answers, if any."""

    agent: Agent
    release: Release | None

    @cached_property
    def reviews(self) -> Reviews:
        """What each threshold would mean in reviews a day."""
        return reviews_a_day(self.agent)

    @property
    def adapter_missing(self) -> bool:
        return self.release is not None and self.release.adapter is None


def parts() -> list[Part]:
    """The readiness of every part, from the checks that config names (it stands above this floor)."""
    check: Callable[[], dict[str, str]] = import_string(settings.HOUSESTAFF["HEALTH"])
    return [Part(name, state) for name, state in check().items()]


def agents() -> list[AgentServing]:
    """The tenant's agents with the release in service."""
    serving_now = {
        row.agent_id: row for row in Release.objects.filter(state="in_service").select_related("adapter")
    }
    rows = Agent.objects.filter(active=True).select_related("owner").order_by("slug")
    return [AgentServing(row, serving_now.get(row.id)) for row in rows]


def releases() -> list[Release]:
    """Every release of the tenant, newest first."""
    return list(Release.objects.select_related("agent", "adapter").order_by("agent__slug", "-version")[:50])


def engines() -> list[EngineHolds]:
    """Each replica, and what it holds of ours."""
    ours = {row.served_name for row in Adapter.objects.filter(releases__state="in_service")}
    return [_holds(number, engine, ours) for number, engine in enumerate(serving.fleet().engines, 1)]


def _holds(number: int, engine: Engine, ours: set[str]) -> EngineHolds:
    try:
        loaded = set(engine.adapters())
    except EngineError:
        return EngineHolds(number, reachable=False, holds=[], missing=sorted(ours), others=0)
    return EngineHolds(number, True, sorted(ours & loaded), sorted(ours - loaded), len(loaded - ours))


def somebody_waits_too_long() -> bool:
    """Whether a consult for review is past its time. How many is not told: small counts point at people."""
    return Item.objects.filter(due_at__lt=timezone.now()).exclude(state="done").exists()


def chain_lags() -> bool:
    """Whether audit records wait longer for their seal than a minute."""
    before = timezone.now() - timedelta(seconds=CHAIN_LAG_SECONDS)
    return AuditRecord.objects.filter(links__isnull=True, at__lt=before).exists()
