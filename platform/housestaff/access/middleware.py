"""Every HTTP request acts for the tenant of its membership, in one transaction that an error rolls back."""

from collections.abc import Callable

from django.db import Error, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from housestaff.people.models import Membership
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.fault_points import fault_point

from .errors import as_problem
from .identity import BadToken, Identity, from_header, from_session, membership


class HouseRequest(HttpRequest):
    """A request after ActingTenant: who it is from, or why not."""

    membership: Membership | None
    identity: Identity | None
    bad_token: bool


class ActingTenant:
    """Find the membership, act for its tenant, and roll back whatever answered with an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HouseRequest) -> HttpResponse:
        try:
            return self._answer(request)
        except Error as error:
            # The database went away before the view or at its COMMIT: the client may try again with its key.
            answer = as_problem(error)
            if answer is None or not request.path.startswith("/api/"):
                raise
            content, headers = answer
            return JsonResponse(
                content, status=content["status"], headers=headers, content_type="application/problem+json"
            )

    def _answer(self, request: HouseRequest) -> HttpResponse:
        request.membership = request.identity = None
        request.bad_token = False
        try:
            identity = from_header(request.headers.get("Authorization", ""))
            if identity is None and hasattr(request, "session"):
                identity = from_session(request.session)
        except BadToken:
            request.bad_token = True
            identity = None
        if identity is None:
            return self.get_response(request)
        with acting_for(identity.tenant):
            request.membership = membership(identity)
            request.identity = identity if request.membership else None
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        fault_point("web.after_commit")
        return response
