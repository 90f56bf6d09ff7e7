"""Minting and checking bearer tokens (RFC 6750). 256 random bits, so a plain sha256 is enough to store."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from housestaff.people.models import Membership
from housestaff.privacy import audit

from .models import AccessToken

PREFIX = "hst_"


@dataclass(frozen=True)
class TokenBearer:
    """What a valid token says: which membership of which tenant, with which scopes (empty: all of the role)."""

    tenant: UUID
    membership: UUID
    token: UUID
    scopes: frozenset[str]
    expires_at: datetime


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def mint(
    *,
    membership: Membership,
    label: str,
    lasts: timedelta,
    scopes: list[str] | None = None,
    by: audit.Actor | None = None,
) -> str:
    """A new token of the acting tenant, returned once."""
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = AccessToken.objects.create(
            membership=membership,
            hash=_hash(token),
            scopes=scopes or [],
            label=label,
            expires_at=timezone.now() + lasts,
        )
        audit.record("token.mint", by=by, kind="token", object_id=row.id, membership=str(membership.id))
    return token


def revoke_all(*, label: str, by: audit.Actor | None = None) -> int:
    """Revoke the acting tenant's tokens of one label (the demo's, at each start)."""
    with transaction.atomic():
        count = AccessToken.objects.filter(label=label, revoked_at__isnull=True).update(
            revoked_at=timezone.now()
        )
        audit.record("token.revoke", by=by, kind="token", label=label, count=count)
    return count


def bearer_of(token: str) -> TokenBearer | None:
    """Who holds this token, or None when it is unknown, expired or revoked."""
    if not token.startswith(PREFIX) or len(token) > 200:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant_id, membership_id, token_id, scopes, expires_at FROM access_token_bearer(%s)",
            [_hash(token)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return TokenBearer(row[0], row[1], row[2], frozenset(json.loads(row[3])), row[4])
