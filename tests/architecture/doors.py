"""Every door of the house, found by walking the code: addresses, tasks, sockets, and who opens a tenant.

Each function gives a list of holes, hopefully empty.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver
from housestaff.access import roles
from housestaff.access.consumers import HouseConsumer
from housestaff.access.viewsets import HouseViewSet
from housestaff.pages.doors import DOORS, PUBLIC, SIGNED_IN
from housestaff.tenancy.tasks import TenantTask

# Addresses without a permission, each with the reason why that is right.
PUBLIC_ADDRESSES = {
    "healthz": "says that this process lives, to whoever watches it",
    "readyz": "says which parts are up, to whoever watches them; names no tenant",
    "api/schema/": "the contract for outside clients; holds no data",
    "api/docs/": "the same contract as a page",
    "sign-in/": "nobody is signed in yet",
    "language/": "a cookie of the reader, also before signing in",
    "text-size/": "a cookie of the reader, also before signing in",
}
# Where acting_for may be opened: the doors and the commands (the exam's hall is a command's room); one turn opens a
# short transaction a step.
OPENERS = {
    "access/middleware.py",
    "access/consumers.py",
    "consults/polls.py",
    "tenancy/tasks.py",
    "tenancy/context.py",
    "consults/turn.py",
    "config/onboarding.py",
    "learning/exam/hall.py",
}
COMMANDS = re.compile(r"[a-z]+/management/commands/[a-z_]+\.py\Z")
FOREIGN_TASKS = re.compile(r"celery\.")  # Celery's own, for canvases that we do not use


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Any]]:
    """(address, view) of every pattern."""
    for pattern in patterns:
        told = before + str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, told)
        else:
            yield told, pattern.callback


def actions_of(view: Any) -> list[str]:
    """The names of a viewset's actions behind one address."""
    return sorted(set((getattr(view, "actions", None) or {}).values()))


def address_holes(patterns: Iterable[URLPattern | URLResolver]) -> list[str]:
    """Addresses whose every action is neither in the permission table nor known to be public."""
    found = []
    for address, view in addresses(patterns):
        viewset, door = getattr(view, "cls", None), getattr(view, "door", None)
        if address in PUBLIC_ADDRESSES:
            continue
        if viewset is not None and issubclass(viewset, HouseViewSet):
            for action in actions_of(view):
                if viewset.permissions.get(action) not in roles.TABLE:
                    found.append(f"{address}: {viewset.__name__}.{action} names no permission of the table")
            if "permission_classes" in vars(viewset) or "authentication_classes" in vars(viewset):
                found.append(f"{address}: {viewset.__name__} makes its own rules of who comes in")
        elif door is None or DOORS.get(door) not in {*roles.TABLE, SIGNED_IN}:
            found.append(f"{address} is behind no door and not known to be public")
    return found


def page_holes(doors: Mapping[str, str]) -> list[str]:
    """Pages whose door names no permission."""
    return [
        f"page {name}: {wanted}"
        for name, wanted in doors.items()
        if wanted not in {*roles.TABLE, PUBLIC, SIGNED_IN}
    ]


def task_holes(registry: Mapping[str, Any]) -> list[str]:
    """Celery tasks that could run without a tenant."""
    return [
        f"task {name} is no TenantTask"
        for name, task in registry.items()
        if not FOREIGN_TASKS.match(name) and not isinstance(task, TenantTask)
    ]


def socket_holes(routes: Iterable[Any]) -> list[str]:
    """Websocket routes whose consumer is not ours or names no permission."""
    found = []
    for route in routes:
        consumer = getattr(route.callback, "consumer_class", None)
        if consumer is None or not issubclass(consumer, HouseConsumer):
            found.append(f"{route.pattern} is no HouseConsumer")
        elif consumer.permission not in roles.TABLE:
            found.append(f"{route.pattern} names no permission of the table")
        elif {"connect", "_enter", "_who"} & vars(consumer).keys():
            found.append(f"{route.pattern} lets in by its own rules")
    return found


def opener_holes(package: Path) -> list[str]:
    """Modules that open a tenant and are no door."""
    return [
        f"{path.relative_to(package)} line {line} uses {name}"
        for path in sorted(package.rglob("*.py"))
        for line, name in _uses(path, {"acting_for"})
        if str(path.relative_to(package)) not in OPENERS
        and not COMMANDS.match(str(path.relative_to(package)))
    ]


def imports_of(package: Path, module: str) -> list[str]:
    """Files that import a module."""
    found = []
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name == module or name.startswith(f"{module}.") for name in names):
                found.append(f"{path.relative_to(package)} imports {module}")
    return found


def _uses(path: Path, wanted: set[str]) -> Iterator[tuple[int, str]]:
    """Every mention of a name: called, renamed on import, passed on, or reached through its module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in wanted:
                yield node.lineno, name
            case ast.ImportFrom(names=names):
                yield from ((node.lineno, alias.name) for alias in names if alias.name in wanted)
            case ast.Constant(value=str(text)) if text in wanted:  # getattr(context, "acting_for")
                yield node.lineno, text
