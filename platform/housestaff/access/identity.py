"""Who a request is from: a bearer token or a session cookie, each leading to one membership of one tenant."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from housestaff.people.models import Clinician, Membership, User
from housestaff.people.queries import membership_of
from housestaff.tenancy.known import known
from housestaff.tenancy.models import Tenant

from .tokens import bearer_of


class BadToken(Exception):
    """A token was sent and it is not good."""


@dataclass(frozen=True)
class Identity:
    """A membership of a tenant, and what the door it came through allows. Empty scopes: all the role holds."""

    tenant: UUID
    membership: UUID
    scopes: frozenset[str]
    by_token: bool


def from_header(authorization: str) -> Identity | None:
    """The identity of an Authorization header; None where there is none; raises BadToken."""
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    bearer = bearer_of(token.strip()) if scheme.lower() == "bearer" else None
    if bearer is None:
        raise BadToken
    return Identity(bearer.tenant, bearer.membership, bearer.scopes, by_token=True)


def from_session(session: SessionBase) -> Identity | None:
    """The identity of a signed-in session; a changed password or a closed account ends it."""
    user_id = session.get(SESSION_KEY)
    if not user_id:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    known = str(session.get(HASH_SESSION_KEY) or "")
    if user is None or not constant_time_compare(known, user.get_session_auth_hash()):
        return None
    found = membership_of(user.id)
    return Identity(found[0], found[1], frozenset(), by_token=False) if found else None


def membership(identity: Identity) -> Membership | None:
    """The membership row, read while its tenant is acting."""
    row = Membership.objects.find("id = %s AND active", identity.membership)
    if row is not None:
        row.tenant = known(Tenant, row.tenant_id)
        if row.clinician_id is not None:
            row.clinician = known(Clinician, row.clinician_id)
    return row
