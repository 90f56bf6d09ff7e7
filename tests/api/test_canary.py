"""A patient's words lie nowhere in clear: not in a database file, its log of changes, Redis, a log or a task.

Unique sentences are sent through every door of a live house, good and bad ones; then every byte of the run's
folder is searched, also in disguise.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import redis
from celery import current_app

from tests import services
from tests.api.live import Live, open_consult, say
from tests.api.searching import disguises, found_in
from tests.api.test_contract import URGENT, row_of


class Canaries:
    """Sentences that nobody else would write, one for each door; all carry one mark."""

    def __init__(self) -> None:
        self.mark = uuid4().hex[:16]
        self.sent = 0

    def new(self, zh: bool = False) -> str:
        self.sent += 1
        number = f"{self.mark} {self.sent}"
        return f"金丝雀夜里唱歌{number}从不停" if zh else f"my canary sings at night {number} without end"


def on_disk() -> None:
    """Have PostgreSQL and Redis write down all they hold, uncompressed."""
    house = services.start()
    with contextlib.closing(house.cluster.connect("housestaff_admin", "postgres")) as admin:
        admin.autocommit = True
        admin.cursor().execute("CHECKPOINT")
    with contextlib.closing(redis.Redis.from_url(house.redis.url)) as store:
        store.config_set("rdbcompression", "no")
        store.save()
        store.bgrewriteaof()
        while store.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.1)


@contextlib.contextmanager
def heard_by_redis() -> Iterator[list[str]]:
    """Every command that Redis hears meanwhile: task arguments and channel messages pass through it."""
    heard: list[str] = []
    with (
        contextlib.closing(redis.Redis.from_url(services.start().redis.url)) as store,
        store.monitor() as monitor,
    ):
        yield heard
        store.set("canary:end", "heard")
        for told in monitor.listen():
            heard.append(str(told["command"]))
            if "canary:end" in heard[-1]:
                break


def test_a_patients_words_lie_nowhere_in_clear(
    live: Live, patient: httpx.Client, owner: httpx.Client
) -> None:
    canaries = Canaries()
    with heard_by_redis() as heard:
        _through_every_door(live, patient, owner, canaries)
        time.sleep(3)  # a turn, the sweeper's rounds, a sealed chain
    on_disk()
    assert found_in(services.start().paths.var, canaries.mark) == []
    shown = [raw.decode("latin-1") for raw in disguises(canaries.mark)]
    assert not [command for command in heard if any(mark in command for mark in shown)]
    assert any("worklists.sync_consult" in command or "sync" in command for command in heard), (
        "no task was heard"
    )


def _through_every_door(live: Live, patient: httpx.Client, owner: httpx.Client, canaries: Canaries) -> None:
    new = canaries.new
    english, chinese = open_consult(patient), open_consult(patient, language="zh")
    for consult, zh in ((english, False), (chinese, True)):
        with live.account("patient").socket(f"/ws/consults/{consult}/"):
            assert say(patient, consult, new(zh)).status_code == 201
            assert say(patient, consult, f"{URGENT} {new(zh)}").json()["urgency"] == "emergency"
            time.sleep(0.3)
        patient.get(f"consults/{consult}/events/?after=0&wait=1")
        row_of(owner, consult)
        owner.get(f"consults/{consult}/")
    _refused(patient, english, canaries)
    draft = owner.get(f"consults/{english}/draft/").json()
    owner.put(f"consults/{english}/draft/", json={"text": new(), "version": draft["version"]})
    signed = {"text": new(zh=True), "urgency": "routine", "reason": new()}
    assert owner.post(f"consults/{english}/sign/", json=signed).status_code == 200
    _while_the_database_refuses(live, patient, chinese, new())


def _refused(patient: httpx.Client, consult: str, canaries: Canaries) -> None:
    """Words in requests that end in an error."""
    new, messages = canaries.new, f"consults/{consult}/messages/"
    bodies: list[tuple[str, dict[str, Any]]] = [
        (messages, {"json": {"client_key": "a", "text": new() * 500}}),
        (messages, {"json": {"client_key": "a", "text": new() + "\u202e"}}),
        (messages, {"json": {"client_key": new(), "text": "x"}}),
        (
            messages,
            {"content": b'{"text": "' + new().encode(), "headers": {"Content-Type": "application/json"}},
        ),
        (messages, {"content": new().encode(), "headers": {"Content-Type": "text/plain"}}),
        (f"consults/{consult}/card/ack/", {"json": {"answer": new()}}),
        ("consults/", {"json": {"agent": new(), "language": new(zh=True)}}),
        ("consents/", {"json": {"purpose": new()[:40], "version": new(), "granted": True}}),
        ("consents/", {"json": {"purpose": "consult", "version": new(), "granted": "perhaps"}}),
    ]
    for path, body in bodies:
        assert 400 <= patient.post(path, **body).status_code < 500
    assert say(patient, consult, "key", "once").status_code == 201
    assert say(patient, consult, new(), "once").status_code == 409


def _while_the_database_refuses(live: Live, patient: httpx.Client, consult: str, words: str) -> None:
    """A lock that is not had in time: PostgreSQL and Django both report an error while the words are in hand."""
    with contextlib.closing(services.start().cluster.connect("housestaff_admin", live.database)) as admin:
        admin.cursor().execute("SELECT FROM consults_consult WHERE id = %s FOR UPDATE", [consult])
        refused = say(patient, consult, words)
        admin.rollback()
    assert (
        refused.status_code == 503
        and refused.json()["code"] == "try_again"
        and refused.headers["Retry-After"]
    )


# The search itself must bite


@pytest.mark.parametrize("zh", [False, True])
def test_a_planted_canary_is_found(live: Live, zh: bool) -> None:
    house, canaries = services.start(), Canaries()
    with contextlib.closing(house.cluster.connect("housestaff_admin", live.database)) as admin:
        admin.cursor().execute("CREATE TABLE IF NOT EXISTS planted (words text)")
        admin.cursor().execute("INSERT INTO planted VALUES (%s)", [canaries.new(zh)])
        admin.commit()
    task = {"tenant": "t", "consult": canaries.new(zh)}
    with current_app.connection_for_write() as connection:
        current_app.send_task("planted", kwargs=task, queue="planted", connection=connection, retry=False)
    log = house.paths.log / "planted.log"
    log.write_text(f"a line with {canaries.new(zh)} in it\n", encoding="utf-8")
    on_disk()
    try:
        found = found_in(house.paths.var, canaries.mark)
        for where in ("postgres/base", "postgres/pg_wal", "redis/", "log/planted.log"):
            assert any(line.startswith(where) for line in found), (where, found)
    finally:
        log.unlink()
        with contextlib.closing(redis.Redis.from_url(house.redis.url)) as store:
            store.delete("planted")
