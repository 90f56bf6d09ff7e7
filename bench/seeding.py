"""Patients for the bench, as the database's owner: `python -m bench.seeding <tenant> <how many>` prints their tokens."""

import json
import secrets
import sys
from datetime import timedelta

import django


def main(tenant: str, count: int) -> None:
    django.setup()
    from housestaff.access import tokens
    from housestaff.people import actions as people
    from housestaff.tenancy.context import acting_for
    from housestaff.tenancy.models import Tenant

    told = []
    with acting_for(Tenant.objects.get(slug=tenant).id):
        for number in range(count):
            patient = people.register_patient(name=f"Patient {number} (bench)", born=1960)
            member = people.open_account(
                username=f"bench{number}.{tenant}",
                password=secrets.token_urlsafe(16),
                role="patient",
                patient=patient,
            )
            token = tokens.mint(membership=member, label="bench", lasts=timedelta(hours=3))
            told.append({"username": member.user.username, "token": token})
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
