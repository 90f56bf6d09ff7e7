"""`manage.py make_catalogs`: bring the catalogues up to the sentences that stand in code and templates."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from housestaff.pages import catalogs


class Command(BaseCommand):
    help = "Collect every sentence into the catalogues; with --check only say what lacks a translation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for language in catalogs.LANGUAGES:
            if not options["check"]:
                catalogs.save(language, catalogs.update(language))
            for line in (missing := catalogs.untranslated(language)):
                self.stdout.write(line)
            self.stdout.write(f"{language}: {len(missing)} sentences without a translation")
