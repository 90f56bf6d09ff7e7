"""The base of every API view: a permission a method, named in one table; what is not named is denied."""

from typing import ClassVar, cast
from uuid import UUID

from rest_framework.viewsets import ViewSet

from housestaff.people.models import Membership

from .errors import NotFound


class HouseViewSet(ViewSet):
    """`permissions` maps each action to a name in roles.TABLE."""

    permissions: ClassVar[dict[str, str]] = {}

    @property
    def member(self) -> Membership:
        """Who asks."""
        return cast(Membership, self.request.user)


def uuid_or_404(text: str) -> UUID:
    """An id from a URL; what is no id is simply not there."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
