"""One consult by API: consent, chat, worklist, claim, take over, hand back, sign, undo, release; and the refusals."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from housestaff.consults import actions
from housestaff.consults.models import Consult, Event, Review
from housestaff.privacy import audit
from housestaff.tenancy.context import acting_for
from housestaff.worklists import actions as worklists
from housestaff.worklists.models import Envelope, Item

from tests.conftest import House


def sync(house: House, consult: str) -> None:
    with acting_for(house.cast.tenant):
        worklists.sync(consult=Consult.objects.get(id=consult).id)


def let_ten_seconds_pass(house: House, consult: str) -> bool:
    with acting_for(house.cast.tenant):
        Review.objects.filter(consult_id=consult).update(
            signed_at=timezone.now() - timedelta(seconds=20),
            release_at=timezone.now() - timedelta(seconds=10),
        )
        return actions.release_signed(consult=Consult.objects.get(id=consult).id)


def test_from_consent_to_signed_reply(house: House) -> None:
    consult = house.patient.open_consult()
    posted = house.patient.say(consult, "I get up four times a night to pass water.")
    assert posted.status_code == 201
    assert posted.json() == {"seq": 1, "urgency": "routine", "card": None}
    sync(house, consult)
    rows = house.owner.get("worklist/", filter="all").json()["results"]
    (row,) = [row for row in rows if row["consult"] == consult]
    assert row["state"] == "waiting" and row["patient"] == "Pat Example" and row["held_by"] is None
    assert house.owner.post(f"worklist/{row['id']}/claim/").json()["state"] == "claimed"
    held = house.reviewer.post(f"consults/{consult}/takeover/")
    assert held.status_code == 409 and held.json()["code"] == "held_by" and held.json()["held_by"]
    assert house.owner.post(f"consults/{consult}/takeover/").json()["state"] == "with_doctor"
    assert house.owner.post(f"consults/{consult}/handback/").json()["state"] == "open"
    signed = house.owner.post(
        f"consults/{consult}/sign/", {"text": "Please come to the clinic.", "last_seen_seq": 99}
    )
    assert signed.status_code == 200 and signed.json()["state"] == "signed"
    assert house.patient.get(f"consults/{consult}/").json()["state"] == "open"
    before = house.patient.get(f"consults/{consult}/events/").json()
    assert "Please come" not in str(before)
    assert let_ten_seconds_pass(house, consult)
    after = house.patient.get(f"consults/{consult}/events/", after=before["last_seq"]).json()["events"]
    message = next(event for event in after if event["kind"] == "message")
    assert message["author"] == "clinician" and message["author_name"] == "Dr Lin" and message["ai"] is False
    assert message["text"] == "Please come to the clinic."
    assert house.patient.get(f"consults/{consult}/").json()["state"] == "signed"
    again = house.patient.say(consult, "Thank you, one more question.")
    assert again.status_code == 201
    assert house.patient.get(f"consults/{consult}/").json()["state"] == "open"
    sync(house, consult)
    assert house.owner.get("worklist/").json()["results"][0]["state"] == "waiting"


def test_seqs_have_no_gap_and_envelopes_are_used_up(house: House) -> None:
    consult = house.patient.open_consult()
    for number in range(5):
        house.patient.say(consult, f"line {number}")
    house.owner.post(f"consults/{consult}/takeover/")
    events = house.patient.get(f"consults/{consult}/events/").json()
    assert [event["seq"] for event in events["events"]] == list(range(1, events["last_seq"] + 1))
    sync(house, consult)
    with acting_for(house.cast.tenant):
        assert not Envelope.objects.exists()
        item = Item.objects.get(consult=consult)
        assert item.synced_seq == events["last_seq"]


def test_the_same_key_gives_the_same_answer(house: House) -> None:
    consult = house.patient.open_consult()
    first = house.patient.say(consult, "I have chest pain and cannot breathe", key="k-1")
    again = house.patient.say(consult, "I have chest pain and cannot breathe", key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert first.json()["card"]["level"] == "emergency" and len(first.json()["card"]["lines"]) <= 3
    other = house.patient.say(consult, "something else", key="k-1")
    assert other.status_code == 409 and other.json()["code"] == "key_reused"
    with acting_for(house.cast.tenant):
        assert Event.objects.filter(consult_id=consult, kind="message").count() == 1


def test_after_an_emergency_the_agent_is_silent_until_a_doctor_hands_back(house: House) -> None:
    consult = house.patient.open_consult()
    assert house.patient.say(consult, "crushing chest pain, cannot breathe").json()["urgency"] == "emergency"
    house.patient.say(consult, "it is probably nothing")
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        assert row.silenced and row.urgency == "emergency"
        assert not row.turns.filter(state__in=["queued", "running"]).exists()
    assert house.patient.post(f"consults/{consult}/card/ack/", {"answer": "called"}).status_code == 200
    assert house.patient.post(f"consults/{consult}/card/ack/", {"answer": "maybe"}).status_code == 400


def test_an_emergency_is_signed_without_delay(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "crushing chest pain, cannot breathe")
    house.owner.post(f"consults/{consult}/sign/", {"text": "Call now."})
    texts = [event["text"] for event in house.patient.get(f"consults/{consult}/events/").json()["events"]]
    assert "Call now." in texts


def test_undo_brings_the_words_back_to_the_draft(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "I get up four times a night.")
    house.owner.post(f"consults/{consult}/sign/", {"text": "First thought."})
    undone = house.owner.post(f"consults/{consult}/undo/")
    assert undone.status_code == 200 and undone.json()["state"] == "open"
    assert house.owner.get(f"consults/{consult}/draft/").json()["text"] == "First thought."
    assert not let_ten_seconds_pass(house, consult)
    assert house.owner.post(f"consults/{consult}/undo/").status_code == 409
    assert "First thought." not in str(house.patient.get(f"consults/{consult}/events/").json())


def test_signing_over_new_messages_is_refused(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "one")
    house.patient.say(consult, "two")
    refused = house.owner.post(f"consults/{consult}/sign/", {"text": "Reply.", "last_seen_seq": 1})
    assert refused.status_code == 409 and refused.json()["code"] == "new_messages"


def test_lowering_urgency_needs_a_reason(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "crushing chest pain, cannot breathe")
    low = {"text": "Reply.", "urgency": "routine"}
    refused = house.owner.post(f"consults/{consult}/sign/", low)
    assert refused.status_code == 400 and refused.json()["code"] == "reason_required"
    assert (
        house.owner.post(f"consults/{consult}/sign/", low | {"reason": "Spoke on the phone."}).status_code
        == 200
    )


def test_without_consent_no_consult_opens_and_withdrawing_ends_it(house: House) -> None:
    consult = house.patient.open_consult()
    (told,) = [
        one
        for one in house.patient.get("consents/").json()["results"]
        if one["subject"] == str(house.patient.member.patient_id)
    ]
    assert told["granted"] is True
    house.patient.post("consents/", {"purpose": "consult", "version": told["version"], "granted": False})
    assert house.patient.get(f"consults/{consult}/").json()["state"] == "withdrawn"
    refused = house.patient.post("consults/", {"agent": "urology", "language": "en"})
    assert refused.status_code == 403
    assert (
        refused.json() | {"code": "consent_required", "purpose": "consult", "version": told["version"]}
        == refused.json()
    )
    assert refused.json()["text"]
    writing = house.patient.say(consult, "I have crushing chest pain")
    assert writing.status_code == 403 and writing.json()["card"]["level"] == "emergency"


def test_a_child_needs_its_own_consent(house: House) -> None:
    child = str(house.cast.child.id)
    body = {"agent": "urology", "language": "zh-CN", "subject": child}
    assert house.patient.post("consults/", body).json()["code"] == "consent_required"
    version = house.patient.get("consents/").json()["results"][0]["version"]
    house.patient.post(
        "consents/", {"purpose": "consult", "version": version, "granted": True, "subject": child}
    )
    assert house.patient.post("consults/", body).status_code == 201
    assert house.other_patient.post("consults/", body).status_code == 404


BAD_TEXTS = {
    "empty": "",
    "blank": " \n ",
    "10,001 characters": "x" * 10_001,
    "NUL": "a\x00b",
    "bidi control": "safe \u202eevil",
    "lone surrogate": "\ud800",
    "a number": 5,
    "nothing": None,
    "a list": ["x"],
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_bad_texts_get_a_sentence_and_lose_nothing(house: House, text: object) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "before")
    refused = house.patient.post(f"consults/{consult}/messages/", {"client_key": uuid4().hex, "text": text})
    assert refused.status_code == 400 and refused.json()["detail"].endswith(".")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [event["text"] for event in house.patient.get(f"consults/{consult}/events/").json()["events"]] == [
        "before"
    ]


def test_ten_thousand_characters_and_both_scripts_are_taken(house: House) -> None:
    consult = house.patient.open_consult()
    text = ("夜里起来四次。up four times\n" * 1000)[:10_000]
    assert house.patient.say(consult, text).status_code == 201
    assert house.patient.get(f"consults/{consult}/events/").json()["events"][0]["text"] == text


@pytest.mark.parametrize("key", ["", "x" * 101, "a b", 7, None, "键"])
def test_bad_keys_are_refused(house: House, key: object) -> None:
    consult = house.patient.open_consult()
    assert (
        house.patient.post(f"consults/{consult}/messages/", {"client_key": key, "text": "x"}).status_code
        == 400
    )


def test_an_unknown_agent_and_language_are_named(house: House) -> None:
    for body, code in (
        ({"agent": "astrology", "language": "en"}, "unknown_agent"),
        ({"agent": "urology", "language": "tlh"}, "unknown_language"),
        ({"agent": "sleep", "language": "en"}, "unknown_agent"),
        ({"language": "en"}, "invalid"),
    ):
        refused = house.patient.post("consults/", body)
        assert refused.status_code == 400 and refused.json()["code"] == code


def test_closed_consults_take_no_words(house: House) -> None:
    consult = house.patient.open_consult()
    assert house.patient.post(f"consults/{consult}/close/").json()["state"] == "closed"
    refused = house.patient.say(consult, "hello")
    assert refused.status_code == 409 and refused.json()["code"] == "closed"


def test_limits_hold_but_never_for_a_red_flag(house: House, settings: object) -> None:
    settings.HOUSESTAFF = settings.HOUSESTAFF | {
        "LIMITS": {"consults_per_minute": 2, "messages_per_minute": 2}
    }  # type: ignore[attr-defined]
    consult = house.patient.open_consult()
    house.patient.say(consult, "one")
    house.patient.say(consult, "two")
    refused = house.patient.say(consult, "three")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert house.patient.say(consult, "crushing chest pain, cannot breathe").status_code == 201
    house.patient.open_consult()
    assert house.patient.post("consults/", {"agent": "urology", "language": "en"}).status_code == 429


def test_the_audit_chain_tells_of_it_and_holds(house: House) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "hello")
    house.owner.get(f"consults/{consult}/")
    with acting_for(house.cast.tenant):
        assert audit.seal_chain() > 0
        verdict = audit.verify()
        assert verdict.problems == () and verdict.links > 5
