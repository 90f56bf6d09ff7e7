"""`manage.py sweep`: find steps that are overdue and do them, seal audit chains, keep engines' adapters right.

Two copies run; each step is claimed by a row lock, so that both may find the same row.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections, connection

from housestaff.agents import serving
from housestaff.agents.queries import adapters_in_service
from housestaff.config.heartbeat import beat
from housestaff.consults import sweeping, turn
from housestaff.privacy import audit
from housestaff.tenancy.away import database_is_away
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.fault_points import fault_point
from housestaff.tenancy.models import Tenant

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.5
SEAL_EVERY = 1.0
RECONCILE_EVERY = 3.0
TURNS_AT_ONCE = 4


class Command(BaseCommand):
    help = "Do overdue steps, seal audit chains, keep the engines' adapters equal to the releases in service."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threads = [
            threading.Thread(target=_loop, args=(stopping, every, step), daemon=True)
            for every, step in (
                (EVERY_SECONDS, Sweeper().once),
                (SEAL_EVERY, seal_chains),
                (3.0, lambda: beat("sweeper")),
                (RECONCILE_EVERY, reconcile),
            )
        ]
        for thread in threads:
            thread.start()
        self.stdout.write("sweeping")
        stopping.wait()
        for thread in threads:
            thread.join(timeout=5)


def _loop(stopping: threading.Event, every: float, step: Callable[[], object]) -> None:
    while not stopping.is_set():
        started = time.monotonic()
        try:
            close_old_connections()
            step()
        except Exception as error:
            if database_is_away(error):
                log.warning("the database is away (%s); trying again", type(error).__name__)
                connection.close()
            else:
                log.exception("a sweep failed; going on")
        stopping.wait(max(0.05, every - (time.monotonic() - started)))


class Sweeper:
    """Finds overdue steps. Turns wait for a model, so they run beside, a few at once."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(TURNS_AT_ONCE, thread_name_prefix="turn")
        self.answering: set[sweeping.Due] = set()

    def once(self) -> None:
        for due in sweeping.overdue():
            if due.step == "turn":
                self._answer(due)
                continue
            try:
                with acting_for(due.tenant):
                    sweeping.do(due)
                    fault_point("sweeper.mid_step")
            except OperationalError as error:  # a row lock not had in time: another copy is at it
                log.info("%s of %s is being done elsewhere (%s)", due.step, due.consult, type(error).__name__)

    def _answer(self, due: sweeping.Due) -> None:
        if due in self.answering or len(self.answering) >= TURNS_AT_ONCE:
            return
        self.answering.add(due)

        def run() -> None:
            try:
                turn.answer(tenant=due.tenant, consult=due.consult)
            except Exception:
                log.exception("turn of %s failed; it will be retried", due.consult)
            finally:
                self.answering.discard(due)
                connection.close()

        self.pool.submit(run)


def seal_chains() -> None:
    """Link new audit records, tenant by tenant."""
    for tenant in Tenant.objects.filter(active=True).values_list("id", flat=True):
        with acting_for(tenant):
            audit.seal_chain()


def reconcile() -> None:
    """Make every engine's loaded adapters equal the releases in service."""
    serving.reconcile_all(adapters_in_service())
