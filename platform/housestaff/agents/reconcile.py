"""Which adapters an engine should hold, as a decision without a database and without an engine.

vLLM forgets every adapter when it restarts, and a release changes which ones serve. So a loop compares the
table of releases in service with each engine's own list, every few seconds, and does the difference.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from .adapters.publishing import served_name


@dataclass(frozen=True, order=True)
class ServedAdapter:
    """One adapter of a release in service. `path` is its published folder."""

    slug: str
    digest: str
    path: Path

    @property
    def name(self) -> str:
        return served_name(self.slug, self.digest)


@dataclass(frozen=True)
class Load:
    adapter: ServedAdapter


@dataclass(frozen=True)
class Unload:
    name: str


def plan(
    wanted: Iterable[ServedAdapter], loaded: Set[str], busy: Set[str] = frozenset()
) -> list[Load | Unload]:
    """The steps from what is loaded to what is wanted: loads first, so that care waits for no tidying.

    `busy` are names that running turns still use: they stay until those turns have ended.
    """
    by_name = {adapter.name: adapter for adapter in sorted(wanted)}
    loads = [Load(by_name[name]) for name in sorted(by_name.keys() - loaded)]
    return [*loads, *(Unload(name) for name in sorted(loaded - by_name.keys() - busy))]
