"""Signs of life of processes that have no port: a row each in PostgreSQL, never a patient's data."""

import os
import socket

from django.db import connection

STALE_SECONDS = 15


def beat(role: str) -> None:
    """This process is alive and can reach the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO config_heartbeat (role, process, at) VALUES (%s, %s, now()) "
            "ON CONFLICT (role, process) DO UPDATE SET at = now()",
            [role, f"{socket.gethostname()}:{os.getpid()}"],
        )
        cursor.execute("DELETE FROM config_heartbeat WHERE at < now() - interval '10 minutes'")


def state(role: str) -> str:
    """`ok` when a process of this role beat lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM config_heartbeat WHERE role = %s AND at > now() - make_interval(secs => %s)",
            [role, STALE_SECONDS],
        )
        (alive,) = cursor.fetchone()
    return "ok" if alive else "down (no sign of life)"
