"""The doors of the pages: one table of who may open what. A page that stands nowhere in it stays shut."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from housestaff.access import roles
from housestaff.access.errors import Problem
from housestaff.people.models import Membership

from .errors import told

PUBLIC = "anyone"
SIGNED_IN = "anyone who is signed in"

# Address name → a permission of access/roles.py, or one of the two above.
DOORS = {
    "home": SIGNED_IN,
    "sign-in": PUBLIC,
    "sign-out": SIGNED_IN,
    "language": PUBLIC,
    "text-size": PUBLIC,
    "consults": "consult.list",
    "new-consult": "consult.open",
    "consent": "consents.decide",
    "chat": "consult.write",
    "say": "consult.write",
    "end-consult": "consult.close",
    "desk": "worklist.read",
    "desk-queue": "worklist.read",
    "desk-changed": "worklist.read",
    "desk-consult": "consult.edit",
    "desk-case": "consult.edit",
    "console": "house.see",
    "console-exam": "house.see",
}

View = Callable[..., HttpResponse]


def page(route: str, view: View, name: str) -> URLPattern:
    """An address of the pages, behind its door."""
    return path(route, _guarded(view, name), name=name)


def _guarded(view: View, name: str) -> View:
    @wraps(view)
    def opened(request: HttpRequest, **parts: Any) -> HttpResponse:
        wanted = DOORS.get(name)
        member: Membership | None = getattr(request, "membership", None)
        if wanted is None:
            raise PermissionDenied
        if wanted != PUBLIC and member is None:
            return _to_sign_in(request)
        if wanted not in (PUBLIC, SIGNED_IN) and not roles.allows(wanted, cast(Membership, member).role):
            raise PermissionDenied
        try:
            return view(request, **parts)
        except Problem as problem:
            return told(request, problem.status, problem.detail)

    opened.door = name  # type: ignore[attr-defined]
    return opened


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here; a fragment asks the browser to go there as a whole."""
    where = reverse("sign-in")
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"HX-Redirect": where})
    if request.method == "GET" and request.path != "/":
        where += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(where)


def member_of(request: HttpRequest) -> Membership:
    """Who is behind the request; the door has made sure that there is someone."""
    return cast(Membership, request.membership)  # type: ignore[attr-defined]
