"""`manage.py sit_exam`: the inside of `manage.py exam`, run in the exam's own house."""

import argparse
import logging
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.catalogue import pack_for
from housestaff.consults.warming import warm
from housestaff.learning.exam import stations
from housestaff.learning.exam.hall import Hall, furnish
from housestaff.learning.exam.parts import PARTS
from housestaff.learning.exam.running import Kept, sit_all, tasks


class Command(BaseCommand):
    help = "Not for hands: `manage.py exam` starts this in a house of its own."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument("--prepare", action="store_true")
        parser.add_argument("--adapter", type=Path)
        parser.add_argument("--out", type=Path)
        parser.add_argument("--stations", type=Path)
        parser.add_argument("--drawer", default="sealed")
        parser.add_argument("--runs", type=int, default=1)
        parser.add_argument("--which", action="append", default=[])
        parser.add_argument("--part", action="append", default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        # There is no broker in the hall: a turn is answered by who posed it, and nudges are lost on purpose.
        logging.getLogger("housestaff").setLevel(logging.ERROR)
        slug = options["specialty"]
        if options["prepare"]:
            furnish(pack_for(slug), options["adapter"])
            return
        warm(turns=True)  # not inside the first cases' transactions
        hall = Hall()
        held = stations.read(options["stations"], slug, options["drawer"])
        wanted = tasks(
            hall, held, which=options["which"], parts=options["part"] or list(PARTS), runs=options["runs"]
        )
        if not sit_all(hall, held, wanted, Kept(options["out"] / "outcomes.jsonl"), self._say):
            raise CommandError("stopped")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
