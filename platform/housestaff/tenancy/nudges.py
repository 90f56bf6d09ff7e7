"""After commit, two kinds of hints leave the process: Celery tasks and channel messages. Both carry ids only.

A hint never delays an answer and may be lost, doubled or reordered: the sweepers find what a lost one meant.
So both leave through daemon threads with bounded queues; when the broker is away the queue fills and hints
are dropped. One pair of threads a process, made anew after a fork.
"""

import asyncio
import logging
import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from celery import current_app
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)
MOST_WAITING = 10_000


class _Sender:
    """Sends in the background; drops when it cannot keep up."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.tasks: queue.Queue[tuple[str, dict[str, str]]] = queue.Queue(MOST_WAITING)
        self.loop = asyncio.new_event_loop()
        self.in_flight = 0
        threading.Thread(target=self._publish, name="nudge-tasks", daemon=True).start()
        threading.Thread(target=self.loop.run_forever, name="nudge-groups", daemon=True).start()

    def _publish(self) -> None:
        while True:
            task, ids = self.tasks.get()
            try:
                current_app.send_task(task, kwargs=ids, retry=False)
            except Exception as error:
                log.warning("nudge %s was lost (%s); the sweeper will do it", task, type(error).__name__)

    def put(self, task: str, ids: dict[str, str]) -> None:
        try:
            self.tasks.put_nowait((task, ids))
        except queue.Full:
            log.warning("nudge %s was dropped; the sweeper will do it", task)

    def tell(self, group: str, message: dict[str, Any]) -> None:
        if self.in_flight < MOST_WAITING:
            self.in_flight += 1
            asyncio.run_coroutine_threadsafe(self._tell(group, message), self.loop)

    async def _tell(self, group: str, message: dict[str, Any]) -> None:
        try:
            layer = get_channel_layer()
            if layer is not None:
                await asyncio.wait_for(layer.group_send(group, message), 5)
        except Exception as error:
            log.warning("push to %s was lost (%s); sockets look again", message["type"], type(error).__name__)
        finally:
            self.in_flight -= 1


_lock = threading.Lock()
_sender: _Sender | None = None


def _current() -> _Sender:
    global _sender
    with _lock:
        if _sender is None or _sender.pid != os.getpid():
            _sender = _Sender()
        return _sender


def after_commit(do: Callable[[], None]) -> None:
    """Run once the transaction has committed; robust: a failure is logged and the others still run."""
    transaction.on_commit(do, robust=True)


def nudge(task: str, **ids: str) -> None:
    """After commit, hint a Celery task by its name."""
    after_commit(lambda: _current().put(task, ids))


def tell(group: str, **message: Any) -> None:
    """After commit, hint a channel group. `type` names the consumer's handler."""
    after_commit(lambda: _current().tell(group, message))


def tell_now(group: str, **message: Any) -> None:
    """Hint a channel group at once (deltas: what they point to is committed already)."""
    _current().tell(group, message)
