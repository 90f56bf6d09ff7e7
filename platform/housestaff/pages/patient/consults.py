"""A patient's consults: the list, a new one, the chat page, and its plain forms for a browser without scripts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from housestaff.access.errors import Problem
from housestaff.agents.queries import release_in_service
from housestaff.consults import actions, queries
from housestaff.consults.models import Consult
from housestaff.people.models import Membership
from housestaff.privacy import audit
from housestaff.privacy.consents import ConsentMissing

from ..doors import member_of
from .people import agents_here, subjects
from .thread import LINES, is_answering, standing_card, thread_of

SEE_OTHER = 303


@require_GET
def consults(request: HttpRequest) -> HttpResponse:
    """One's consults, newest first, and what one can do here."""
    member = member_of(request)
    rows = queries.own(member)
    audit.record("consult.list", by=member, kind="consult", rows=len(rows))
    shown = [
        {
            "row": row,
            "state": queries.shown_state(row, member),
            "about": _about(row, member),
        }
        for row in rows
    ]
    words = {"consults": shown, "agents": agents_here(), "subjects": subjects(member)}
    return render(request, "pages/patient/consults.html", words)


@require_http_methods(["GET", "POST"])
def new_consult(request: HttpRequest) -> HttpResponse:
    """Whom to ask, and about whom; without the person's consent, the consent page comes first."""
    member = member_of(request)
    people, agents = subjects(member), agents_here()
    if request.method == "GET":
        chosen = request.GET.get("agent") or (agents[0].slug if agents else "")
        subject = request.GET.get("subject") or (people[0].id if people else "")
        words = {"agents": agents, "subjects": people, "agent": chosen, "subject": subject}
        return render(request, "pages/patient/new_consult.html", words)
    agent, subject = request.POST.get("agent", ""), request.POST.get("subject", "")
    if subject not in {person.id for person in people}:
        raise Problem(_("Please choose whom it is about."), code="invalid")
    try:
        row = actions.open_consult(
            by=member, agent=agent, language=get_language() or "en", subject=UUID(subject)
        )
    except ConsentMissing:
        again = reverse("new-consult") + "?" + urlencode({"agent": agent, "subject": subject})
        consent = reverse("consent", args=[subject]) + "?" + urlencode({"next": again})
        return HttpResponseRedirect(consent, status=SEE_OTHER)
    return HttpResponseRedirect(reverse("chat", args=[row.id]), status=SEE_OTHER)


@require_GET
def chat(request: HttpRequest, consult: UUID) -> HttpResponse:
    """The thread as it stands; scripts keep it live from there."""
    row = _own(request, consult)
    audit.record(
        "consult.read", by=member_of(request), kind="consult", object_id=row.id, subject=row.subject_id
    )
    return render(request, "pages/patient/chat.html", _chat_words(request, row))


@require_POST
def say(request: HttpRequest, consult: UUID) -> HttpResponse:
    """Send a message without scripts; a refused one is shown again with its reason."""
    row = _own(request, consult)
    text, key = request.POST.get("text", ""), request.POST.get("client_key", "")
    try:
        actions.post_message(by=member_of(request), consult=row.id, client_key=key, text=text)
    except Problem as problem:
        words = _chat_words(request, row) | {"refused": problem.detail, "text": text}
        return render(request, "pages/patient/chat.html", words, status=problem.status)
    return HttpResponseRedirect(reverse("chat", args=[row.id]) + "#end", status=SEE_OTHER)


@require_POST
def end_consult(request: HttpRequest, consult: UUID) -> HttpResponse:
    """End one's consult; what was written stays to be read."""
    row = _own(request, consult)
    actions.close(by=member_of(request), consult=row.id)
    return HttpResponseRedirect(reverse("chat", args=[row.id]), status=SEE_OTHER)


def _about(row: Consult, member: Membership) -> str:
    """Whom a consult is about, when not the account's own person."""
    return "" if row.subject_id == member.patient_id else str(row.subject.name or "")


def _own(request: HttpRequest, consult: UUID) -> Consult:
    return queries.visible(member_of(request), consult)


def _chat_words(request: HttpRequest, row: Consult) -> dict[str, Any]:
    whole = queries.whole(row, member_of(request))
    release = release_in_service(row.agent_id)
    level = release.level if release else 0
    return {
        "consult": row,
        "state": whole["state"],
        "ended": whole["state"] in ("closed", "withdrawn"),
        "agent_name": row.agent.called(row.language),
        "about": _about(row, member_of(request)),
        "thread": thread_of(whole["messages"]),
        "standing": standing_card(whole["messages"]),
        "last_seq": whole["last_seq"],
        "answering": is_answering(whole["messages"]),
        "line_codes": LINES,
        "level": level,
        "will_read": whole["will_read"] if level < 3 else "",
        "client_key": str(uuid4()),
    }
