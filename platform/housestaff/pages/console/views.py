"""The console of hospital IT: the first page answers three questions in three lines, tables below."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from housestaff.access.errors import NotFound
from housestaff.agents.models import Agent
from housestaff.agents.queries import release_in_service
from housestaff.consults.queries import THRESHOLDS
from housestaff.privacy import audit

from ..doors import member_of
from . import exam, state


@require_GET
def console(request: HttpRequest) -> HttpResponse:
    """Is it running, is it safe, what needs me."""
    audit.record("house.read", by=member_of(request), kind="house")
    parts, agents, engines = state.parts(), state.agents(), state.engines()
    words = {
        "parts": parts,
        "down": [part for part in parts if not part.ok],
        "agents": agents,
        "declared": any(one.release is not None and one.release.basis == "declared" for one in agents),
        "no_report": any(one.release is not None and one.release.basis == "none" for one in agents),
        "unserved": [one.agent for one in agents if one.release is None],
        "no_adapter": [one.agent for one in agents if one.adapter_missing],
        "releases": state.releases(),
        "thresholds": [f"{one:g}" for one in THRESHOLDS],
        "engines": engines,
        "missing": any(engine.missing for engine in engines),
        "late": state.somebody_waits_too_long(),
        "chain_lags": state.chain_lags(),
        "tenant": member_of(request).tenant,
    }
    return render(request, "pages/console/console.html", words)


@require_GET
def exam_report(request: HttpRequest, agent: str) -> HttpResponse:
    """One agent's exam: what it earned, line by line."""
    row = Agent.objects.filter(slug=agent, active=True).first()
    if row is None:
        raise NotFound
    audit.record("house.read", by=member_of(request), kind="house")
    report, release = exam.report_of(row), release_in_service(row)
    lift = report.found.lift if report.found else None
    words = {
        "agent": row,
        "release": release,
        "report": report,
        "lift": f"{lift:+d}" if lift else "0",
        "is_of_release": report.is_of(release),
    }
    return render(request, "pages/console/exam.html", words)
