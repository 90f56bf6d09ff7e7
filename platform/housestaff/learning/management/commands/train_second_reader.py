"""`manage.py train_second_reader`: learn the second reader of the raw text from the packs' practice stations."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from housestaff.agents.packs import PackProblems
from housestaff.consults.second_reader import COMPLAINTS_FILE, WANTS_FILE, features
from housestaff.learning.engine_python import NoEngineEnvironment, run_module
from housestaff.learning.exam.stations import BadStation
from housestaff.learning.second_reader import texts

CODE = (Path(features.__file__), Path(texts.__file__).with_name("train.py"), texts.TELLINGS)


class Command(BaseCommand):
    help = "Train the second reader; does nothing when the one that is there was made from the same texts and code."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="train although nothing has changed")
        parser.add_argument("--out", type=Path, help="default: HOUSESTAFF_SECOND_READER")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"] or settings.HOUSESTAFF["SECOND_READER"]
        try:
            rows = texts.taught(settings.HOUSESTAFF["SPECIALTIES"])
            wanted = texts.wanted(settings.HOUSESTAFF["SPECIALTIES"])
            openings = texts.openings(settings.HOUSESTAFF["SPECIALTIES"])
        except (BadStation, PackProblems, texts.SealedText) as problem:
            raise CommandError(str(problem)) from None
        files = (out.name, WANTS_FILE, COMPLAINTS_FILE)
        name = texts.digest([*rows, *wanted, *openings], CODE)
        if not options["again"] and all(_name_of(out.with_name(one)) == name for one in files):
            self.stdout.write("The second reader is up to date.")
            return
        self.stdout.write(f"training the second reader on {len(rows)} practice stations and phrasings")
        lessons: dict[str, Sequence[texts.Taught | texts.Wanted]] = {
            "alarm": rows,
            "wants": wanted,
            "complaints": openings,
        }
        told = json.dumps(
            {name: [asdict(row) for row in held] for name, held in lessons.items()}, ensure_ascii=False
        )
        try:
            status = run_module(
                "housestaff.learning.second_reader.train", ["--out", str(out), "--name", name], words=told
            )
        except NoEngineEnvironment as missing:
            raise CommandError(str(missing)) from None
        if status != 0:
            raise CommandError("The second reader could not be trained; the reason stands above.")


def _name_of(path: Path) -> str:
    try:
        head = path.open(encoding="utf-8").read(200)
    except FileNotFoundError:
        return ""
    return head.partition('"name": "')[2].partition('"')[0]
