"""`manage.py audit verify`: walk every tenant's audit chain; exit 1 when a record was edited, removed or moved."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from housestaff.privacy import audit
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant


class Command(BaseCommand):
    help = "Verify the audit chain of every tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--tenant", help="only this tenant's slug")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
        if not tenants:
            raise CommandError("There is no such tenant.")
        broken = 0
        for tenant in tenants:
            with acting_for(tenant.id):
                verdict = audit.verify()
            state = "intact" if not verdict.problems else "BROKEN"
            self.stdout.write(
                f"{tenant.slug}: {verdict.links} links, {verdict.unsealed} not sealed yet: {state}"
            )
            for problem in verdict.problems:
                self.stdout.write(f"  {problem}")
            broken += bool(verdict.problems)
        if broken:
            raise CommandError(f"{broken} audit chain(s) do not hold.")
