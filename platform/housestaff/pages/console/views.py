"""The console of hospital IT: the first page answers three questions in three lines, tables below."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from housestaff.privacy import audit

from ..doors import member_of
from . import state


@require_GET
def console(request: HttpRequest) -> HttpResponse:
    """Is it running, is it safe, what needs me."""
    audit.record("house.read", by=member_of(request), kind="house")
    parts, agents, engines = state.parts(), state.agents(), state.engines()
    words = {
        "parts": parts,
        "down": [part for part in parts if not part.ok],
        "agents": agents,
        "no_exam": any(one.release is not None and one.release.basis != "exam" for one in agents),
        "unserved": [one.agent for one in agents if one.release is None],
        "no_adapter": [one.agent for one in agents if one.adapter_missing],
        "releases": state.releases(),
        "engines": engines,
        "missing": any(engine.missing for engine in engines),
        "late": state.somebody_waits_too_long(),
        "chain_lags": state.chain_lags(),
        "tenant": member_of(request).tenant,
    }
    return render(request, "pages/console/console.html", words)
