"""The Celery app: PostgreSQL holds the facts, so a task is a nudge that may be lost, doubled or reordered."""

import os
import threading
import time

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "housestaff.config.settings.local")

app = Celery("housestaff")


def _settings() -> dict[str, object]:
    from django.conf import settings

    return dict(settings.CELERY)


app.add_defaults(_settings)
app.autodiscover_tasks(["housestaff.worklists", "housestaff.consults"])


@signals.worker_init.connect
def _warm(**_: object) -> None:
    """Packs are read before the first turn, not in it, and before the children are forked, who then share them."""
    from housestaff.consults.warming import warm

    warm(turns=True)


@signals.worker_ready.connect
def _start_beating(**_: object) -> None:
    """The worker's parent says every few seconds that it lives and reaches the database."""
    threading.Thread(target=_keep_beating, daemon=True, name="heartbeat").start()


def _keep_beating() -> None:
    from django.db import connection

    from housestaff.config.heartbeat import beat

    while True:
        try:
            beat("worker")
        except Exception:
            connection.close()
        time.sleep(3)
