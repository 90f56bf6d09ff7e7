"""`manage.py seed_demo`: invented patients, and who can sign in to the demo, with passwords and tokens minted anew."""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from housestaff.access import tokens
from housestaff.people import actions as people
from housestaff.people.models import Guardianship, Membership
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant

LABEL = "demo"
LASTS = timedelta(days=30)
# Invented people: (sign-in, name by the tenant's language, year of birth).
PATIENTS = [
    ("alex", {"en": "Alex Morgan (demo)", "zh-hans": "王一（演示）"}, 1968),
    ("sam", {"en": "Sam Reed (demo)", "zh-hans": "李二（演示）"}, 1959),
    ("kim", {"en": "Kim Hale (demo)", "zh-hans": "赵三（演示）"}, 1983),
]
CHILD = {"en": "Robin Morgan (demo child)", "zh-hans": "王小一（演示儿童）"}


class Command(BaseCommand):
    help = "Make the demo's people and write who can sign in (file mode 0600)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--base-url", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        users: list[dict[str, str]] = []
        for tenant in Tenant.objects.filter(active=True).order_by("slug"):
            with acting_for(tenant.id):
                self._patients(tenant)
                tokens.revoke_all(label=LABEL)
                users += [_account(tenant, member) for member in self._members()]
        _write_private(options["out"], {"base_url": options["base_url"], "users": users})
        self.stdout.write(f"{len(users)} people can sign in; see {options['out']}")

    def _patients(self, tenant: Tenant) -> None:
        for short, name, born in PATIENTS:
            username = f"{short}.{tenant.slug}"
            if Membership.objects.filter(user__username=username).exists():
                continue
            patient = people.register_patient(name=name[tenant.language], born=born)
            people.open_account(
                username=username, password=secrets.token_urlsafe(16), role="patient", patient=patient
            )
            if short == "alex" and not Guardianship.objects.exists():
                child = people.register_patient(name=CHILD[tenant.language], born=2019)
                people.let_act_for(holder=patient, subject=child, relation="child")

    def _members(self) -> list[Membership]:
        rows = Membership.objects.select_related("user").filter(active=True)
        return sorted(rows, key=lambda row: (row.role != "patient", row.role, row.user.username))


def _account(tenant: Tenant, member: Membership) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    member.user.set_password(password)
    member.user.save()
    token = tokens.mint(membership=member, label=LABEL, lasts=LASTS)
    return {
        "tenant": tenant.slug,
        "role": member.role,
        "username": member.user.username,
        "password": password,
        "token": token,
    }


def _write_private(path: Path, told: dict[str, Any]) -> None:
    """Mode 0600 from the first byte; a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(told, file, indent=2, ensure_ascii=False)
        file.write("\n")
    draft.replace(path)
