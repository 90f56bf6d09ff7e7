"""The report of an exam: counts with intervals, the level earned, the grade, and what the adapter adds. JSON and HTML."""

from __future__ import annotations

import html
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from .candidates import ENGINE
from .grading import HIGHEST, Count, Line, PartResult, grade, level_earned
from .parts import PARTS
from .running import Kept

WORST_OF = {"critical items elicited": 0.75}  # mark → the line that even the worst run must keep
NAMES = {"adapter": "base + adapter", "base": "base alone"}


def results(kept: Kept, which: str) -> list[PartResult]:
    """Every part that was sat by one agent."""
    found = []
    for letter, part in PARTS.items():
        rows = kept.of(which, part.sat_with or letter)
        if rows:
            held = part.result(rows)
            found.append(PartResult(letter, (*held.lines, *_worst(part.letter, rows))))
    return found


def _worst(letter: str, rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    runs = sorted({row["run"] for row in rows})
    if len(runs) < 2 or letter != "B":
        return []
    lines = []
    for name, limit in WORST_OF.items():
        counts = []
        for run in runs:
            held = [row["marks"][name] for row in rows if row["run"] == run and name in row["marks"]]
            counts.append(Count(sum(of for of, _ in held), sum(among for _, among in held)))
        lines.append(
            Line(f"{name}, worst of {len(runs)} runs", min(counts, key=lambda one: one.share), limit)
        )
    return lines


def report(kept: Kept, about: Mapping[str, Any]) -> dict[str, Any]:
    """The whole report. `about` says what was examined: specialty, digests, drawer, runs, command, day."""
    found: dict[str, Any] = {**about, "label": "for demonstration, not for care", "candidates": {}}
    people = sorted({which for which, *_ in kept.rows} - NAMES.keys())
    for which in (*NAMES, *people):
        parts = results(kept, which)
        if not parts:
            continue
        agent = (
            which in NAMES
        )  # a person is a baseline: no level, and no grade of the parts they happened to sit
        found["candidates"][which] = {
            "name": NAMES.get(which, which),
            "level": level_earned(parts) if agent else None,
            "highest_examined": HIGHEST,
            "grade": grade(parts) if agent else None,
            "parts": [
                {
                    "part": one.part,
                    "title": PARTS[one.part].title,
                    "passed": one.passed,
                    "score": round(one.score, 3),
                    "lines": [line.as_json() for line in one.lines],
                    "failed": sorted(
                        {
                            f"{row['station']} ({row['variant']})"
                            for row in kept.of(which, PARTS[one.part].sat_with or one.part)
                            if row["failed"]
                        }
                    ),
                }
                for one in parts
            ],
            "histories": _histories(kept.of(which, "B")),
            "turns": _turns(kept, which) if agent else None,
        }
    return found


def _turns(kept: Kept, which: str) -> dict[str, int]:
    """How many replies the agent gave, and how many of them without its engine."""
    said = [line["who"] for row in kept.rows.values() if row["which"] == which for line in row["transcript"]]
    return {"replies": said.count("agent"), "without the engine": said.count(ENGINE)}


def _histories(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How the histories went: questions asked, repeats, coverage."""
    notes = [row["notes"] for row in rows]
    if not notes:
        return {}
    return {
        "consults": len(notes),
        "questions": {
            "median": statistics.median(one["questions"] for one in notes),
            "most": max(one["questions"] for one in notes),
        },
        "repeats": sum(one["repeats"] for one in notes),
        "coverage": round(statistics.mean(one["coverage"] for one in notes), 3),
    }


def one_line(found: Mapping[str, Any]) -> str:
    """The report in a line, for the release and the terminal."""
    held = found["candidates"].get("adapter") or found["candidates"]["base"]
    passed = "".join(part["part"] for part in held["parts"] if part["passed"]) or "none"
    return f"level {held['level']} earned, grade {held['grade']} of 100, parts passed: {passed}"


def table(found: Mapping[str, Any]) -> str:
    """The report as a Markdown table: one row a line, one column a candidate."""
    held = found["candidates"]
    rows = [
        "| part | line | needed | " + " | ".join(held[which]["name"] for which in held) + " |",
        "|---|---|---|" + "---|" * len(held),
    ]
    names = [
        (part["part"], part["title"], line["name"])
        for part in next(iter(held.values()))["parts"]
        for line in part["lines"]
    ]
    for letter, title, name in names:
        cells = []
        needed = ""
        for which in held:
            line = _line(held[which], letter, name)
            if line is None:
                cells.append("–")
                continue
            sign = "≥" if line["at_least"] else "≤"
            needed = f"{sign} {100 * line['limit']:g} %" if line["needed"] else "shown"
            mark = ("**passed**" if line["passed"] else "missed") if line["needed"] else ""
            cells.append(
                f"{line['of']} of {line['among']} ({100 * line['low']:.1f}–{100 * line['high']:.1f} %) {mark}".strip()
            )
        rows.append(f"| {letter} {title} | {name} | {needed} | {' | '.join(cells)} |")
    if any(one.get("turns") for one in held.values()):
        cells = [
            f"{turns['without the engine']} of {turns['replies']}" if (turns := one.get("turns")) else "–"
            for one in held.values()
        ]
        rows.append(f"| | replies for which the engine was too slow | shown | {' | '.join(cells)} |")
    for label, key in (("level earned", "level"), ("grade", "grade")):
        rows.append(f"| | {label} | | {' | '.join(_told(held[which][key]) for which in held)} |")
    return "\n".join(rows)


def _told(figure: int | None) -> str:
    return "–" if figure is None else str(figure)


def _line(held: Mapping[str, Any], letter: str, name: str) -> Mapping[str, Any] | None:
    for part in held["parts"]:
        if part["part"] == letter:
            return next((line for line in part["lines"] if line["name"] == name), None)
    return None


def page(found: Mapping[str, Any], kept: Kept) -> str:
    """The report as a page, with every failed case and its transcript; it shows stations, so it stays out of git."""
    esc = html.escape
    out = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Exam report</title>",
        "<style>body{font:16px/1.5 Inter,'Noto Sans CJK SC',sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}",
        "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left}",
        "details{margin:.4rem 0}.passed{color:#06602b}.missed{color:#9b1c1c}</style>",
        f"<h1>{esc(found['specialty'])}: {esc(one_line(found))}</h1><p><strong>{esc(found['label'])}</strong></p><dl>",
    ]
    out += [
        f"<dt>{esc(name)}</dt><dd>{esc(str(found[name]))}</dd>"
        for name in ("drawer", "runs", "at", "pack", "adapter", "base", "command")
        if name in found
    ]
    out.append("</dl>")
    for which, held in found["candidates"].items():
        out.append(f"<h2>{esc(held['name'])}</h2><table><tr><th>part<th>line<th>counted<th>needed</tr>")
        for part in held["parts"]:
            for line in part["lines"]:
                mark = ("passed" if line["passed"] else "missed") if line["needed"] else ""
                out.append(
                    f"<tr><td>{part['part']} {esc(part['title'])}<td>{esc(line['name'])}<td>{line['of']} of"
                    f" {line['among']} ({100 * line['low']:.1f}–{100 * line['high']:.1f} %)"
                    f"<td class={mark or 'shown'}>{mark or 'shown'}</tr>"
                )
        out.append("</table><h3>Failed cases</h3>")
        for letter, part_shape in PARTS.items():
            if part_shape.sat_with:
                continue
            for row in kept.of(which, letter):
                if row["failed"]:
                    said = "".join(
                        f"<p><b>{esc(line['who'])}</b> {esc(line['text'])}</p>" for line in row["transcript"]
                    )
                    out.append(
                        f"<details><summary>{letter} · {esc(row['station'])} · {esc(row['variant'])} ·"
                        f" {esc(row['why'])}</summary>{said}</details>"
                    )
    return "\n".join(out)
