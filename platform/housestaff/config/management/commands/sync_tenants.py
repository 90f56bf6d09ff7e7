"""`manage.py sync_tenants`: read every declaration and every pack, then apply all or nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.adapters import BadAdapter
from housestaff.agents.base_card import BadCard
from housestaff.agents.packs import Pack, PackProblems, load_pack, pack_folders
from housestaff.config import onboarding
from housestaff.people.actions import NameTaken
from housestaff.tenancy.declarations import BadDeclarations, read_all


class Command(BaseCommand):
    help = "Validate tenants/ and specialties/, then apply all declarations or none (run as the database's owner)."

    def handle(self, *args: Any, **options: Any) -> None:
        packs = self._packs()
        try:
            declared = read_all(settings.HOUSESTAFF["TENANTS"], set(packs))
        except BadDeclarations as error:
            raise CommandError("\n".join([*error.problems, "Nothing was applied."])) from None
        try:
            done = onboarding.apply_all(declared, packs)
        except (BadAdapter, BadCard, NameTaken) as error:
            raise CommandError(f"{error}\nNothing was applied.") from None
        for applied in done:
            self.stdout.write(f"{applied.tenant}: " + "; ".join(applied.lines))

    def _packs(self) -> dict[str, Pack]:
        packs: dict[str, Pack] = {}
        problems: list[str] = []
        for folder in pack_folders(settings.HOUSESTAFF["SPECIALTIES"]):
            try:
                pack = load_pack(folder)
                packs[pack.slug] = pack
            except PackProblems as error:
                problems.append(str(error))
        if problems:
            raise CommandError("\n".join([*problems, "Nothing was applied. Run check_packs for advice."]))
        return packs
