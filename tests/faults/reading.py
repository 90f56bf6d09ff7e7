"""Reads a house after the load, as its people would: the patient's log, the doctor's list, a stranger's attempts."""

import threading
import time
from typing import Any

import httpx

from .history import History, Seen
from .house import Away, House
from .load import Load

SETTLE = 30.0
TURNS_SETTLE = 90.0


class Watcher(threading.Thread):
    """Notes how far each consult's row on the worklist is, several times a second, also while servers come back."""

    def __init__(self, house: House, load: Load) -> None:
        super().__init__(name="watcher", daemon=True)
        self.house, self.load = house, load
        self.synced: dict[str, list[tuple[float, int]]] = {}
        self.ending = threading.Event()

    def __enter__(self) -> "Watcher":
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.ending.set()
        self.join(20)

    def run(self) -> None:
        while not self.ending.wait(0.25):
            try:
                self.look()
            except Away:
                continue

    def look(self) -> None:
        consults = list(self.load.consults)
        found = self.house.rows(
            "SELECT consult::text, min(synced_seq) FROM worklists_item WHERE consult = ANY(%s::uuid[]) GROUP BY 1",
            consults,
        )
        now = time.monotonic()
        for consult, number in found:
            noted = self.synced.setdefault(consult, [])
            if not noted or noted[-1][1] != number:
                noted.append((now, number))


def settle(house: House, load: Load) -> None:
    """Wait until nothing is on its way, at most as long as the promise allows; what is left the checker will see."""
    consults = list(load.consults)
    started = time.monotonic()
    while (spent := time.monotonic() - started) < TURNS_SETTLE:
        try:
            waiting, lost, active = _left(house, consults)
        except Away:
            time.sleep(0.25)
            continue
        on_its_way = waiting and spent < SETTLE and waiting != lost
        if not on_its_way and not active:
            return
        time.sleep(0.25)


# Consults that are behind, and for each: can it never catch up, because its next envelope is gone?
BEHIND = """
    SELECT c.id::text, NOT EXISTS (
        SELECT FROM worklists_envelope e WHERE e.consult = c.id AND e.seq = coalesce(min(i.synced_seq), 0) + 1)
    FROM consults_consult c LEFT JOIN worklists_item i ON i.consult = c.id
    WHERE c.id = ANY(%s::uuid[]) GROUP BY c.id, c.last_seq HAVING coalesce(min(i.synced_seq), 0) < c.last_seq
"""
ACTIVE = "SELECT count(*) FROM consults_turn WHERE consult_id = ANY(%s::uuid[]) AND ended_at IS NULL"


def _left(house: House, consults: list[str]) -> tuple[int, int, int]:
    """Consults that are behind, those of them that can never catch up, active turns."""
    behind = house.rows(BEHIND, consults)
    ((active,),) = house.rows(ACTIVE, consults)
    return len(behind), sum(lost for _, lost in behind), active


def read_all(house: House, load: Load, history: History, watcher: Watcher) -> None:
    """Fill the history's second half."""
    watcher.look()
    with httpx.Client(base_url=f"{house.base_url}/api/v1/", timeout=30, verify=False) as client:
        for consult, (tenant, token) in load.consults.items():
            seen = _consult(client, consult, tenant, token)
            seen.synced = watcher.synced.get(consult, [])
            history.consults[consult] = seen
        for tenant in house.accounts:
            history.worklists[tenant] = _worklist(client, house.accounts[tenant]["owner"])
        history.foreign = _strangers(client, house, load)
    for consult, lost in house.rows(BEHIND, list(load.consults)):
        history.consults[consult].lost = lost
    _turns(house, history)
    for tenant in house.accounts:
        history.audit[tenant] = sealed(house, tenant)


def _get(client: httpx.Client, path: str, token: str) -> httpx.Response:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def _consult(client: httpx.Client, consult: str, tenant: str, token: str) -> Seen:
    answer = _get(client, f"consults/{consult}/events/", token)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    keys = ("seq", "kind", "author", "text", "code", "reply_to")
    return Seen(tenant, told["last_seq"], [{key: event.get(key) for key in keys} for event in told["events"]])


def _worklist(client: httpx.Client, token: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    path: str | None = "worklist/?filter=all"
    while path:
        answer = _get(client, path, token)
        assert answer.status_code == 200, answer.text
        rows += [
            {key: row[key] for key in ("id", "consult", "synced_seq", "state")}
            for row in answer.json()["results"]
        ]
        path = answer.json()["next"]
    return rows


def _strangers(client: httpx.Client, house: House, load: Load) -> list[int]:
    """Another tenant's doctor and patient, and another patient of the same tenant, ask for a consult of each tenant."""
    statuses = []
    one_of_each = {tenant: consult for consult, (tenant, _) in load.consults.items()}
    for tenant, consult in one_of_each.items():
        strangers = [
            token for token in house.accounts[tenant]["patients"] if token != load.consults[consult][1]
        ][:1]
        for other in house.accounts.keys() - {tenant}:
            strangers += [house.accounts[other]["owner"], house.accounts[other]["patients"][0]]
        for token in strangers:
            statuses += [
                _get(client, f"consults/{consult}/{part}", token).status_code for part in ("", "events/")
            ]
    return statuses


def _turns(house: House, history: History) -> None:
    found = house.rows(
        "SELECT consult_id::text, state, reason, start_seq, end_seq FROM consults_turn WHERE consult_id = ANY(%s::uuid[])",
        list(history.consults),
    )
    for consult, state, reason, start_seq, end_seq in found:
        turn = {"state": state, "reason": reason, "start_seq": start_seq, "end_seq": end_seq}
        history.consults[consult].turns.append(turn)


def sealed(house: House, tenant: str) -> dict[str, Any]:
    """The chain's verdict once its newest records are sealed, which happens each second."""
    deadline = time.monotonic() + SETTLE
    while True:
        verdict = house.audit(tenant)
        if not verdict["unsealed"] or time.monotonic() > deadline:
            return verdict
        time.sleep(0.3)
