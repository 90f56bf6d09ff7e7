"""Names of channel groups: unguessable, so that nobody who can reach Redis can pick a consult."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from .context import current_tenant


def group_of(kind: str, thing: UUID | str) -> str:
    """The group of one thing of the acting tenant."""
    told = f"{kind}/{current_tenant()}/{thing}".encode()
    key = ("housestaff groups " + settings.SECRET_KEY).encode()
    return f"{kind}.{hmac.new(key, told, hashlib.sha256).hexdigest()[:40]}"
