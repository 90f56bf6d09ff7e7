"""`manage.py simulate_consults <specialty>`: hundreds of generated patients through the real path, and what came of them."""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.adapters import BadAdapter, check_adapter, read_base
from housestaff.agents.packs import PackProblems, load_pack
from housestaff.config import env
from housestaff.config.local.errors import StartError
from housestaff.config.local.exam_house import OWNER, EngineKind, exam_house, published
from housestaff.config.onboarding import adapter_folder
from housestaff.learning import results
from housestaff.learning.exam.generated import drawing, summary
from housestaff.learning.exam.running import Kept

NAME = "simulate_consults"


class Command(BaseCommand):
    help = (
        "Put generated patients through the platform's real path in a house of its own: does every consult end in a stored "
        "outcome? One that was stopped or killed goes on with the same command; --fresh begins anew."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument("--many", type=int, default=500, help="consults; half English, half Chinese")
        parser.add_argument("--seed", type=int, default=1, help="other patients")
        parser.add_argument(
            "--engine", choices=["instant", "real"], default="instant", help="no model at all, or vLLM"
        )
        parser.add_argument("--fresh", action="store_true", help="forget what was done before")
        parser.add_argument(
            "--results", action="store_true", help="also write docs/results.md and its picture"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A polite kill clears the house away too, as Ctrl-C does.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
        slug, many, seed, engine = (options[name] for name in ("specialty", "many", "seed", "engine"))
        base = Path(settings.HOUSESTAFF["BASE_MODEL"])
        try:
            pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / slug)
            folder = adapter_folder(slug)
            adapter = check_adapter(folder, read_base(base)) if folder else None
        except (PackProblems, BadAdapter) as problem:
            raise CommandError(str(problem)) from None
        about = {
            "specialty": slug,
            "engine": engine,
            "command": f"manage.py {NAME} {slug} --many {many} --seed {seed} --engine {engine}",
            "pack": pack.digest,
            "adapter": adapter.digest if adapter else "",
            "base": read_base(base).digest,
        }
        digests = f"{pack.digest[:8]}-{about['adapter'][:8] or 'base'}"
        out = env.ROOT / "var" / "consults" / f"{slug}-{engine}-{seed}-{digests}"
        if options["fresh"]:
            (out / "consults.jsonl").unlink(missing_ok=True)
        before = Kept(out / "consults.jsonl")
        before.forget_failed()
        try:
            if len(before.rows) < many:
                self._open(slug, str(base), folder, engine, out, many, seed)
        except (StartError, BadAdapter) as problem:
            raise CommandError(str(problem)) from None
        rows = list(Kept(out / "consults.jsonl").rows.values())[:many]
        found = summary.summary(rows, about)
        picture = drawing.plot(found)
        (out / "summary.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (out / "consults.svg").write_text(picture, encoding="utf-8")
        self.stdout.write(f"{summary.table(found)}\n\n{out}/summary.json, consults.svg, consults.jsonl")
        if options["results"]:
            name = f"images/consults-{slug}.svg"
            (env.ROOT / "docs" / name).write_text(picture, encoding="utf-8")
            results.put(env.ROOT / "docs" / "results.md", slug, summary.section(found, name), made_by=NAME)
        if found["errors"] or found["without_outcome"]:
            raise CommandError(f"Not every consult ended as it must; what went wrong stands in {out}.")

    def _open(
        self, slug: str, base: str, folder: Path | None, engine: EngineKind, out: Path, many: int, seed: int
    ) -> None:
        self.stdout.write("starting a database and an engine for the consults")
        with exam_house(base, engine) as house:
            house.specialties = settings.HOUSESTAFF["SPECIALTIES"]
            house.serve(published(house, folder, slug) if folder else None)
            prepare = ["sit_exam", slug, "--prepare", *(["--adapter", str(folder)] if folder else [])]
            if house.run(*prepare, role=OWNER) != 0:
                raise StartError("The hall could not be furnished; the reason stands above.")
            which = "adapter" if folder else "base"
            told = ["--out", str(out), "--many", str(many), "--seed", str(seed), "--which", which]
            if house.run("sit_generated", slug, *told) != 0:
                raise StartError("It was stopped. What was done is kept; the same command goes on.")
