"""`manage.py train_second_reader`: learn the second reader of the raw text from the packs' practice stations."""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.packs import PackProblems, load_pack, pack_folders
from housestaff.consults import knowledge
from housestaff.consults.second_reader import (
    ANSWERS_FILE,
    COMPLAINTS_FILE,
    WANTS_FILE,
    features,
    file_of,
    linear,
    sparse,
    stored,
)
from housestaff.learning.engine_python import Job, NoEngineEnvironment, run_modules
from housestaff.learning.exam.stations import BadStation
from housestaff.learning.second_reader import telling, texts

HERE = Path(texts.__file__).parent
# The thresholds and figures of the last cross-validation, with the names of the trainings they are of.
THRESHOLDS = HERE / "thresholds.json"
# What decides how readers come out: when one of these files changes, they are made again.
SHARED = (Path(features.__file__), Path(stored.__file__), HERE / "train.py")
READERS = (*SHARED, Path(linear.__file__), texts.TELLINGS)
TOLD = (*SHARED, Path(sparse.__file__), HERE / "train_told.py")
TELLERS = (*TOLD, Path(knowledge.__file__))
ANSWERERS = (*TOLD, HERE / "train_answers.py")
Rows = Sequence[texts.Taught | texts.Wanted]


class Command(BaseCommand):
    help = "Train the readers of messages; one that was made from the same texts and code is left as it is."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="train although nothing has changed")
        parser.add_argument(
            "--cross-validate",
            action="store_true",
            help=f"write the thresholds of what has changed to {THRESHOLDS.name}, for trainings of the same texts",
        )
        parser.add_argument("--out", type=Path, help="default: HOUSESTAFF_SECOND_READER")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"] or settings.HOUSESTAFF["SECOND_READER"]
        specialties: Path = settings.HOUSESTAFF["SPECIALTIES"]
        try:
            lessons = _lessons(specialties, out.name)
            packs = _packs(specialties)
            answers = {ANSWERS_FILE: _answers(specialties)}
        except (BadStation, PackProblems, texts.SealedText) as problem:
            raise CommandError(str(problem)) from None
        known = kept_thresholds()
        kept = {} if options["cross_validate"] and options["again"] else known
        old = {
            name: (digest, held)
            for name, (digest, held) in {**lessons, **packs, **answers}.items()
            if options["again"]
            or _name_of(out.with_name(name)) != digest
            or (options["cross_validate"] and digest not in known)
        }
        if not old:
            self.stdout.write("The readers of messages are up to date.")
            return
        self.stdout.write(f"training {len(old)} readers of messages: {', '.join(sorted(old))}")
        jobs = []
        for module, mine in (("train", lessons), ("train_told", packs), ("train_answers", answers)):
            wanted = {
                name: {"name": old[name][0], "rows": old[name][1], "kept": kept.get(old[name][0])}
                for name in mine
                if name in old
            }
            if tried := [name for name, lesson in wanted.items() if lesson["kept"] is None]:
                self.stdout.write(f"with cross-validation, which takes longer: {', '.join(tried)}")
            if wanted:
                words = json.dumps(wanted, ensure_ascii=False)
                jobs.append(
                    Job(f"housestaff.learning.second_reader.{module}", ["--out", str(out.parent)], words)
                )
        try:
            # The first, of all messages, needs the most memory, and has the machine to itself.
            status = run_modules(*jobs[:1]) or run_modules(*jobs[1:])
        except NoEngineEnvironment as missing:
            raise CommandError(str(missing)) from None
        if status != 0:
            raise CommandError("The readers of messages could not be trained; the reason stands above.")
        if options["cross_validate"]:
            _keep(out, [*lessons, *packs, *answers])
            self.stdout.write(f"{THRESHOLDS.name}: new thresholds of {len(old)} readers")


def _lessons(specialties: Path, first: str) -> dict[str, tuple[str, Any]]:
    """File → (the name of its training, its rows), for the readers that all packs share."""
    held: dict[str, Rows] = {
        first: texts.taught(specialties),
        WANTS_FILE: texts.wanted(specialties),
        COMPLAINTS_FILE: texts.openings(specialties),
    }
    return {name: (texts.digest(rows, READERS), [asdict(row) for row in rows]) for name, rows in held.items()}


def _packs(specialties: Path) -> dict[str, tuple[str, Any]]:
    """File → (the name of its training, its rows by part), for each pack's own readers."""
    found = {}
    packs = {folder: load_pack(folder) for folder in pack_folders(specialties)}
    asked = {folder: telling.questions(folder, pack) for folder, pack in packs.items()}
    for folder, pack in packs.items():
        parts = {
            "facts": telling.facts(folder, pack),
            "questions": asked[folder],
            "elsewhere": [unit for other, units in asked.items() if other != folder for unit in units],
        }
        name = texts.digest([unit for units in parts.values() for unit in units], TELLERS)
        found[file_of(pack.slug)] = (
            name,
            {part: [asdict(unit) for unit in units] for part, units in parts.items()},
        )
    return found


def _answers(specialties: Path) -> tuple[str, Any]:
    """The name of the training of answers, and the answers to every pack's questions."""
    rows = []
    for folder in pack_folders(specialties):
        pack = load_pack(folder)
        rows += [(pack.slug, unit) for unit in telling.answers(folder, pack)]
    name = texts.digest([unit for _, unit in rows], ANSWERERS)
    return name, [asdict(unit) | {"specialty": slug} for slug, unit in rows]


def kept_thresholds() -> dict[str, Any]:
    """The name of a training → the limits and figures that cross-validation found for it."""
    try:
        held: dict[str, Any] = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {one["name"]: one for one in held.values()}


def names(specialties: Path, first: str) -> dict[str, str]:
    """File → the name that a training of today's texts has."""
    lessons = {**_lessons(specialties, first), **_packs(specialties), ANSWERS_FILE: _answers(specialties)}
    return {file: name for file, (name, _) in lessons.items()}


def _keep(out: Path, made: Iterable[str]) -> None:
    """Write the thresholds of these readers, as their files hold them."""
    found = {}
    for file in sorted(made):
        held = json.loads(out.with_name(file).read_text(encoding="utf-8"))
        limits = held.get("limits") or {part: its["limits"] for part, its in held["parts"].items()}
        found[file] = {"name": held["name"], "limits": limits, "figures": held["figures"]}
    THRESHOLDS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _name_of(path: Path) -> str:
    try:
        head = path.open(encoding="utf-8").read(200)
    except FileNotFoundError:
        return ""
    return head.partition('"name": "')[2].partition('"')[0]
