"""The report that is committed beside a pack, `specialties/<slug>/exam.json`: counts and digests, no station's words.

It is written by `manage.py exam <specialty> --results` and read where releases are declared. What it claims is never
believed: its pass lines must be the exam's own, and level and grade are counted again from its lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from housestaff.agents.packs import EXAM_REPORT
from housestaff.agents.reports import ExamReport

from .grading import Count, Line, PartResult, grade, level_earned
from .parts import PARTS
from .report import WORST_OF

SCHEMA = json.loads((Path(__file__).parent / "committed.schema.json").read_text(encoding="utf-8"))
CANDIDATES = ("adapter", "base")
ABOUT = ("specialty", "at", "drawer", "runs", "pack", "adapter", "base", "command", "label")
LONGEST = 200  # characters of a fault's own words, which may quote the whole file
LINE = ("name", "of", "among", "limit", "at_least", "needed")


class NoReport(LookupError):
    """No exam has been reported for this specialty."""


class BadReport(ValueError):
    """The file cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True)
class Candidate:
    """One column of the report: its parts as they were counted, and what follows from them."""

    name: str
    parts: tuple[PartResult, ...]

    @property
    def level(self) -> int:
        return level_earned(self.parts)

    @property
    def grade(self) -> int:
        return grade(self.parts)

    @property
    def passed(self) -> str:
        """The letters of the parts that it passed."""
        return "".join(one.part for one in self.parts if one.passed)


@dataclass(frozen=True)
class Committed:
    """A report whose every claim was counted again."""

    about: Mapping[str, Any]
    candidates: Mapping[str, Candidate]
    digest: str

    @property
    def served(self) -> Candidate:
        """The candidate that a release is: with the adapter where there is one."""
        return self.candidates["adapter" if self.about["adapter"] else "base"]

    @property
    def lift(self) -> int | None:
        """What the adapter adds to the grade; None when only one of the two was examined."""
        if set(self.candidates) != set(CANDIDATES):
            return None
        return self.candidates["adapter"].grade - self.candidates["base"].grade

    @property
    def counted(self) -> ExamReport:
        """What a release needs of it."""
        held, about = self.served, self.about
        return ExamReport(
            drawer=about["drawer"],
            pack=about["pack"],
            adapter=about["adapter"],
            base=about["base"],
            level=held.level,
            grade=held.grade,
            passed=held.passed,
            digest=self.digest,
        )


def path_of(specialties: Path, slug: str) -> Path:
    """Where a specialty's report lies."""
    return specialties / slug / EXAM_REPORT


def write(path: Path, found: Mapping[str, Any]) -> Committed:
    """Commit a report (as `report.report` makes it) in its compact form, whole or not at all.

    Raises BadReport for one that would not be read again.
    """
    told: dict[str, Any] = {name: found[name] for name in ABOUT}
    told["candidates"] = {
        which: {
            "parts": [
                {"part": part["part"], "lines": [{key: line[key] for key in LINE} for line in part["lines"]]}
                for part in found["candidates"][which]["parts"]
            ],
        }
        for which in CANDIDATES
        if which in found["candidates"]
    }
    whole = Committed(told, _candidates(told), "")
    for which, held in whole.candidates.items():
        told["candidates"][which] |= {"level": held.level, "grade": held.grade}
    told["lift"] = whole.lift
    told["digest"] = digest_of(told)
    for problem in _problems(told, told["specialty"]):
        raise BadReport(f"The report cannot be committed: {problem}")
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
    return Committed(told, whole.candidates, told["digest"])


def read(specialties: Path, slug: str) -> Committed:
    """The report of a specialty, counted again. Raises NoReport or BadReport with one sentence."""
    path = path_of(specialties, slug)
    where = f"specialties/{slug}/{path.name}"
    again = f"Run manage.py exam {slug} --results again."
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoReport(f"{where}: no exam has been reported.") from None
    except (ValueError, OSError, RecursionError) as error:
        raise BadReport(f"{where}: this is no JSON text ({error}). {again}") from None
    for problem in _problems(told, slug):
        raise BadReport(f"{where}: {problem} {again}")
    return Committed(told, _candidates(told), told["digest"])


