"""Messages a second through the whole path, beside the rate at which this machine inserts the bare rows."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
from housestaff.config.local.postgres import ADMIN, Cluster

from .figures import Figure
from .house import PATIENTS, House
from .patients import converse

AIM = 100.0
CLIENTS = 8
SCRATCH = "bench_raw"


async def ask(house: House, seconds: float) -> Figure:
    """Every patient writes as soon as they are answered: committed, synced, understood, planned, said, read."""
    told, took = await converse(house, PATIENTS, seconds)
    through = len(told) / took
    raw = raw_inserts(house, seconds / 3)
    return Figure(
        "messages a second through the whole path",
        f"{PATIENTS} patients without a pause; {house.kind} engine; generator on the same cores",
        f"{through:.1f} a second; bare durable inserts {raw:.0f} a second: {through / raw:.4f}",
        f"≥ {AIM:.0f} a second",
        through >= AIM,
        {"through": through, "raw_inserts": raw, "ratio": through / raw},
    )


def raw_inserts(house: House, seconds: float) -> float:
    """A message row and an outbox row in one durable transaction, from eight clients; transactions a second."""
    cluster = Cluster(house.paths.var)
    with contextlib.closing(cluster.connect(ADMIN, "postgres")) as admin:
        admin.autocommit = True
        admin.cursor().execute(f"CREATE DATABASE {SCRATCH}")
    try:
        with contextlib.closing(cluster.connect(ADMIN, SCRATCH)) as owner, owner.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE message (id bigserial PRIMARY KEY, consult uuid, seq int, text bytea)"
            )
            cursor.execute(
                "CREATE TABLE outbox (id bigserial PRIMARY KEY, consult uuid, seq int, body jsonb)"
            )
            owner.commit()
        with ThreadPoolExecutor(CLIENTS) as pool:
            until = time.monotonic() + seconds
            counts = list(pool.map(lambda number: _insert(cluster, number, until), range(CLIENTS)))
        return sum(counts) / seconds
    finally:
        with contextlib.closing(cluster.connect(ADMIN, "postgres")) as admin:
            admin.autocommit = True
            admin.cursor().execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def _insert(cluster: Cluster, client: int, until: float) -> int:
    consult, words = f"00000000-0000-4000-8000-{client:012d}", psycopg2.Binary(b"x" * 120)
    done = 0
    with contextlib.closing(cluster.connect(ADMIN, SCRATCH)) as connection, connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "INSERT INTO message (consult, seq, text) VALUES (%s, %s, %s)", [consult, done, words]
            )
            cursor.execute("INSERT INTO outbox (consult, seq, body) VALUES (%s, %s, '{}')", [consult, done])
            connection.commit()
            done += 1
    return done
