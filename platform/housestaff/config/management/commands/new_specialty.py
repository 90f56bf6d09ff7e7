"""`manage.py new_specialty <slug>`: a folder for a clinician to write in, copied from the template."""

import re
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

SLUG = re.compile(r"[a-z][a-z0-9_]{1,40}\Z")


class Command(BaseCommand):
    help = "Start a new specialty pack from specialties/_template; check_packs then says what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="small letters, digits and _, such as eye_care")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, root = options["slug"], Path(settings.HOUSESTAFF["SPECIALTIES"])
        if not SLUG.match(slug):
            raise CommandError(f"“{slug}” cannot be a folder's name here: use small letters, digits and _.")
        folder = root / slug
        if folder.exists():
            raise CommandError(f"specialties/{slug} is there already. Nothing was changed.")
        draft = root / f".{slug}.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(root / "_template", draft)
        head = draft / "pack.yaml"
        text = re.sub(r"(?m)^slug: .*$", f"slug: {slug}", head.read_text(encoding="utf-8"), count=1)
        head.write_text(text, encoding="utf-8")
        for drawer in ("practice", "sealed"):
            (draft / "stations" / drawer).mkdir(parents=True)
        draft.rename(folder)
        self.stdout.write(
            f"specialties/{slug} is ready to write in. Begin with pack.yaml (name, scope, complaints); specialties/README.md"
            f" teaches each file.\nThen: manage.py check_packs {slug}"
        )
