"""The generated section of `docs/results.md`: one table a specialty, between two marks (pure)."""

from collections.abc import Mapping
from pathlib import Path

from .evaluate import Report

_HEAD = """# Results

Figures as measured, each with the command that printed it. Sections between marks are generated: do not edit them.
Nothing is tuned on held-out messages.
"""


def section(slug: str, reports: Mapping[str, Report], facts: Mapping[str, str]) -> str:
    """One specialty's section as Markdown."""
    names = list(reports)
    lines = [
        f"## Adapter `{slug}`: facts from held-out messages",
        "",
        "Exact-fact F1: a fact counts when key, status and quote are all right; 95 % bootstrap intervals over messages.",
        "Both columns had the same JSON schema: the pack's keys, and the message's own clauses as quotes.",
        "",
        f"| {facts['messages']} messages a language | {' | '.join(names)} |",
        f"|---|{'---|' * len(names)}",
    ]
    for row in reports[names[0]].rows:
        lines.append(f"| {row} | {' | '.join(str(reports[name].rows[row]) for name in names)} |")
    lines.append(
        f"| median seconds a call, 8 at once | {' | '.join(f'{reports[n].seconds:.2f}' for n in names)} |"
    )
    lines.append(f"| calls without a usable answer | {' | '.join(str(reports[n].failures) for n in names)} |")
    lines += ["", *(f"- {name}: `{value}`" for name, value in facts.items() if name != "messages"), ""]
    return "\n".join(lines)


def put(path: Path, slug: str, text: str, made_by: str = "evaluate_adapter") -> None:
    """Replace the section that a command made for this specialty, or add it at the end."""
    before, after = f"<!-- generated: {made_by} {slug} -->", f"<!-- end: {made_by} {slug} -->"
    whole = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    block = f"{before}\n{text}{after}\n"
    if before in whole and after in whole:
        head, _, rest = whole.partition(before)
        whole = head + block + rest.partition(after)[2].lstrip("\n")
    else:
        whole = whole.rstrip("\n") + "\n\n" + block
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(whole, encoding="utf-8")
