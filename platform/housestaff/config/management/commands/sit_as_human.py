"""`manage.py sit_as_human <specialty> --initials AB --part A`: a person sits the same stations, blind."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.packs import PackProblems, load_pack
from housestaff.config import env
from housestaff.learning.exam import human, planting, report, stations
from housestaff.learning.exam.running import Kept


class Command(BaseCommand):
    help = (
        "Sit the stations yourself, as a baseline beside the agent: in an order of your own, without ids, labels or grades. "
        "“quit” stops; the same command goes on from there. `manage.py exam` then shows you in its table."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument("--initials", required=True, help="how you are called in the table")
        parser.add_argument(
            "--part", action="append", choices=human.LETTERS, help="only this part; may be repeated"
        )
        parser.add_argument("--seed", type=int, default=1, help="another order")
        parser.add_argument("--most", type=int, default=0, help="at most so many cases of each part")
        parser.add_argument(
            "--practice", action="store_true", help="the practice stations, to learn the desk"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, drawer = options["specialty"], "practice" if options["practice"] else "sealed"
        specialties: Path = settings.HOUSESTAFF["SPECIALTIES"]
        try:
            who = human.name_of(options["initials"])
            pack = load_pack(specialties / slug)
            held = stations.read(specialties, slug, drawer)
        except (PackProblems, stations.BadStation, ValueError) as problem:
            raise CommandError(str(problem)) from None
        exams = env.ROOT / "var" / "exams"
        folder = human.place(exams, slug, drawer, pack)
        kept = Kept(folder / f"{options['initials'].upper()}.jsonl")
        letters = options["part"] or human.LETTERS
        with tempfile.TemporaryDirectory(
            prefix="hs-desk-"
        ) as planted:  # the same articles that an agent sits with
            planting.plant(specialties, pack, Path(planted))
            seen = load_pack(Path(planted) / slug)
            human.sit(seen, held, who, letters, options["seed"], kept, Terminal(self), options["most"])
        kept.seat_beside(sorted(exams.glob(f"{slug}-{drawer}-{pack.digest[:8]}-*/outcomes.jsonl")))
        found = report.report(kept, {"specialty": slug, "drawer": drawer, "pack": pack.digest})
        if found["candidates"]:
            self.stdout.write(report.table(found))


class Terminal:
    """Standard input and output as the desk."""

    def __init__(self, command: BaseCommand):
        self.out = command.stdout

    def tell(self, text: str) -> None:
        """A line."""
        self.out.write(text)
        self.out.flush()

    def ask(self, prompt: str) -> str:
        """A line of input; "quit", its end or Ctrl-C stop the sitting."""
        try:
            words = input(f"{prompt}: ")
        except (EOFError, KeyboardInterrupt):
            raise human.Stopped from None
        if words.strip().lower() == "quit":
            raise human.Stopped
        return words
