"""The first page after signing in leads each role to its face."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from housestaff.access import roles

from .doors import member_of
from .sign_in import note_arrival

FACES = {roles.PATIENT: "consults", roles.OWNER: "desk", roles.REVIEWER: "desk", roles.IT: "console"}


def home(request: HttpRequest) -> HttpResponse:
    """To one's consults, the desk or the console."""
    note_arrival(request)
    return HttpResponseRedirect(reverse(FACES[member_of(request).role]))
