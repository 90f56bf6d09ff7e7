"""`manage.py train_adapter <specialty>`: one LoRA adapter from a pack, written beside it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.packs import PackProblems, load_pack
from housestaff.learning.engine_python import ROOT, NoEngineEnvironment, run_module


class Command(BaseCommand):
    help = "Train a specialty's adapter from its pack. Ctrl-C keeps a checkpoint; --resume goes on, also after kill -9."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument("--out", help="default: specialties/<specialty>/adapter")
        parser.add_argument("--base", default="models/housestaff-nano")
        parser.add_argument("--minutes", type=float, default=12)
        parser.add_argument("--steps", type=int, help="default: the pack's recipe")
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["specialty"]
        pack = ROOT / "specialties" / slug
        try:
            load_pack(pack)
        except (PackProblems, OSError) as problem:
            raise CommandError(f"The pack {slug} cannot be taught: {problem}") from None
        out = Path(options["out"]) if options["out"] else pack / "adapter"
        arguments = ["--pack", str(pack), "--base", str(ROOT / options["base"]), "--out", str(out.absolute())]
        arguments += ["--work", str(ROOT / "var/training/adapters"), "--minutes", str(options["minutes"])]
        arguments += [
            "--threads",
            str(options["threads"]),
            "--command",
            "manage.py " + " ".join(sys.argv[1:]),
        ]
        arguments += ["--steps", str(options["steps"])] if options["steps"] else []
        arguments += ["--resume"] if options["resume"] else []
        try:
            status = run_module("housestaff.learning.worker", arguments)
        except NoEngineEnvironment as missing:
            raise CommandError(str(missing)) from None
        if status != 0:
            raise CommandError(
                "No adapter was written; the reason stands above. A checkpoint is kept: --resume."
            )