def digest_of(told: Mapping[str, Any]) -> str:
    """sha256 over all that a report says, but for its digest."""
    content = {key: value for key, value in told.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _problems(told: Any, slug: str) -> list[str]:
    """What is wrong with a report, the plainest first; looked at only as far as it makes sense."""
    if found := next(iter(Draft202012Validator(SCHEMA).iter_errors(told)), None):
        at = ".".join(str(part) for part in found.absolute_path) or "the file"
        return [f"{at}: {found.message[:LONGEST]}."]
    if told["specialty"] != slug:
        return [f"the report is of “{told['specialty']}”."]
    try:
        date.fromisoformat(told["at"])
    except ValueError:
        return [f"“{told['at']}” is no day."]
    if told["digest"] != digest_of(told):
        return ["it was changed after it was written; its digest no longer fits."]
    if ("adapter" if told["adapter"] else "base") not in told["candidates"]:
        return ["the agent that it names was not examined."]
    return _lines_differ(told) or _claims_differ(told)


def _lines_differ(told: Mapping[str, Any]) -> list[str]:
    """Pass lines are the exam's, not the report's."""
    problems = []
    for held in told["candidates"].values():
        letters = [part["part"] for part in held["parts"]]
        if len(set(letters)) < len(letters) or not set(letters) <= set(PARTS):
            problems.append(f"its parts are {', '.join(letters)}; each part of the exam may stand once.")
            continue
        for part in held["parts"]:
            names = [line["name"] for line in part["lines"]]
            if len(set(names)) < len(names):
                problems.append(f"part {part['part']} counts a line twice.")
            problems += [
                problem
                for line in part["lines"]
                if (problem := _line_differs(part["part"], line, told["runs"]))
            ]
    return problems


def _line_differs(letter: str, line: Mapping[str, Any], runs: int) -> str:
    name = f"part {letter}, “{line['name']}”"
    wanted = next((one for one in _wanted(letter, runs) if one.name == line["name"]), None)
    if wanted is None:
        return f"{name}: the exam has no such line."
    if line["of"] > line["among"]:
        return f"{name}: {line['of']} of {line['among']} cannot be."
    if (line["limit"], line["at_least"], line["needed"]) != (wanted.limit, wanted.at_least, wanted.needed):
        return f"{name}: its pass line is not the exam's."
    return ""


def _claims_differ(told: Mapping[str, Any]) -> list[str]:
    whole = Committed(told, _candidates(told), told["digest"])
    problems = []
    for which, held in whole.candidates.items():
        claims = told["candidates"][which]
        if (claims["level"], claims["grade"]) != (held.level, held.grade):
            problems.append(
                f"it claims level {claims['level']} and grade {claims['grade']}; "
                f"its counts make level {held.level} and grade {held.grade}."
            )
    if told["lift"] != whole.lift:
        problems.append(f"it claims a lift of {told['lift']}; its grades make {whole.lift}.")
    return problems


def _wanted(letter: str, runs: int) -> list[Line]:
    """The lines that a part must have, uncounted."""
    nothing = Count(0, 0)
    lines = [Line(mark.name, nothing, mark.limit, mark.at_least, mark.needed) for mark in PARTS[letter].marks]
    if letter == "B" and runs > 1:
        lines += [Line(f"{name}, worst of {runs} runs", nothing, limit) for name, limit in WORST_OF.items()]
    return lines


def _candidates(told: Mapping[str, Any]) -> dict[str, Candidate]:
    return {
        which: Candidate(which, tuple(_part(part, told["runs"]) for part in held["parts"]))
        for which, held in told["candidates"].items()
    }


def _part(told: Mapping[str, Any], runs: int) -> PartResult:
    """A part's counts under the exam's own lines; a needed line that was not counted is a line that was not held."""
    counted = {line["name"]: Count(line["of"], line["among"]) for line in told["lines"]}
    return PartResult(
        told["part"],
        tuple(
            Line(one.name, counted.get(one.name, one.count), one.limit, one.at_least, one.needed)
            for one in _wanted(told["part"], runs)
            if one.needed or one.name in counted
        ),
    )
