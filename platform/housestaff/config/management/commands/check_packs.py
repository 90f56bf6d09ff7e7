"""`manage.py check_packs [slug…]`: what is wrong with a pack, in a clinician's words, before anybody meets it."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from housestaff.agents.packs import Pack, PackProblems, Problem, findings, load_pack, pack_folders
from housestaff.agents.packs.loading import GENERAL
from housestaff.consults.red_flags import rehearsal


class Command(BaseCommand):
    help = """Read every pack as it will be used, and say what to mend: file, line, what is wrong, what to write instead.
    What a pack only lacks is told too, and stops nothing."""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="folders of specialties/; all when none is given")
        parser.add_argument("--path", type=Path, help="another specialties folder")

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["path"] or Path(settings.HOUSESTAFF["SPECIALTIES"])
        folders = [root / slug for slug in options["slugs"]] or pack_folders(root)
        broken = missing = 0
        for folder in folders:
            problems = problems_of(folder)
            broken += len(problems)
            self._tell(problems, "Write")
            lacking = [] if problems else findings_of(folder)
            missing += len(lacking)
            self._tell(lacking, "Still missing")
        if broken:
            self.stderr.write(f"{broken} to mend.")
            raise SystemExit(1)
        self.stdout.write(f"{len(folders)} packs read, nothing to mend, {missing} still missing.")

    def _tell(self, problems: list[Problem], instead: str) -> None:
        for problem in problems:
            self.stdout.write(
                f"{problem.file}, line {problem.line}\n  {problem.what}\n  {instead}: {problem.write_instead}\n"
            )


def problems_of(folder: Path) -> list[Problem]:
    """Every problem of one pack; an empty list means that it may be used."""
    if not folder.is_dir():
        return [
            Problem(
                folder.name, 1, "there is no such folder in specialties/.", "check the spelling of its name."
            )
        ]
    try:
        pack: Pack = load_pack(folder)
    except PackProblems as error:
        return list(error.problems)
    return [
        Problem(f"{folder.name}/red_flags.yaml", 1, what, instead)
        for what, instead in rehearsal.problems(pack)
    ]


def findings_of(folder: Path, today: date | None = None) -> list[Problem]:
    """What a pack that may be used still lacks."""
    general = folder.parent / GENERAL
    return findings(load_pack(folder), folder, general, today or date.today())
