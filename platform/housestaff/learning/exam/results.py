"""Where a report goes: `report.json` and `report.html` in the exam's folder, its table into `docs/results.md`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import results
from .report import one_line, table


def write(folder: Path, found: Mapping[str, Any], page: str) -> None:
    """Both files, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("report.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n"),
        ("report.html", page),
    ):
        draft = folder / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)


def put(path: Path, found: Mapping[str, Any]) -> None:
    """Replace the specialty's exam section in the results."""
    facts = [
        f"- {name}: `{found[name]}`"
        for name in ("command", "pack", "adapter", "base", "mind", "runs", "drawer")
    ]
    text = "\n".join(
        [
            f"## Exam `{found['specialty']}`: {one_line(found)}",
            "",
            "Counts with exact 95 % intervals. What is “shown” needs no line. The model is for demonstration, not for care.",
            "",
            table(found),
            "",
            *facts,
            "",
        ]
    )
    results.put(path, found["specialty"], text, made_by="exam")
