"""What an exam's report means for a release: whether it counts, and the level that follows from it (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

SEALED = "sealed"
# With declared levels switched on (a demonstration), a declaration alone never reaches self-care or own words.
MOST_DECLARED = 2

# Why an agent serves at its level: code → the sentence for commands (pages/wording.py says it to readers).
WHY: dict[str, str] = {
    "earned": "earned in the exam",
    "at_most": "the exam earned more; the tenant's file says at most this",
    "no_report": "no exam has been reported",
    "unreadable": "the report cannot be used",
    "practice": "the report is of the practice stations, not of the sealed ones",
    "other_pack": "the report is of another pack version",
    "other_adapter": "the report is of another adapter",
    "other_base": "the report is of another base model",
}
Missing = Literal["no_report", "unreadable"]


@dataclass(frozen=True, slots=True)
class ExamReport:
    """The figures of a committed report that a release needs; level and grade were counted again from its lines."""

    drawer: str
    pack: str
    adapter: str  # "" for a base without one
    base: str
    level: int
    grade: int
    passed: str  # the letters of the parts passed
    digest: str

    @property
    def line(self) -> str:
        """The report in a line, for commands and the audit."""
        return f"level {self.level} earned, grade {self.grade} of 100, parts passed: {self.passed or 'none'}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a release is entered with: the level served and its basis, and what a counting report earned."""

    level: int
    basis: Literal["declared", "exam", "none"]
    why: str
    earned_level: int | None = None
    grade: int | None = None
    parts_passed: str = ""
    report_digest: str = ""


def why_not(report: ExamReport, *, pack: str, adapter: str, base: str) -> str:
    """The reason why a report does not count for this pack, adapter and base; empty when it does."""
    for reason, differs in (
        ("practice", report.drawer != SEALED),
        ("other_pack", report.pack != pack),
        ("other_adapter", report.adapter != adapter),
        ("other_base", report.base != base),
    ):
        if differs:
            return reason
    return ""


def standing(
    report: ExamReport | Missing, *, pack: str, adapter: str, base: str, at_most: int, declared: bool
) -> Standing:
    """The level served: what a counting report earned, never above `at_most`; without one, zero.

    `declared`: a demonstration serves `at_most` as it is, and still says what the exam earned.
    """
    missing = (
        why_not(report, pack=pack, adapter=adapter, base=base) if isinstance(report, ExamReport) else report
    )
    if missing or not isinstance(report, ExamReport):
        return Standing(at_most if declared else 0, "declared" if declared else "none", missing)
    level = at_most if declared else min(report.level, at_most)
    return Standing(
        level=level,
        basis="declared" if declared else "exam",
        why="at_most" if level < report.level else "earned",
        earned_level=report.level,
        grade=report.grade,
        parts_passed=report.passed,
        report_digest=report.digest,
    )


class Served(Protocol):
    """A release, or anything else that was entered with a standing."""

    level: int
    basis: str
    why: str
    earned_level: int | None


def sentence(served: Served) -> str:
    """Level, basis and reason, for the command that declares releases."""
    if served.basis != "declared":
        return f"level {served.level} ({WHY[served.why]})"
    exam = WHY[served.why] if served.earned_level is None else f"the exam earned L{served.earned_level}"
    return f"level {served.level} (declared for demonstration; {exam})"
