"""Database work of the asynchronous doors (sockets, long polls): in a few threads that keep their connection.

Channels' own `database_sync_to_async` runs everything of a process in one thread; here a few share the work,
and a waiting socket or poll holds neither thread, connection nor transaction.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import close_old_connections

T = TypeVar("T")
THREADS = 6
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="door-db")


async def in_database_thread(work: Callable[[], T]) -> T:
    """Run work that may use the database, with this task's context."""
    context = copy_context()

    def run() -> T:
        close_old_connections()
        return context.run(work)

    return await asyncio.get_running_loop().run_in_executor(_pool, run)
