"""Fill the database of a test's house: tables, tenants, releases with weights, patients and their tokens.

python -m tests.faults.seeding <accounts.json>          (as the database's owner)
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

PATIENTS = 6


def main(accounts: Path) -> None:
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # nobody signs in by password
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("sync_tenants")
    from housestaff.tenancy.context import acting_for
    from housestaff.tenancy.models import Tenant

    told: dict[str, Any] = {}
    for tenant in Tenant.objects.filter(active=True):
        with acting_for(tenant.id):
            _give_weights(accounts.parent / tenant.slug)
            told[tenant.slug] = {"id": str(tenant.id), **_people(tenant.id)}
    accounts.write_text(json.dumps(told), encoding="utf-8")


def _give_weights(folder: Path) -> None:
    """A release without an adapter gets one of the right shape, so that engines have something to serve."""
    from django.conf import settings
    from housestaff.agents import actions
    from housestaff.agents.models import Release
    from housestaff.agents.packs import load_pack

    from tests.agents.weights import make_adapter, make_base

    folder.mkdir()
    for release in Release.objects.filter(state="in_service", adapter=None).select_related("agent"):
        base = make_base(folder / "base")
        settings.HOUSESTAFF["BASE_MODEL"] = str(base)
        actions.declare_release(
            agent=release.agent,
            pack=load_pack(settings.HOUSESTAFF["SPECIALTIES"] / release.agent.specialty),
            at_most=release.level,
            adapter=make_adapter(folder / "adapter", base),
        )


def _people(tenant: Any) -> dict[str, Any]:
    from housestaff.access import tokens

    from tests.factories.people import make_cast

    def token(member: Any) -> str:
        return tokens.mint(membership=member, label="faults", lasts=timedelta(hours=2))

    casts = [make_cast(tenant) for _ in range(PATIENTS // 2)]
    return {
        "agent": casts[0].agent.slug,
        "patients": [token(member) for cast in casts for member in (cast.patient, cast.other_patient)],
        "owner": token(casts[0].owner),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
