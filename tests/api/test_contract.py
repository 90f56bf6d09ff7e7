"""API.md, walked over real HTTP: every route, its fields, its statuses and its problem codes."""

import time
from typing import Any

import httpx
import pytest
from drf_spectacular.validation import validate_schema

from tests.api.live import Live, open_consult, say, soon

URGENT = "crushing chest pain, cannot breathe"
AGENT = {"id", "slug", "specialty", "name", "owner", "languages", "level", "release"}
EVENT = {"seq", "kind", "at", "author", "author_name", "ai", "release", "text", "reply_to"}
CARD = {"level", "title", "lines", "tel"}
ROW = {
    "id", "consult", "version", "patient", "urgency", "class", "reason", "waiting_since", "due_at", "held_by", "state",
}  # fmt: skip
OWN = {"id", "state", "facts", "messages", "last_seq"}
DOCTORS = {"urgency", "class", "disposition", "summary"}
NEVER_A_PATIENTS = {
    "urgency",
    "class",
    "disposition",
    "summary",
    "reasons",
    "reason",
    "draft",
    "notes",
    "differential",
}
PROBLEM = {"type", "title", "status", "detail", "code"}


def is_problem(answer: httpx.Response, status: int, code: str = "") -> dict[str, Any]:
    """A problem object of RFC 9457, in its own media type."""
    told: dict[str, Any] = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert told.keys() >= PROBLEM and told["status"] == status and told["detail"] and told["title"]
    assert not code or told["code"] == code, told
    return told


