"""The consent page: one page, one decision, No as easy as Yes, withdrawn as easily."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from housestaff.access.errors import NotFound, Problem
from housestaff.consults import actions
from housestaff.people.models import Patient
from housestaff.people.queries import subjects_of
from housestaff.privacy import consents

from ..doors import member_of
from ..reader import back
from .people import agents_here


@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Read the text for one person; say yes, no, or take a yes back."""
    member = member_of(request)
    person = next((one for one in subjects_of(member) if one.id == subject), None)
    if person is None:
        raise NotFound
    if request.method == "GET":
        return _ask(request, person)
    text = consents.CONSULT
    decision = {"subject": subject, "purpose": text.purpose, "version": request.POST.get("version", "")}
    try:
        if request.POST.get("answer") == "yes":
            consents.decide(by=member, granted=True, **decision)  # type: ignore[arg-type]
            return HttpResponseRedirect(back(request, reverse("new-consult")))
        if consents.in_force(subject=subject, purpose=text.purpose):
            actions.withdraw_consent(by=member, **decision)  # type: ignore[arg-type]
        else:
            consents.decide(by=member, granted=False, **decision)  # type: ignore[arg-type]
    except consents.UnknownConsent:
        raise Problem("", code="unknown_consent") from None
    return _ask(request, person, answered=True)


def _ask(request: HttpRequest, person: Patient, *, answered: bool = False) -> HttpResponse:
    text, language = consents.CONSULT, get_language() or "en"
    member = member_of(request)
    words = {
        "person": person,
        "own": person.id == member.patient_id,
        "version": text.version,
        "title": text.title.get(language) or text.title["en"],
        "sentences": sentences_of(text.text.get(language) or text.text["en"]),
        "given": consents.in_force(subject=person.id, purpose=text.purpose),
        "agents": agents_here(),
        "answered": answered,
        "next": back(request, reverse("new-consult")),
    }
    return render(request, "pages/patient/consent.html", words)


def sentences_of(text: str) -> list[str]:
    """A text as one sentence a line: easier to read, and nothing left out."""
    lines = text.replace(". ", ".\n").replace("。", "。\n").splitlines()
    return [line.strip() for line in lines if line.strip()]
