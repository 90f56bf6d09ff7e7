"""Applying declarations: tenants, clinicians, agents and their releases, in one transaction for all."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from housestaff.agents import actions as agents
from housestaff.agents import reports
from housestaff.agents.models import Agent
from housestaff.agents.packs import Pack
from housestaff.learning.exam import committed
from housestaff.people import actions as people
from housestaff.people.models import Clinician, Membership
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.declarations import TenantDeclared
from housestaff.tenancy.models import Tenant
from housestaff.worklists import actions as worklists


@dataclass(frozen=True)
class Applied:
    """What was done for one tenant, for the command to print."""

    tenant: str
    lines: tuple[str, ...]


def apply_all(declared: list[TenantDeclared], packs: dict[str, Pack]) -> list[Applied]:
    """Apply every declaration, or none."""
    with transaction.atomic():
        done = [_apply(tenant, packs) for tenant in declared]
        Tenant.objects.exclude(slug__in=[tenant.slug for tenant in declared]).update(active=False)
    return done


def _apply(declared: TenantDeclared, packs: dict[str, Pack]) -> Applied:
    tenant, _ = Tenant.objects.update_or_create(
        slug=declared.slug,
        defaults={
            "name": declared.name,
            "language": declared.language,
            "country": declared.country,
            "hours": declared.hours,
            "digest": declared.digest,
            "active": True,
        },
    )
    lines: list[str] = []
    with acting_for(tenant.id):
        clinicians = {one.slug: _clinician(one) for one in declared.clinicians}
        for name in declared.it:
            _account(name, role="it")
        for one in declared.agents:
            agent = agents.declare_agent(
                slug=one.slug,
                specialty=one.specialty,
                name=one.name,
                owner=clinicians[one.owner],
                languages=list(packs[one.specialty].languages),
                review_from=one.review_from,
            )
            worklists.open_worklist(agent=agent.id)
            lines.append(declare(agent, packs[one.specialty], one.level))
        agents.retire_undeclared(slugs=[one.slug for one in declared.agents])
    return Applied(declared.slug, tuple(lines))


def declare(agent: Agent, pack: Pack, level: int) -> str:
    """Declare what serves, at most at this level; a line that says at which and why."""
    told = ""
    report: reports.ExamReport | reports.Missing
    try:
        report = committed.read(settings.HOUSESTAFF["SPECIALTIES"], pack.slug).counted
    except committed.NoReport:
        report = "no_report"
    except committed.BadReport as problem:
        report, told = "unreadable", f". {problem}"
    demonstrated = settings.HOUSESTAFF["DECLARED_LEVELS"]
    release = agents.declare_release(
        agent=agent,
        pack=pack,
        at_most=min(level, reports.MOST_DECLARED) if demonstrated else level,
        adapter=adapter_folder(pack.slug),
        report=report,
    )
    return f"{agent.slug}: release {release.label}, {reports.sentence(release)}{told}"


def adapter_folder(specialty: str) -> Path | None:
    """Where a specialty's shipped adapter lies; None when it has none yet."""
    folder: Path = settings.HOUSESTAFF["SPECIALTIES"] / specialty / "adapter"
    return folder if (folder / "adapter_config.json").is_file() else None


def _clinician(one: Any) -> Clinician:
    row, _ = Clinician.objects.update_or_create(
        slug=one.slug, defaults={"name": one.name, "title": one.title}
    )
    _account(one.sign_in, role=one.role, clinician=row)
    return row


def _account(username: str, **stands_for: Any) -> None:
    """An account that nobody can sign in to until a password is set for it."""
    if not Membership.objects.filter(user__username=username).exists():
        people.open_account(username=username, password=secrets.token_urlsafe(32), **stands_for)
