"""`manage.py evaluate_adapter <specialty>`: base alone against base + adapter on held-out messages, through vLLM."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.adapters import BadAdapter, check_adapter, read_base
from housestaff.agents.packs import load_pack
from housestaff.inference.process import EngineDidNotStart
from housestaff.learning.engine_python import ROOT, NoEngineEnvironment, engine_python
from housestaff.learning.evaluate import evaluate
from housestaff.learning.heldout import MESSAGES
from housestaff.learning.own_engine import BASE_NAME, own_engine
from housestaff.learning.results import put, section


class Command(BaseCommand):
    help = "Ask a vLLM of its own the held-out messages, print the table and write it to docs/results.md."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument("--adapter", help="default: specialties/<specialty>/adapter")
        parser.add_argument("--base", default="models/housestaff-nano")
        parser.add_argument("--messages", type=int, default=MESSAGES, help="for each language")
        parser.add_argument("--results", default="docs/results.md", help="the file to write; '' for none")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, base = options["specialty"], ROOT / options["base"]
        pack = load_pack(ROOT / "specialties" / slug)
        folder = Path(options["adapter"] or ROOT / "specialties" / slug / "adapter")
        try:
            adapter = check_adapter(folder, read_base(base))
            with own_engine(engine_python(), base, {slug: folder}, os.environ) as engine:
                reports = {
                    title: evaluate(engine, pack, model, options["messages"], self.stdout.write)
                    for title, model in (("base alone", BASE_NAME), ("base + adapter", slug))
                }
        except (BadAdapter, NoEngineEnvironment, EngineDidNotStart) as problem:
            raise CommandError(str(problem)) from None
        facts = {
            "messages": str(options["messages"]),
            "command": f"manage.py evaluate_adapter {slug}",
            "adapter": adapter.digest,
            "base": adapter.base_digest,
            "pack": pack.digest,
        }
        text = section(slug, reports, facts)
        self.stdout.write(text)
        if options["results"]:
            put(ROOT / options["results"], slug, text)
