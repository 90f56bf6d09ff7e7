"""What came of a specialty's generated consults: one JSON, one table (pure)."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..grading import Count
from .drawing import told
from .visit import NO_ERROR, STORED

Rows = Sequence[Mapping[str, Any]]
URGENCY_ORDER = ("emergency", "urgent", "soon", "routine")
FULL = "the agent closed"  # the histories that came to their end


def summary(rows: Rows, about: Mapping[str, Any]) -> dict[str, Any]:
    """Counts and distributions. Coverage is of the histories that came to their end; the other two of all consults."""
    notes = [row["notes"] for row in rows if not _broke(row)]
    whole = [one for one in notes if one["end"] == FULL]
    covered = [one["coverage"] for one in whole if one["coverage"] is not None]
    sudden = [one for one in notes if "emergency" in one["acts"]]
    away = [one for one in notes if one["end"] in ("left", "closed by the patient")]
    return {
        **about,
        "label": "for demonstration, not for care",
        "consults": len(rows),
        "errors": [
            {"consult": row["station"], "why": row["why"].strip().splitlines()[-1]}
            for row in rows
            if _broke(row)
        ],
        "without_outcome": [
            {"consult": row["station"], "why": row["why"]}
            for row in rows
            if row["failed"] and not _broke(row)
        ],
        "stored": sum(row["marks"][STORED] == [1, 1] for row in rows),
        "ends": _counts(one["end"] for one in notes),
        "urgency": _counts((one["urgency"] for one in notes), URGENCY_ORDER),
        "class": _counts((one["class"] for one in notes), ("complex", "simple")),
        "styles": _counts(one["style"] for one in notes),
        "languages": _counts(one["language"] for one in notes),
        "acts": _counts(act for one in notes for act in one["acts"]),
        "refused_messages": sum(one["refused"] for one in notes),
        "failed_turns": sum(one["failed_turns"] for one in notes),
        "emergencies_told": [sum(one["urgency"] == "emergency" for one in sudden), len(sudden)],
        "left_as_simple": [sum(one["class"] == "simple" for one in away), len(away)],
        "questions": _spread([one["questions"] for one in notes]),
        "questions_whole": _spread([one["questions"] for one in whole]),
        "repeats": _spread([one["repeats"] for one in notes]),
        "coverage": {
            "histories": len(covered),
            "median": round(statistics.median(covered), 3) if covered else None,
            "mean": round(statistics.mean(covered), 3) if covered else None,
            "tenths": _counts(str(int(one * 10)) for one in covered),
        },
    }


def _broke(row: Mapping[str, Any]) -> bool:
    return bool(row["marks"][NO_ERROR] == [0, 1])


def _counts(held: Iterable[str], order: Sequence[str] = ()) -> dict[str, int]:
    found = Counter(held)
    return {name: found[name] for name in (*order, *sorted(found.keys() - set(order))) if found[name]}


def _spread(held: Sequence[int]) -> dict[str, Any]:
    if not held:
        return {"median": None, "most": None, "counts": {}}
    counts = Counter(held)
    return {
        "median": statistics.median(held),
        "most": max(held),
        "counts": {str(value): counts[value] for value in sorted(counts)},
    }


def table(found: Mapping[str, Any]) -> str:
    """The counts as a Markdown table, with exact 95 % intervals where a share is meant."""
    many = found["consults"]
    heard, told = found["emergencies_told"]
    simple, away = found["left_as_simple"]
    rows = [
        ("ended in a stored outcome: class, urgency, note, as on the doctor's list", f"{Count(found['stored'], many)}"),
        ("unhandled errors", f"{Count(len(found['errors']), many)}"),
        ("turns that failed", str(found["failed_turns"])),
        ("how they ended", _listed(found["ends"])),
        ("urgency", _listed(found["urgency"])),
        ("class", _listed(found["class"])),
        ("patients' styles", _listed(found["styles"])),
        ("languages", _listed(found["languages"])),
        ("besides answering", _listed(found["acts"])),
        ("messages refused with a sentence", str(found["refused_messages"])),
        ("practice emergencies told half-way that ended as emergency", f"{Count(heard, told)}" if told else "–"),
        ("left or closed half-way and filed as simple", f"{simple} of {away}"),
        ("questions asked", f"median {_plain(found['questions']['median'])}, most {found['questions']['most']}"),
        ("consults in which a question was asked again", f"{Count(_again(found), many - len(found['errors']))}"),
        (
            "critical items elicited, of histories that came to their end",
            f"median {_share(found['coverage']['median'])}, mean {_share(found['coverage']['mean'])}"
            f" ({found['coverage']['histories']} histories)",
        ),
    ]  # fmt: skip
    return "\n".join(
        ["| what | of " + f"{many} consults |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
    )


def _again(found: Mapping[str, Any]) -> int:
    return sum(many for value, many in found["repeats"]["counts"].items() if value != "0")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {many}" for name, many in counts.items()) or "–"


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def section(found: Mapping[str, Any], plot: str) -> str:
    """The specialty's part of docs/results.md. `plot`: the picture's path as seen from there."""
    facts = [f"- {name}: `{found[name]}`" for name in ("command", "engine", "pack", "adapter", "base")]
    return "\n".join(
        [
            f"## Generated consults `{found['specialty']}`: {found['stored']} of {found['consults']} ended in a stored"
            f" outcome, {len(found['errors'])} unhandled errors",
            "",
            "Patients drawn by seed from the pack's phrasings and practice texts, not real ones: answers fall at random, so"
            " many ring, and the second reader has learned from the practice emergencies. The instant engine is the"
            " suite's fake, without a model: what is understood is what rules and second reader hear.",
            "",
            f"![{told(found)}]({plot})",
            "",
            table(found),
            "",
            *facts,
            "",
        ]
    )
