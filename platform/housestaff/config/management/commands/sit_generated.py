"""`manage.py sit_generated`: the inside of `manage.py simulate_consults`, run in a house of its own."""

import argparse
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from housestaff.consults.warming import warm
from housestaff.learning.exam.generated.patients import Material, generate
from housestaff.learning.exam.generated.visit import visit
from housestaff.learning.exam.hall import Hall
from housestaff.learning.exam.parts import Case, Outcome
from housestaff.learning.exam.running import Kept, Task, go_through


class Command(BaseCommand):
    help = "Not for hands: `manage.py simulate_consults` starts this in a house of its own."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument("--out", type=Path)
        parser.add_argument("--many", type=int)
        parser.add_argument("--seed", type=int)
        parser.add_argument("--which")

    def handle(self, *args: Any, **options: Any) -> None:
        # There is no broker here: a turn is answered by who posed it, and nudges are lost on purpose.
        logging.getLogger("housestaff").setLevel(logging.ERROR)
        warm(turns=True)  # not inside the first patients' transactions
        hall = Hall()
        material = Material(hall.pack, settings.HOUSESTAFF["SPECIALTIES"])
        seed = options["seed"]
        wanted = [
            Task(options["which"], "generated", seed, Case(f"{seed}-{number:04}", "told", number))
            for number in range(options["many"])
        ]

        def sit(task: Task) -> Outcome:
            return visit(hall, task.which, generate(material, task.case.shape, seed))

        kept = Kept(options["out"] / "consults.jsonl")
        kept.forget_failed()
        if not go_through(wanted, sit, kept, self._say):
            raise CommandError("stopped")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
