"""Long polls and sockets over real connections: early, on time, cheap, replayed, and closed with the right code."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests import services
from tests.api.live import Live, open_consult, open_socket, say, soon
from tests.api.test_contract import EVENT, is_problem, row_of


def events(door: httpx.Client, consult: str, **query: Any) -> dict[str, Any]:
    answer = door.get(f"consults/{consult}/events/", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def later(seconds: float, do: Callable[[], Any]) -> threading.Timer:
    timer = threading.Timer(seconds, do)
    timer.start()
    return timer


def take(socket: ClientConnection, patience: float = 10.0) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=patience)))


def durable(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The next durable events; deltas and presence in between are passed over."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        told = take(socket)
        if "seq" in told:
            found.append(told)
    return found


def close_code(socket: ClientConnection, patience: float = 10.0) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(timeout=patience)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


# Long polls


def test_a_poll_answers_as_soon_as_something_comes(live: Live, patient: httpx.Client) -> None:
    consult = open_consult(patient)
    with live.account("patient").door() as writer:
        timer = later(1.0, lambda: say(writer, consult, "now"))
        started = time.monotonic()
        found = events(patient, consult, after=0, wait=25)
        timer.join()
    assert 0.9 < time.monotonic() - started < 5
    assert found["events"][0]["text"] == "now" and found["last_seq"] >= 1


def test_a_poll_is_empty_when_the_time_is_over(patient: httpx.Client) -> None:
    consult = open_consult(patient)
    started = time.monotonic()
    assert events(patient, consult, after=0, wait=1) == {"events": [], "last_seq": 0}
    assert 0.9 < time.monotonic() - started < 4


@pytest.mark.parametrize("query", [
    "wait=26", "wait=-1", "wait=x", "wait=1e3", "after=-1", "after=x", "after=١", "after=-1&wait=5",
    "after=1&wait=99999999999999999999", f"after={'9' * 30}", f"after={'0' * 30}{'9' * 5000}",
])  # fmt: skip
def test_odd_numbers_are_refused_at_once(patient: httpx.Client, query: str) -> None:
    consult = open_consult(patient)
    is_problem(patient.get(f"consults/{consult}/events/?{query}"), 400, "invalid")


def test_forty_waiting_polls_hold_no_connection(
    live: Live, patient: httpx.Client, owner: httpx.Client
) -> None:
    consult = open_consult(patient)
    account = live.account("patient")

    def wait(number: int) -> dict[str, Any]:
        with account.door() as door:
            return events(door, consult, after=0, wait=20)

    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(wait, number) for number in range(40)]
        time.sleep(4)
        assert not any(one.done() for one in waiting)
        started = time.monotonic()
        for _ in range(10):
            assert patient.get("agents/").status_code == 200
            assert owner.get("worklist/").status_code == 200
        assert time.monotonic() - started < 8
        total, busy = connections(live.database)
        assert total < 40, f"{total} connections for 40 waiting polls"
        assert busy < 20, f"{busy} transactions stood open"
        say(patient, consult, "everybody")
        for one in waiting:
            assert one.result(20)["events"][0]["text"] == "everybody"


def connections(database: str) -> tuple[int, int]:
    """Connections of the whole house to its database, and those inside a transaction."""
    with contextlib.closing(services.start().cluster.connect("housestaff_admin", "postgres")) as admin:
        cursor = admin.cursor()
        cursor.execute(
            "SELECT count(*), count(xact_start) FROM pg_stat_activity "
            "WHERE datname = %s AND backend_type = 'client backend'",
            [database],
        )
        total, busy = cursor.fetchone()
        return int(total), int(busy)


# Sockets


def test_a_socket_replays_and_goes_on(live: Live, patient: httpx.Client) -> None:
    consult = open_consult(patient)
    for text in ("one", "two", "three"):
        say(patient, consult, text)
    path = f"/ws/consults/{consult}/"
    with live.account("patient").socket(f"{path}?after=0") as socket:
        seen = durable(socket, 3)
        assert [event["seq"] for event in seen] == [1, 2, 3] or seen[0]["seq"] == 1
        assert seen[0].keys() >= EVENT and seen[0]["text"] == "one"
        before = patient.get(f"consults/{consult}/").json()["last_seq"]
        say(patient, consult, "four")
        while (event := durable(socket, 1)[0])["text"] != "four":
            pass
        assert event["seq"] > before
    with live.account("patient").socket(f"{path}?after={event['seq'] - 1}") as socket:
        assert durable(socket, 1)[0]["text"] == "four"


def test_events_of_a_socket_are_those_of_http_in_order(live: Live, patient: httpx.Client) -> None:
    consult = open_consult(patient)
    with live.account("patient").socket(f"/ws/consults/{consult}/?after=0") as socket:
        for number in range(10):
            say(patient, consult, f"line {number}")
        told = soon(lambda: _settled(patient, consult))
        heard = durable(socket, len(told))
    assert heard == told and [event["seq"] for event in told] == list(range(1, len(told) + 1))


def _settled(door: httpx.Client, consult: str) -> list[dict[str, Any]]:
    """The log once no turn is under way (its last words are not `start`)."""
    told = events(door, consult)["events"]
    return [] if told[-1]["kind"] == "start" else list(told)


def test_the_worklists_socket(live: Live, patient: httpx.Client, owner: httpx.Client) -> None:
    after = owner.get("worklist/").json().get("last_n", 0)
    with live.account("owner").socket(f"/ws/worklist/?after={after}") as socket:
        consult = open_consult(patient)
        say(patient, consult, "hello")
        told = take(socket)
        assert told.keys() == {"n", "kind", "id", "version"} and told["kind"] == "row" and told["n"] > after
        row = row_of(owner, consult)
        while told["id"] != row["id"]:
            told = take(socket)


@pytest.mark.parametrize("who, path, code", [
    ("nobody", "/ws/worklist/", 4401),
    ("nobody", "/ws/consults/{own}/", 4401),
    ("a bad token", "/ws/consults/{own}/", 4401),
    ("a token in the address", "/ws/consults/{own}/?token={token}", 4401),
    ("patient", "/ws/worklist/", 4403),
    ("it", "/ws/worklist/", 4403),
    ("it", "/ws/consults/{own}/", 4403),
    ("stranger", "/ws/consults/{own}/", 4404),
    ("foreign owner", "/ws/consults/{own}/", 4404),
    ("other patient", "/ws/consults/{own}/", 4404),
    ("patient", "/ws/consults/00000000-0000-4000-8000-000000000000/", 4404),
    ("patient", "/ws/consults/no-id/", 4404),
    ("patient", "/ws/consults/%00/", 4404),
])  # fmt: skip
def test_close_codes(live: Live, patient: httpx.Client, who: str, path: str, code: int) -> None:
    account = live.account("patient")
    path = path.format(own=open_consult(patient), token=account.token)
    headers = {
        "patient": {"Authorization": f"Bearer {account.token}"},
        "other patient": {"Authorization": f"Bearer {live.account('patient', number=1).token}"},
        "it": {"Authorization": f"Bearer {live.account('it').token}"},
        "stranger": {"Authorization": f"Bearer {live.account('patient', 'lakeside').token}"},
        "foreign owner": {"Authorization": f"Bearer {live.account('owner', 'lakeside').token}"},
        "a bad token": {"Authorization": "Bearer hst_nonsense"},
    }.get(who, {})
    with open_socket(live.base_url, path, **headers) as socket:
        assert close_code(socket) == code


def test_a_foreign_page_opens_no_socket(live: Live, patient: httpx.Client) -> None:
    account, path = live.account("patient"), f"/ws/consults/{open_consult(patient)}/"
    for origin in ("https://elsewhere.example", "null", "http://[", live.base_url + ".elsewhere.example"):
        with account.socket(path, Origin=origin) as socket:
            assert close_code(socket) == 4403
    with account.socket(path, Origin=live.base_url) as socket:
        say(patient, path.split("/")[3], "hello")
        assert durable(socket, 1)


def test_an_unknown_socket_is_refused(live: Live) -> None:
    with pytest.raises(InvalidStatus), live.account("owner").socket("/ws/everything/"):
        pass


@contextlib.contextmanager
def signed_in(live: Live) -> Iterator[httpx.Client]:
    """A browser of a patient, signed in by the page."""
    account = live.account("patient", number=2)
    with httpx.Client(base_url=live.base_url, headers={"Origin": live.base_url}, timeout=40) as browser:
        browser.get("/sign-in/")
        form = {
            "username": account.username,
            "password": account.password,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        assert browser.post("/sign-in/", data=form).status_code in (302, 303)
        yield browser


def test_a_browsers_cookie_opens_both_doors_and_csrf_guards_them(live: Live) -> None:
    with signed_in(live) as browser:
        body = {"agent": "urology", "language": "en"}
        is_problem(browser.post("/api/v1/consults/", json=body), 403)
        csrf = {"X-CSRFToken": browser.cookies["csrftoken"]}
        opened = browser.post("/api/v1/consults/", json=body, headers=csrf)
        assert opened.status_code == 201
        consult = opened.json()["id"]
        browser.post(
            f"/api/v1/consults/{consult}/messages/", json={"client_key": "a", "text": "hi"}, headers=csrf
        )
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME]}"}
        assert browser.get(f"/api/v1/consults/{consult}/events/?wait=3").json()["events"][0]["text"] == "hi"
        with open_socket(live.base_url, f"/ws/consults/{consult}/", Origin=live.base_url, **cookie) as socket:
            assert durable(socket, 1)[0]["text"] == "hi"
            browser.post("/sign-out/", headers=csrf)
            started = time.monotonic()
            assert close_code(socket) == 4401 and time.monotonic() - started < 7
        is_problem(browser.get("/api/v1/agents/"), 401)


def test_a_revoked_token_ends_its_socket_and_its_poll(live: Live, patient: httpx.Client) -> None:
    account = live.account("reviewer", "lakeside")
    with live.account("patient", "lakeside").door() as stranger:
        consult = open_consult(stranger, "sleep_medicine")
    with (
        account.door() as door,
        ThreadPoolExecutor(1) as pool,
        account.socket(f"/ws/consults/{consult}/") as socket,
    ):
        poll = pool.submit(door.get, f"consults/{consult}/events/?wait=15")
        time.sleep(0.5)
        with contextlib.closing(services.start().cluster.connect("housestaff_admin", live.database)) as admin:
            admin.cursor().execute(
                "UPDATE access_accesstoken SET revoked_at = now() WHERE hash = encode(sha256(%s::bytea), 'hex')",
                [account.token],
            )
            admin.commit()
        started = time.monotonic()
        assert close_code(socket) == 4401 and time.monotonic() - started < 7
        is_problem(poll.result(20), 401, "bad_token")
