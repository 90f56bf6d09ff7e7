"""Python imports this at the start of each process of a test's house: it puts faults and mutants into the code.

Nothing of it is in the platform: a process outside a test's house has no such folder on its path. A change is made
right after its module was imported, so that whoever imports from that module gets the changed one.
"""

import importlib.abc
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: Any, changes: list[Any]) -> None:
        self.inner = inner
        self.changes = changes

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        self.inner.exec_module(module)
        for change in self.changes:
            change(module)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, changes: dict[str, list[Any]]) -> None:
        self.changes = changes

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        changes = self.changes.pop(name, None)
        if changes is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, changes)
        return spec


if os.environ.get("HOUSESTAFF_FAULTS"):
    from tests.faults import hostile_hints, mutants, witnesses

    changes: dict[str, list[Any]] = {}
    for name, change in [*hostile_hints.CHANGES, *mutants.CHANGES, *witnesses.CHANGES]:
        changes.setdefault(name, []).append(change)
    sys.meta_path.insert(0, _Finder(changes))
