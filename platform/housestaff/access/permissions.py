"""Default deny: a view names the permission of each action, or nobody comes in."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from . import roles


class DeniedByDefault(BasePermission):
    """Asks the table for the permission that the view names for this action."""

    def has_permission(self, request: Request, view: Any) -> bool:
        member: Any = request.user
        if member is None:
            raise NotAuthenticated
        if getattr(view, "action", None) is None:  # a method that no action serves: answered with 405
            return True
        name = getattr(view, "permissions", {}).get(view.action)
        identity: Any = request.auth
        scopes = identity.scopes
        return name is not None and roles.allows(name, member.role) and (not scopes or name in scopes)
