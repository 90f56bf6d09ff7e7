"""Signing in and out. The same words whether the name, the password or the place was wrong."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from housestaff.people.queries import membership_of
from housestaff.privacy import audit

from .doors import member_of
from .reader import back
from .sign_in_limits import Tries

JUST_SIGNED_IN = "just_signed_in"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """A name and a password; then back to where the person wanted to go."""
    if request.method == "GET":
        return _form(request)
    name, password = request.POST.get("username", "").strip()[:150], request.POST.get("password", "")[:1000]
    tries = Tries(name, request.META.get("REMOTE_ADDR", ""))
    wait = tries.count()
    if wait:
        error = _("Too many tries. Please wait a minute, then try again.")
        return _form(request, error, status=429, headers={"Retry-After": str(wait)})
    user = authenticate(request, username=name, password=password)
    if user is None or membership_of(user.pk) is None:
        error = _("This name and password do not fit together. Please check both and try again.")
        return _form(request, error, status=401)
    login(request, user)
    request.session[JUST_SIGNED_IN] = True
    return HttpResponseRedirect(back(request))


def _form(
    request: HttpRequest, error: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    words = {"error": error, "next": back(request), "username": request.POST.get("username", "")[:150]}
    response = render(request, "pages/sign_in.html", words, status=status)
    for header, value in (headers or {}).items():
        response.headers[header] = value
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on this device."""
    audit.record("session.close", by=member_of(request), kind="session")
    logout(request)
    return HttpResponseRedirect("/sign-in/")


def note_arrival(request: HttpRequest) -> None:
    """The audit record of a sign-in, written by the first page after it: only then does a tenant act."""
    if request.session.pop(JUST_SIGNED_IN, False):
        audit.record("session.open", by=member_of(request), kind="session")
