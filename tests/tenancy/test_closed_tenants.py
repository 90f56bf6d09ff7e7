"""A tenant that was closed: its tokens and sessions open nothing, at once."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from housestaff.access import tokens
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant

from tests.factories.people import make_cast


def test_a_closed_tenant_lets_nobody_in(scratch: str, as_superuser: Callable[[str, str], None]) -> None:
    tenant = Tenant.objects.get(slug="riverside").id
    with acting_for(tenant):
        cast = make_cast(tenant)
        token = tokens.mint(membership=cast.patient, label="t", lasts=timedelta(hours=1))
    bearer = Client(headers={"Authorization": f"Bearer {token}"})
    browser = Client()
    browser.force_login(cast.patient.user)
    for client in (bearer, browser):
        assert client.get("/api/v1/agents/").status_code == 200
    as_superuser(scratch, "UPDATE tenancy_tenant SET active = false WHERE slug = 'riverside'")
    for client in (bearer, browser):
        assert client.get("/api/v1/agents/").status_code == 401
