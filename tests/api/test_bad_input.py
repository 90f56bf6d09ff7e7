"""What a hostile or broken client sends: each gets a clear refusal, never a server error, and nothing is lost."""

import json
import socket
import urllib.parse
from typing import Any

import httpx
import pytest
from django.test import Client
from housestaff.access.parsing import MOST_BYTES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.live import Live, open_consult, say
from tests.api.test_contract import is_problem
from tests.conftest import House

BODIES = {
    "nothing": (b"", 400),
    "not JSON": (b"{", 400),
    "a list": (b"[1]", 400),
    "a string": (b'"text"', 400),
    "null": (b"null", 400),
    "invalid UTF-8": (b'{"client_key": "a", "text": "\xff\xfe"}', 400),
    "UTF-16": ('{"client_key": "a", "text": "hi"}'.encode("utf-16"), 400),
    "NaN": (b'{"client_key": "a", "text": NaN}', 400),
    "a hundred thousand brackets": (b"[" * 100_000, 400),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
    "a key twice": (b'{"client_key": "a", "text": "one", "text": "two"}', 400),
    "a number of 10,000 digits": (b'{"client_key": "a", "text": ' + b"9" * 10_000 + b"}", 400),
    "a NUL": (b'{"client_key": "a", "text": "a\\u0000b"}', 400),
    "more than a megabyte": (b'{"client_key": "a", "text": "' + b"x" * (MOST_BYTES + 1) + b'"}', 413),
}


def door(house: House) -> tuple[Client, str]:
    """A client that shows a server error as an answer, and a consult of its own."""
    consult = house.patient.open_consult()
    client = house.patient.client
    client.raise_request_exception = False
    return client, f"/api/v1/consults/{consult}/messages/"


@pytest.mark.parametrize("body, status", BODIES.values(), ids=BODIES.keys())
def test_bad_bodies(house: House, body: bytes, status: int) -> None:
    client, path = door(house)
    answer: Any = client.post(path, body, "application/json")
    assert answer.status_code == status, answer.content
    assert answer.json()["detail"] and answer.json()["code"]
    assert client.get(path.replace("messages", "events")).json()["events"] == []


CHARSETS = [
    "zlib",
    "hex",
    "bz2",
    "rot13",
    "base64",
    "idna",
    "unicode_escape",
    "utf-16",
    "undefined",
    "no-such",
    "utf-7",
]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_charset_does_not_choose_our_decoder(house: House, charset: str) -> None:
    client, path = door(house)
    kind = f"application/json; charset={charset}"
    body = b'{"client_key": "a", "text": "\xe5\xa4\x9c"}'
    posted = client.generic("POST", path, body, content_type=kind)
    assert posted.status_code == 201
    events = client.generic("GET", path.replace("messages", "events") + "?after=%30", content_type=kind)
    assert events.json()["events"][0]["text"] == "夜"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
        "a/b/c",
        "é",
    ],
)
def test_other_content_types(house: House, kind: str) -> None:
    client, path = door(house)
    answer: Any = client.generic("POST", path, b'{"client_key": "a", "text": "hi"}', content_type=kind)
    assert answer.status_code == 415 and answer.json()["code"] == "unsupported_media_type"


def test_half_a_character_is_not_echoed_into_a_crash(house: House) -> None:
    client, path = door(house)
    ack: Any = client.post(path.replace("messages", "card/ack"), b'{"answer": "\\ud800"}', "application/json")
    assert ack.status_code == 400 and ack.json()["code"] == "invalid"


def test_what_can_only_accept_xml_is_told_so(house: House) -> None:
    client, _ = door(house)
    answer: Any = client.get("/api/v1/agents/", headers={"Accept": "application/xml"})
    assert answer.status_code == 406 and answer.json()["code"] == "not_acceptable"


IDS = [
    "x",
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "1'--",
    "x" * 5_000,
    "%ff%fe",
    "١" * 32,
    "%0d%0aX: y",
    "{}",
    "-1",
    "None",
]


@pytest.mark.parametrize("odd", IDS)
@pytest.mark.parametrize(
    "path", ["consults/{}/", "consults/{}/events/", "consults/{}/messages/", "worklist/{}/claim/"]
)
def test_odd_ids_are_simply_not_there(house: House, path: str, odd: str) -> None:
    person = house.owner if "worklist" in path else house.patient
    person.client.raise_request_exception = False
    method = "POST" if "messages" in path or "claim" in path else "GET"
    address = "/api/v1/" + path.format(urllib.parse.quote(odd, safe="%"))
    body = b'{"client_key": "a", "text": "b"}'
    answer: Any = person.client.generic(method, address, body, content_type="application/json")
    assert answer.status_code == 404, answer.content


@pytest.mark.parametrize(
    "cookie", ['"\\000aaaaaaaaaaaaaaaa"', "x" * 3_000, "é" * 32, "../../etc/passwd", "a;b"]
)
def test_odd_session_cookies_are_no_session(house: House, cookie: str) -> None:
    client = Client(
        headers={"Cookie": f"sessionid={cookie}; housestaff={cookie}"}, raise_request_exception=False
    )
    assert client.get("/api/v1/agents/").status_code == 401


