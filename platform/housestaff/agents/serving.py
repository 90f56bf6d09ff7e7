"""Makes every engine's adapters equal the releases in service, and says how each engine stands.

The sweepers call `reconcile_all` every few seconds. Two of them may do so at once: loading what is loaded and
unloading what is gone are both success.
"""

import logging
from collections.abc import Iterable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from housestaff.inference.client import Engine
from housestaff.inference.errors import EngineError
from housestaff.inference.fleet import Fleet

from .adapters import BadAdapter, is_published, verify_published
from .reconcile import Load, ServedAdapter, Unload, plan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EngineState:
    """One engine after a round: what it serves, what it should and does not, and why, in sentences."""

    address: str
    reachable: bool
    loaded: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @property
    def in_order(self) -> bool:
        """All that is wanted is served here."""
        return self.reachable and not self.missing


@cache
def fleet() -> Fleet:
    """The engines of this process, as HOUSESTAFF_ENGINES names them."""
    return Fleet(settings.HOUSESTAFF["ENGINES"])


def reconcile_all(
    wanted: Iterable[ServedAdapter], busy: Set[str] = frozenset(), engines: Sequence[Engine] | None = None
) -> list[EngineState]:
    """One round over all engines, side by side: a silent one does not keep the others waiting."""
    engines = fleet().engines if engines is None else engines
    wanted = frozenset(wanted)
    if not engines:
        return []
    with ThreadPoolExecutor(max_workers=len(engines)) as pool:
        return list(pool.map(lambda engine: reconcile_once(engine, wanted, busy), engines))


def reconcile_once(
    engine: Engine, wanted: Iterable[ServedAdapter], busy: Set[str] = frozenset()
) -> EngineState:
    """One round for one engine. One adapter that cannot be loaded does not stop the next.

    An adapter whose published folder is gone or changed counts as not wanted, busy or not: vLLM reads the
    folder again when it needs the room, and a missing one can end the whole engine.
    """
    wanted = frozenset(wanted)
    try:
        before = engine.adapters()
        damaged = {adapter: found for adapter in wanted if (found := _damage(adapter, before))}
        problems = [sentence for found in damaged.values() for sentence in found]
        in_use = busy - {adapter.name for adapter in damaged}
        for step in plan(wanted - damaged.keys(), before, in_use):
            problems += _take(engine, step)
        loaded = frozenset(engine.adapters())
    except EngineError as error:
        return EngineState(str(engine.address), False, problems=(str(error),))
    missing = frozenset(adapter.name for adapter in wanted) - loaded
    return EngineState(str(engine.address), True, loaded, missing, tuple(problems))


def _damage(adapter: ServedAdapter, loaded: Set[str]) -> tuple[str, ...]:
    """What is wrong with the published folder: every byte before a load, its presence while it serves."""
    if adapter.name in loaded and is_published(adapter.path):
        return ()
    try:
        verify_published(adapter.path, adapter.digest)
    except BadAdapter as problem:
        return problem.problems
    return ()


def _take(engine: Engine, step: Load | Unload) -> list[str]:
    """Do one step; the sentence of its failure, if it fails."""
    try:
        if isinstance(step, Load):
            engine.load_adapter(step.adapter.name, str(step.adapter.path))
            log.info("Engine %s serves %s.", engine.address, step.adapter.name)
        else:
            engine.unload_adapter(step.name)
            log.info("Engine %s no longer serves %s.", engine.address, step.name)
    except EngineError as error:
        return [str(error)]
    return []
