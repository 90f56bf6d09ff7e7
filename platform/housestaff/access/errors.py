"""Problem objects (RFC 9457): every error a client sees, in words its reader knows."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from housestaff.privacy.consents import ConsentMissing, UnknownConsent
from housestaff.tenancy.away import database_is_away


class Problem(Exception):
    """A refusal that a person can understand. Nothing was changed; nothing of theirs is lost."""

    status = 400
    code = "refused"

    def __init__(self, detail: str, *, code: str = "", status: int = 0, **extras: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.status = status or self.status
        self.extras = extras


class NotFound(Problem):
    """No such thing, or a thing whose existence the caller may not know: the same answer."""

    status = 404
    code = "not_found"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or _("There is nothing here."))


class Conflict(Problem):
    """It cannot be done now, because of what happened meanwhile."""

    status = 409
    code = "conflict"


class TooMany(Problem):
    """Too much in a minute; carries when to try again."""

    status = 429
    code = "too_many"


def body(status: int, code: str, detail: str, **extras: Any) -> dict[str, Any]:
    """The JSON of a problem object."""
    return {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "code": code,
        **extras,
    }


def title_of(status: int) -> str:
    """A short title for a status, in the reader's language."""
    return {
        400: _("This could not be read"),
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not possible here"),
        406: _("Not a known format"),
        409: _("Something changed meanwhile"),
        413: _("Too long"),
        415: _("Not a known format"),
        429: _("Too many at once"),
        503: _("Not available just now"),
    }.get(status, _("Something went wrong"))


def as_problem(error: Exception) -> tuple[dict[str, Any], dict[str, str]] | None:
    """(body, headers) for an exception that is an answer; None for a bug."""
    match error:
        case Problem():
            headers = {"Retry-After": str(error.extras["retry_after"])} if error.status == 429 else {}
            return body(error.status, error.code, error.detail, **error.extras), headers
        case ConsentMissing():
            language = get_language() or "en"
            text = error.text
            words = text.text.get(language) or text.text["en"]
            detail = _("Please read and answer the consent first.")
            extras: dict[str, Any] = {"purpose": text.purpose, "version": text.version, "text": words}
            if error.card:
                extras["card"] = error.card
            return body(403, "consent_required", detail, **extras), {}
        case UnknownConsent():
            return body(
                400, "unknown_consent", _("This consent text is not the current one."), field="version"
            ), {}
        case Http404():
            return body(404, "not_found", _("There is nothing here.")), {}
        case PermissionDenied() | exceptions.PermissionDenied():
            return body(403, "forbidden", _("Your role does not allow this.")), {}
        case exceptions.NotAuthenticated():
            return body(401, "not_authenticated", _("Please sign in first.")), {"WWW-Authenticate": "Bearer"}
        case exceptions.AuthenticationFailed():
            detail = _("This token is unknown, expired or revoked.")
            return body(401, "bad_token", detail), {"WWW-Authenticate": "Bearer"}
        case exceptions.ParseError():
            return body(400, "not_json", _("The body is not valid JSON.")), {}
        case exceptions.ValidationError():
            detail = _("Some fields are missing or wrong.")
            return body(400, "invalid", detail, errors=_printable(error.detail)), {}
        case exceptions.MethodNotAllowed():
            return body(405, "method_not_allowed", _("This cannot be done at this address.")), {}
        case exceptions.UnsupportedMediaType():
            return body(415, "unsupported_media_type", _("Please send JSON.")), {}
        case exceptions.NotAcceptable():
            return body(406, "not_acceptable", _("The answer is JSON; please accept it.")), {}
        case _ if database_is_away(error):
            # The database is away or a lock was not had in time: nothing was acknowledged, the client tries again.
            detail = _("The service is busy. Nothing was lost; please try again.")
            return body(503, "try_again", detail), {"Retry-After": "2"}
        case exceptions.APIException():  # what the framework may still refuse: never a page that says "our fault"
            return body(error.status_code, error.default_code, _("This could not be done.")), {}
    return None


def _printable(told: Any) -> Any:
    """Messages may quote what was sent; half a character (a lone surrogate) cannot be sent back."""
    if isinstance(told, dict):
        return {str(name): _printable(part) for name, part in told.items()}
    if isinstance(told, (list, tuple)):
        return [_printable(part) for part in told]
    return str(told).encode("utf-8", "replace").decode()


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    answer = as_problem(error)
    if answer is None:
        return None
    content, headers = answer
    return Response(
        content, status=content["status"], headers=headers, content_type="application/problem+json"
    )
