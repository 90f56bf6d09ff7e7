"""`manage.py states_doc`: write docs/states.md from the state tables and the permission table; --check compares."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from housestaff.access import roles
from housestaff.access.moves import Machine
from housestaff.agents import levels
from housestaff.agents.states import RELEASE
from housestaff.consults.states import CONSULT, TURN
from housestaff.worklists.states import ITEM

MACHINES = (CONSULT, TURN, ITEM, RELEASE)


class Command(BaseCommand):
    help = "Write docs/states.md (states, permissions, levels) from the tables in the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the file is not fresh")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = settings.ROOT / "docs" / "states.md"
        page = written()
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != page:
                raise CommandError("docs/states.md is not fresh: run manage.py states_doc.")
            return
        path.write_text(page, encoding="utf-8")
        self.stdout.write("docs/states.md written")


def written() -> str:
    """The whole page."""
    head = "# States, permissions, levels\n\nWritten by `manage.py states_doc` from the tables in the code; checked in CI.\n"
    return "\n".join([head, *map(_machine, MACHINES), _permissions(), _levels()])


def _machine(machine: Machine) -> str:
    lines = [
        f"## {machine.name.capitalize()}",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {machine.first}",
    ]
    lines += [
        f"    {source} --> {move.target}: {move.name}"
        for move in machine.moves
        for source in sorted(move.sources)
    ]
    lines += ["```", "", "| state | means |", "|---|---|"]
    lines += [f"| {state} | {means} |" for state, means in machine.states.items()]
    lines += ["", "| move | who | from | to | |", "|---|---|---|---|---|"]
    lines += [
        f"| {move.name} | {', '.join(sorted(move.who))} | {', '.join(sorted(move.sources))} | {move.target} "
        f"| {move.sentence} |"
        for move in machine.moves
    ]
    return "\n".join(lines) + "\n"


def _permissions() -> str:
    names = list(roles.ROLES)
    lines = [
        "## Permissions",
        "",
        f"| permission | | {' | '.join(names)} |",
        "|---|---|" + "---|" * len(names),
    ]
    for permission in roles.TABLE.values():
        marks = " | ".join("yes" if name in permission.roles else "" for name in names)
        lines.append(f"| {permission.name} | {permission.sentence} | {marks} |")
    lines += ["", *(f"- **{name}**: {sentence}" for name, sentence in roles.ROLES.items())]
    return "\n".join(lines) + "\n"


def _levels() -> str:
    lines = ["## Autonomy levels", "", "| action | from level | |", "|---|---|---|"]
    lines += [f"| {name} | L{level} | {sentence} |" for name, (level, sentence) in levels.ACTIONS.items()]
    return "\n".join(lines) + "\n"
