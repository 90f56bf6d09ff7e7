"""Error pages: what happened, whether anything was lost, what to do. Drawn without the database.

Below `/api/` the same errors are problem objects.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from housestaff.access.errors import body, title_of

from .reader import text_size_of


def told(request: HttpRequest, status: int, detail: str, title: str = "") -> HttpResponse:
    """An error as the reader's page; as a fragment's error it is plain text for the page to show."""
    if request.path.startswith("/api/"):
        code = {400: "invalid", 403: "forbidden", 404: "not_found"}.get(status, "error")
        problem = body(status, code, detail)
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(detail, status=status, content_type="text/plain; charset=utf-8")
    words: dict[str, Any] = {
        "title": title or title_of(status),
        "detail": detail,
        "status": status,
        "size": text_size_of(request),
        "LANGUAGE_CODE": getattr(request, "LANGUAGE_CODE", "en"),
    }
    return HttpResponse(render_to_string("pages/error.html", words), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, 400, _("We could not read what your browser sent. Please go back and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(request, 403, _("Your sign-in does not open this page. Nothing was changed."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return told(
        request, 404, _("There is nothing at this address. Please check it, or go to the start page.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    sentence = _("This is our fault. What you sent before is kept. Please try again in a minute.")
    return told(request, 500, sentence)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF check refused a form: usually a page that stood open since an earlier sign-in."""
    sentence = _(
        "This page was open too long. Nothing was sent. Please go back, reload the page and try again."
    )
    return told(request, 403, sentence, title=_("Please load the page again"))