@pytest.mark.parametrize(
    "offset", ["-1", "x", "9" * 17, "0" * 30 + "9" * 5_000, "²", "1.5", "1e9", "+1", "%00"]
)
@pytest.mark.parametrize("name", ["after", "offset"])
def test_odd_numbers_in_the_address(house: House, name: str, offset: str) -> None:
    house.owner.client.raise_request_exception = False
    answer: Any = house.owner.client.get(f"/api/v1/worklist/?{name}={urllib.parse.quote(offset, safe='%')}")
    assert answer.status_code == 400 and answer.json()["field"] == name


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_methods_that_are_not_there(house: House, method: str) -> None:
    client, path = door(house)
    answer: Any = client.generic(method, path, b"{}", content_type="application/json")
    assert answer.status_code in (403, 405) and answer.json()["code"] in ("method_not_allowed", "forbidden")


def test_head_and_options_do_no_harm(house: House) -> None:
    client, path = door(house)
    head = client.head("/api/v1/agents/")
    assert head.status_code == 200 and head.content == b""
    assert client.options(path).status_code in (200, 403, 405)
    assert client.get(path.replace("messages", "events")).json()["events"] == []


def test_an_unknown_address_below_api_is_a_problem_object(house: House) -> None:
    client, _ = door(house)
    answer: Any = client.get("/api/v1/nothing/")
    assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"


# Anything at all, at every door that takes JSON

WORDS = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    ["\x00", "\ud800", "\u202e", "zh", "urology", "consult"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["agent", "language", "subject", "client_key", "text", "answer", "purpose", "version", "granted", "urgency",
          "disposition", "reason", "last_seen_seq"]  # fmt: skip
DOORS = ["consults/", "consents/", "consults/{}/messages/", "consults/{}/card/ack/", "consults/{}/stop/",
         "consults/{}/sign/",
         "consults/{}/draft/", "consults/{}/takeover/", "consults/{}/handback/", "consults/{}/undo/",
         "consults/{}/close/"]  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(DOORS),
    body=st.dictionaries(st.sampled_from(FIELDS) | WORDS, ANYTHING, max_size=6) | ANYTHING,
    query=st.text(max_size=10),
    who=st.sampled_from(["patient", "owner"]),
)
def test_no_json_makes_a_server_error(house: House, path: str, body: object, query: str, who: str) -> None:
    known = getattr(house, "_known", None)
    if known is None:
        known = house.patient.open_consult()
        house.patient.say(known, "hello")
        object.__setattr__(house, "_known", known)
    client = getattr(house, who).client
    address = f"/api/v1/{path.format(known)}?q={urllib.parse.quote(query, errors='replace')}"
    method = "PUT" if "draft" in path else "POST"
    answer = client.generic(method, address, json.dumps(body).encode(), content_type="application/json")
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.json()["code"] and answer.json()["detail"]


# What only a real connection can say


def spoken(live: Live, raw: bytes) -> bytes:
    """The first line of the answer to raw bytes."""
    port = int(live.base_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=15) as line:
        line.sendall(raw)
        return line.recv(4096).split(b"\r\n")[0]


def test_raw_bytes_do_not_stop_the_server(live: Live) -> None:
    host = b"Host: 127.0.0.1\r\nConnection: close\r\n"
    token = b"Authorization: Bearer " + live.account("patient").token.encode() + b"\r\n"
    for raw, wanted in (
        (b"GET /api/v1/\xff\xfe/ HTTP/1.1\r\n" + host + b"\r\n", (b"400", b"404")),
        (b"GET /%ff%fe HTTP/1.1\r\n" + host + b"\r\n", (b"404",)),
        (b"GET /api/v1/agents/?a=%ff&b=\xff HTTP/1.1\r\n" + host + token + b"\r\n", (b"200", b"400")),
        (b"nonsense\r\n\r\n", (b"400",)),
        (b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n", (b"400",)),
        (
            b"GET /healthz HTTP/1.1\r\n" + host + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
            (b"200", b"400", b"431"),
        ),
        (
            b"POST /api/v1/consults/ HTTP/1.1\r\n"
            + host
            + token
            + b"Content-Type: application/json\r\nContent-Length: -5\r\n\r\n",
            (b"400",),
        ),
    ):
        line = spoken(live, raw)
        assert line.split(b" ")[1] in wanted, (raw[:60], line)
    assert httpx.get(f"{live.base_url}/healthz", timeout=20).status_code == 200


def test_a_huge_body_over_the_wire(live: Live, patient: httpx.Client) -> None:
    consult = open_consult(patient)
    huge = {"client_key": "a", "text": "x" * 3_000_000}
    is_problem(patient.post(f"consults/{consult}/messages/", json=huge), 413, "too_large")
    assert say(patient, consult, "still here").status_code == 201


def test_a_body_in_chunks_is_read(patient: httpx.Client) -> None:
    """A client that streams names no length."""
    consult = open_consult(patient)

    def pieces() -> Any:
        yield b'{"client_key": "chunks", '
        yield b'"text": "in two pieces"}'

    answer = patient.post(
        f"consults/{consult}/messages/", content=pieces(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 201, answer.text
