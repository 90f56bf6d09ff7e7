"""DRF's view of what the middleware found: the membership is the user."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class TokenAuthentication(BaseAuthentication):
    """A bearer token. A bad one is 401, never an anonymous request."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        inner: Any = request._request
        if getattr(inner, "bad_token", False):
            raise AuthenticationFailed
        identity = getattr(inner, "identity", None)
        if identity is None or not identity.by_token:
            return None
        return inner.membership, identity

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class MembershipSessionAuthentication(SessionAuthentication):
    """The session cookie, with CSRF on everything that changes something."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        inner: Any = request._request
        identity = getattr(inner, "identity", None)
        if identity is None or identity.by_token:
            return None
        self.enforce_csrf(request)
        return inner.membership, identity