def is_list(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert isinstance(told["results"], list) and told["next"] is None
    return list(told["results"])


def row_of(doctor: httpx.Client, consult: str) -> dict[str, Any]:
    """The consult's row, as soon as the worker or the sweeper brought it."""

    def look() -> Any:
        rows = is_list(doctor.get("worklist/", params={"filter": "all"}))
        return next((row for row in rows if row["consult"] == consult), None)

    return dict(soon(look))


def test_agents(patient: httpx.Client, it: httpx.Client) -> None:
    for door in (patient, it):
        agents = {agent["specialty"]: agent for agent in is_list(door.get("agents/"))}
        assert agents.keys() == {"urology", "cardiology"}
        agent = agents["urology"]
        assert agent.keys() >= AGENT and agent["languages"]
    for name in (agent["id"], agent["slug"], agent["specialty"]):
        assert open_consult(patient, name)
    chinese = is_list(patient.get("agents/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}))
    assert all(one["name"] != agent["name"] for one in chinese)


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "ZH-cn", "zh-hans", "Zh-Hans", "en", "EN"])
def test_language_aliases(patient: httpx.Client, tag: str) -> None:
    consult = open_consult(patient, language=tag)
    wanted = "zh-hans" if tag.lower().startswith("zh") else "en"
    assert patient.get(f"consults/{consult}/").json()["language"] == wanted


def test_consent_is_asked_given_withdrawn_and_given_again(live: Live) -> None:
    with live.account("patient", "lakeside", 2).door() as door:
        told = is_list(door.get("consents/"))[0]
        assert told.keys() >= {"purpose", "version", "granted", "text"} and told["granted"] is True
        no = {"purpose": told["purpose"], "version": told["version"], "granted": False}
        assert door.post("consents/", json=no).status_code == 201
        refused = is_problem(
            door.post("consults/", json={"agent": "sleep_medicine", "language": "en"}),
            403,
            "consent_required",
        )
        assert refused["purpose"] == "consult" and refused["version"] == told["version"] and refused["text"]
        zh = door.post(
            "consults/", json={"agent": "sleep_medicine", "language": "zh"}, headers={"Accept-Language": "zh"}
        )
        assert zh.json()["text"] != refused["text"]
        stale = door.post("consents/", json=no | {"granted": True, "version": "1999-01"})
        is_problem(stale, 400, "unknown_consent")
        is_problem(door.post("consents/", json=no | {"purpose": "advertising"}), 400, "unknown_consent")
        yes = door.post("consents/", json=no | {"granted": True})
        assert yes.status_code == 201 and yes.json()["granted"] is True
        assert open_consult(door, "sleep_medicine")


def test_a_message_its_answer_and_its_event(patient: httpx.Client) -> None:
    consult = open_consult(patient)
    posted = say(patient, consult, "I get up four times a night.", "key-1")
    assert posted.status_code == 201 and posted.json().keys() == {"seq", "urgency", "card"}
    again = say(patient, consult, "I get up four times a night.", "key-1")
    assert again.status_code == 200 and again.content == posted.content
    is_problem(say(patient, consult, "Something else.", "key-1"), 409, "key_reused")
    told = patient.get(f"consults/{consult}/events/").json()
    first = told["events"][0]
    assert told.keys() >= {"events", "last_seq"} and first.keys() >= EVENT
    assert (first["seq"], first["kind"], first["author"], first["ai"]) == (1, "message", "patient", False)
    # The agent may go on meanwhile: what comes after is newer, never the same again.
    later = patient.get(f"consults/{consult}/events/", params={"after": told["last_seq"]}).json()["events"]
    assert all(event["seq"] > told["last_seq"] for event in later)
    assert patient.get(f"consults/{consult}/events/", params={"after": 10_000}).json()["events"] == []


def test_the_emergency_card_is_in_the_answer(patient: httpx.Client) -> None:
    consult = open_consult(patient)
    say(patient, consult, "hello")
    started = time.monotonic()
    posted = say(patient, consult, URGENT, "k").json()
    assert time.monotonic() - started < 2  # busy test machines; the bench measures the 100 ms
    assert (
        posted["urgency"] == "emergency"
        and posted["card"].keys() >= CARD
        and len(posted["card"]["lines"]) <= 3
    )
    assert say(patient, consult, URGENT, "k").json() == posted
    cards = [e for e in patient.get(f"consults/{consult}/events/").json()["events"] if e["kind"] == "card"]
    assert cards and cards[0].keys() >= CARD | {"seq"}
    for answer in ("called", "safe"):
        assert patient.post(f"consults/{consult}/card/ack/", json={"answer": answer}).status_code == 200
    last = patient.get(f"consults/{consult}/").json()["last_seq"]
    patient.post(f"consults/{consult}/card/ack/", json={"answer": "safe"})
    assert patient.get(f"consults/{consult}/").json()["last_seq"] == last  # twice is once
    is_problem(patient.post(f"consults/{consult}/card/ack/", json={"answer": "perhaps"}), 400, "invalid")


def test_what_each_reader_sees(patient: httpx.Client, owner: httpx.Client, it: httpx.Client) -> None:
    consult = open_consult(patient)
    say(patient, consult, URGENT)
    mine = patient.get(f"consults/{consult}/").json()
    assert mine.keys() >= OWN and not mine.keys() & NEVER_A_PATIENTS
    assert all(fact.keys() == {"key", "value", "status", "seq", "quote"} for fact in mine["facts"])
    row_of(owner, consult)
    theirs = owner.get(f"consults/{consult}/").json()
    assert theirs.keys() >= OWN | DOCTORS and theirs["urgency"] == "emergency"
    assert all(line.keys() >= {"text", "seqs"} for line in theirs["summary"])
    assert all(fact.keys() >= {"key", "value", "status", "seq", "quote"} for fact in theirs["facts"])
    for path in (
        f"consults/{consult}/",
        f"consults/{consult}/events/",
        f"consults/{consult}/draft/",
        "worklist/",
        "consults/",
    ):
        is_problem(it.get(path), 403, "forbidden")
    is_problem(patient.get(f"consults/{consult}/draft/"), 403)
    (listed,) = [one for one in is_list(patient.get("consults/")) if one["id"] == consult]
    assert not listed.keys() & NEVER_A_PATIENTS


def test_the_worklist_from_row_to_signed_words(
    patient: httpx.Client, owner: httpx.Client, reviewer: httpx.Client
) -> None:
    consult = open_consult(patient)
    seen = say(patient, consult, "I get up four times a night.").json()["seq"]
    row = row_of(owner, consult)
    assert row.keys() >= ROW and row["state"] == "waiting" and row["held_by"] is None
    for which in ("review", "information", "mine", "all"):
        is_list(owner.get("worklist/", params={"filter": which}))
    is_problem(owner.get("worklist/", params={"filter": "gossip"}), 400, "invalid")
    numbered = is_list(owner.get("worklist/", params={"filter": "all", "after": row["n"]}))
    assert all(one["n"] > row["n"] for one in numbered)
    assert owner.post(f"worklist/{row['id']}/claim/").json()["state"] == "claimed"
    held = is_problem(reviewer.post(f"worklist/{row['id']}/claim/"), 409, "held_by")
    assert held["held_by"]
    for move in ("takeover", "sign"):
        body = {"text": "Mine."} if move == "sign" else {}
        is_problem(reviewer.post(f"consults/{consult}/{move}/", json=body), 409, "held_by")
    assert owner.post(f"consults/{consult}/takeover/").json()["state"] == "with_doctor"
    assert owner.post(f"consults/{consult}/handback/").json()["state"] == "open"
    say(patient, consult, "And it burns.")
    is_problem(
        owner.post(f"consults/{consult}/sign/", json={"text": "Come.", "last_seen_seq": seen}),
        409,
        "new_messages",
    )
    last = patient.get(f"consults/{consult}/").json()["last_seq"]
    signed = owner.post(
        f"consults/{consult}/sign/",
        json={
            "text": "Come to the clinic.",
            "last_seen_seq": last,
            "urgency": "soon",
            "disposition": "clinic_visit",
        },
    )
    assert signed.status_code == 200 and signed.json()["state"] == "signed"
    assert "Come to the clinic." not in patient.get(f"consults/{consult}/events/").text
    undone = owner.post(f"consults/{consult}/undo/")
    assert undone.status_code == 200
    again = owner.post(f"consults/{consult}/sign/", json={"text": "Come on Monday."})
    assert again.status_code == 200
    started = time.monotonic()
    while not (
        read := [event for event in _waited(patient, consult, last) if event["text"] == "Come on Monday."]
    ):
        last += 1  # a turn that ended meanwhile: the poll answers with whatever comes first
    assert read[0]["author"] == "clinician" and not read[0]["ai"]
    assert 5 < time.monotonic() - started < 14  # ten seconds to undo, two to arrive
    assert patient.get(f"consults/{consult}/").json()["state"] == "signed"
    is_problem(owner.post(f"consults/{consult}/undo/"), 409, "too_late")


def _waited(door: httpx.Client, consult: str, after: int) -> list[dict[str, Any]]:
    return list(door.get(f"consults/{consult}/events/", params={"after": after, "wait": 25}).json()["events"])


def test_stop_close_and_what_comes_after(patient: httpx.Client, owner: httpx.Client) -> None:
    consult = open_consult(patient)
    say(patient, consult, "hello")
    assert patient.post(f"consults/{consult}/stop/").status_code == 200
    assert patient.post(f"consults/{consult}/close/").json()["state"] == "closed"
    is_problem(say(patient, consult, "more"), 409, "closed")
    is_problem(patient.post(f"consults/{consult}/close/"), 409, "closed")
    is_problem(owner.post(f"consults/{consult}/takeover/"), 409, "closed")
    assert is_problem(say(patient, consult, URGENT), 409, "closed")["card"]["level"] == "emergency"


def test_what_may_not_be_known_is_404(
    live: Live,
    patient: httpx.Client,
    other_patient: httpx.Client,
    stranger: httpx.Client,
    foreign_owner: httpx.Client,
) -> None:
    consult = open_consult(patient)
    say(patient, consult, "mine")
    for door in (other_patient, stranger, foreign_owner):
        for path in (
            f"consults/{consult}/",
            f"consults/{consult}/events/",
            f"consults/{consult}/events/?wait=5",
        ):
            is_problem(door.get(path), 404, "not_found")
    missing = "00000000-0000-4000-8000-000000000000"
    assert patient.get(f"consults/{missing}/").json() == other_patient.get(f"consults/{consult}/").json()
    is_problem(
        other_patient.post("consults/", json={"agent": "urology", "language": "en", "subject": missing}), 404
    )


def test_bad_tokens_and_none_are_401(live: Live, patient: httpx.Client) -> None:
    token = live.account("patient").token
    consult = open_consult(patient)
    for path in ("agents/", f"consults/{consult}/", f"consults/{consult}/events/?wait=20"):
        joined = f"{path}{'&' if '?' in path else '?'}"
        with httpx.Client(base_url=f"{live.base_url}/api/v1/") as nobody:
            told = nobody.get(path)
            is_problem(told, 401, "not_authenticated")
            assert told.headers["WWW-Authenticate"] == "Bearer"
            is_problem(nobody.get(path, headers={"Authorization": "Bearer hst_nonsense"}), 401, "bad_token")
            is_problem(nobody.get(path, headers={"Authorization": f"Basic {token}"}), 401, "bad_token")
            for name in ("token", "access_token", "authorization"):
                is_problem(nobody.get(f"{joined}{name}={token}"), 401, "not_authenticated")


def test_too_many_carries_retry_after(live: Live) -> None:
    with live.account("patient", "lakeside", 1).door() as door:
        for _ in range(61):
            answer = door.post("consults/", json={"agent": "sleep_medicine", "language": "en"})
            if answer.status_code == 429:
                break
        else:  # the minute turned over in between
            answer = next(
                one for _ in range(61)
                if (one := door.post("consults/", json={"agent": "sleep_medicine", "language": "en"})).status_code == 429
            )  # fmt: skip
        is_problem(answer, 429, "too_many")
        assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_long_list_goes_on_at_next(live: Live) -> None:
    """The 429 test has opened about sixty; a few more make no second page, so the paging itself is asked."""
    with live.account("patient", "lakeside", 1).door() as door:
        assert is_list(door.get("consults/", params={"offset": 10_000})) == []
        is_problem(door.get("consults/", params={"offset": "-1"}), 400, "invalid")


def test_documents_and_health(live: Live) -> None:
    schema = httpx.get(f"{live.base_url}/api/schema/?format=json", timeout=30)
    assert schema.status_code == 200
    validate_schema(schema.json())
    paths = schema.json()["paths"]
    for path in WALKED:
        assert f"/api/v1/{path}" in paths, path
    assert httpx.get(f"{live.base_url}/api/docs/", timeout=30).status_code == 200
    assert httpx.get(f"{live.base_url}/healthz").json()["status"] == "ok"
    ready = httpx.get(f"{live.base_url}/readyz", timeout=20)
    parts = ready.json()["parts"]
    assert parts.keys() >= {"database", "broker", "worker", "sweeper", "engine"}
    assert ready.status_code == (200 if all(state == "ok" for state in parts.values()) else 503)


# API.md's HTTP routes, as the schema writes them.
WALKED = [
    "agents/",
    "consents/",
    "consults/",
    "consults/{id}/",
    "consults/{id}/messages/",
    "consults/{id}/events/",
    "consults/{id}/stop/",
    "consults/{id}/card/ack/",
    "consults/{id}/close/",
    "consults/{id}/takeover/",
    "consults/{id}/handback/",
    "consults/{id}/sign/",
    "worklist/",
    "worklist/{id}/claim/",
]
