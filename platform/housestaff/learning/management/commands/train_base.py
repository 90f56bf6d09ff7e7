"""`manage.py train_base`: train `housestaff-nano` from scratch, or go on with --resume; --export writes the model."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from housestaff.learning.engine_python import ROOT, NoEngineEnvironment, run_module


class Command(BaseCommand):
    help = "Train the small base. Ctrl-C saves a checkpoint; --resume goes on; a finished run is exported."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--minutes", type=float, default=55, help="stop after so many minutes of training"
        )
        parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint")
        parser.add_argument(
            "--export", action="store_true", help="train nothing; export the newest checkpoint"
        )
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--work", default="var/training/base")
        parser.add_argument("--out", default="models/housestaff-nano")

    def handle(self, *args: Any, **options: Any) -> None:
        command = "manage.py train_base " + " ".join(sys.argv[2:])
        work = str(ROOT / options["work"])
        try:
            if not options["export"]:
                arguments = ["--work", work, "--command", command.strip()]
                arguments += [f"--{name}={options[name]}" for name in ("minutes", "seed", "threads")]
                arguments += ["--resume"] if options["resume"] else []
                if run_module("housestaff.learning.base.train", arguments) != 0:
                    raise CommandError("Stopped before the end. The checkpoint is kept: go on with --resume.")
            status = run_module(
                "housestaff.learning.base.export", ["--work", work, "--out", str(ROOT / options["out"])]
            )
        except NoEngineEnvironment as missing:
            raise CommandError(str(missing)) from None
        if status != 0:
            raise CommandError("The export failed; the reason stands above.")
