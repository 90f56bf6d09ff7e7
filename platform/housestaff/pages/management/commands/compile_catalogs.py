"""`manage.py compile_catalogs`: translations as the running house reads them, made without msgfmt."""

from typing import Any

from django.core.management.base import BaseCommand

from housestaff.pages import catalogs


class Command(BaseCommand):
    help = "Compile the translations."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in catalogs.compile_all():
            self.stdout.write(f"{path.relative_to(catalogs.ROOT)}")
