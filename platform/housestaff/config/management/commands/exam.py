"""`manage.py exam <specialty>`: an agent sits its stations in a house of their own, and the report is written."""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from housestaff.agents.adapters import BadAdapter, check_adapter, read_base
from housestaff.agents.packs import PackProblems, load_pack
from housestaff.agents.reports import SEALED
from housestaff.config import env
from housestaff.config.local.errors import StartError
from housestaff.config.local.exam_house import OWNER, exam_house, published
from housestaff.config.onboarding import adapter_folder
from housestaff.learning.exam import committed, human, minds, planting, report, stations
from housestaff.learning.exam.parts import PARTS
from housestaff.learning.exam.results import put, write
from housestaff.learning.exam.running import Kept


class Command(BaseCommand):
    help = (
        "Examine a specialty's agent: parts A to G and I, through the real conversation path, adapter on and off. "
        "A killed exam goes on with the same command, unless the code or the readers have changed; --fresh begins anew."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("specialty")
        parser.add_argument(
            "--release", type=Path, help="the adapter's folder; default: the specialty's shipped one"
        )
        parser.add_argument(
            "--part", action="append", choices=sorted(PARTS), help="only this part; may be repeated"
        )
        parser.add_argument("--runs", type=int, default=1, help="how often each simulated patient comes")
        parser.add_argument(
            "--practice", action="store_true", help="sit the practice stations, not the sealed ones"
        )
        parser.add_argument("--only", choices=["adapter", "base"], help="one candidate instead of both")
        parser.add_argument("--fresh", action="store_true", help="forget what was sat before")
        parser.add_argument(
            "--results",
            action="store_true",
            help="also write the table to docs/results.md and the report that releases take their level from",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A polite kill clears the exam's house away too, as Ctrl-C does.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
        slug = options["specialty"]
        base = Path(settings.HOUSESTAFF["BASE_MODEL"])
        drawer = "practice" if options["practice"] else "sealed"
        specialties: Path = settings.HOUSESTAFF["SPECIALTIES"]
        try:
            pack = load_pack(specialties / slug)
            held = stations.read(specialties, slug, drawer)
            folder = options["release"] or adapter_folder(slug)
            adapter = check_adapter(folder, read_base(base)) if folder else None
        except (PackProblems, stations.BadStation, BadAdapter) as problem:
            raise CommandError(str(problem)) from None
        if not any(True for _ in held.texts()):
            raise CommandError(
                f"There are no {drawer} stations for {slug}: write specialties/{slug}/stations/{drawer}/."
            )
        about = {
            "specialty": slug,
            "drawer": drawer,
            "runs": options["runs"],
            "at": timezone.localdate().isoformat(),
            "pack": pack.digest,
            "adapter": adapter.digest if adapter else "",
            "base": read_base(base).digest,
            "mind": minds.digest(settings.HOUSESTAFF["SECOND_READER"], held),
            "command": " ".join(
                part for part in ("manage.py exam", slug, f"--runs {options['runs']}") if part
            ),
        }
        sat = (slug, drawer, pack.digest[:8], about["adapter"][:8] or "base", about["mind"][:8])
        out = env.ROOT / "var" / "exams" / "-".join(sat)
        if options["fresh"]:
            (out / "outcomes.jsonl").unlink(missing_ok=True)
        which = [options["only"]] if options["only"] else (["adapter", "base"] if folder else ["base"])
        try:
            self._sit(slug, base, folder, drawer, out, which, options)
        except (StartError, BadAdapter) as problem:
            raise CommandError(str(problem)) from None
        kept = Kept(out / "outcomes.jsonl")
        # An exam that went on may hold more runs than this call asked for.
        about["runs"] = max((run for _, _, run, _, _ in kept.rows), default=0) + 1
        kept.seat_beside(sorted(human.place(out.parent, slug, drawer, pack).glob("*.jsonl")))
        found = report.report(kept, about)
        if not found["candidates"]:
            raise CommandError("Nothing was sat.")
        write(out, found, report.page(found, kept))
        self.stdout.write(
            f"{report.table(found)}\n\n{slug}: {report.one_line(found)}\nreport: {out}/report.html"
        )
        if options["results"]:
            put(env.ROOT / "docs" / "results.md", found)
            self._commit(slug, found, of_shipped=options["release"] is None)

    def _commit(self, slug: str, found: Mapping[str, Any], *, of_shipped: bool) -> None:
        """Put the report beside the pack, where releases take their level from; only what is shipped, on sealed stations."""
        if found["drawer"] != SEALED or not of_shipped:
            self.stdout.write("Not committed beside the pack: only the shipped adapter's sealed exam is.")
            return
        path = committed.path_of(settings.HOUSESTAFF["SPECIALTIES"], slug)
        try:
            written = committed.write(path, found)
        except committed.BadReport as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{path}: {written.counted.line}")

    def _sit(
        self,
        slug: str,
        base: Path,
        folder: Path | None,
        drawer: str,
        out: Path,
        which: Sequence[str],
        options: dict[str, Any],
    ) -> None:
        specialties: Path = settings.HOUSESTAFF["SPECIALTIES"]
        self.stdout.write("starting a database and an engine for the exam")
        with exam_house(str(base)) as house:
            planting.plant(specialties, load_pack(specialties / slug), house.specialties)
            house.serve(published(house, folder, slug) if folder else None)
            prepare = ["sit_exam", slug, "--prepare", *(["--adapter", str(folder)] if folder else [])]
            if house.run(*prepare, role=OWNER) != 0:
                raise StartError("The examination hall could not be furnished; the reason stands above.")
            sit = ["sit_exam", slug, "--out", str(out), "--runs", str(options["runs"]), "--drawer", drawer]
            sit += ["--stations", str(specialties)]
            sit += [part for candidate in which for part in ("--which", candidate)]
            sit += [part for letter in options["part"] or [] for part in ("--part", letter)]
            if house.run(*sit) != 0:
                raise StartError("The exam was stopped. What was sat is kept; the same command goes on.")
