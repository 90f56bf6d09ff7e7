"""The way of one turn against the fake engine: facts, questions, the guard, one outcome, and what ends it early."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from housestaff.agents import serving
from housestaff.agents.models import Adapter, Release
from housestaff.agents.packs import load_pack
from housestaff.consults import turn
from housestaff.consults.actions import turns
from housestaff.consults.models import Consult, Event, Fact, Turn
from housestaff.consults.plan import Plan
from housestaff.inference.fleet import Fleet
from housestaff.tenancy.context import acting_for

from tests.conftest import House
from tests.fakes.running import EngineProcess, fake_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """A fake engine that knows urology's signed sentences and a few words of patients."""
    folder = tmp_path_factory.mktemp("e")
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")
    script: dict[str, Any] = {
        f"say urology {language}": pack.signed_sentences(language) for language in ("en", "zh-hans")
    }
    script["words"] = {
        "up at night": "night_times",
        "burns": "burning",
        "no fever": "fever",
        "两个月": "duration",
    }
    (folder / "script.json").write_text(json.dumps(script), encoding="utf-8")
    running = fake_engine(Path(folder), "--script", str(folder / "script.json"), "--any-model").start()
    yield running
    running.stop()


@pytest.fixture
def agent_answers(engine: EngineProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineProcess]:
    """The platform's fleet is this engine, well behaved at first."""
    fleet = Fleet([engine.address])
    monkeypatch.setattr(serving, "fleet", lambda: fleet)
    engine.behave("")
    yield engine
    engine.behave("")
    fleet.close()


def run_turn(house: House, consult: str) -> Turn:
    """What the worker does; the newest turn after it."""
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
    turn.answer(tenant=house.cast.tenant, consult=row.id)
    with acting_for(house.cast.tenant):
        return Turn.objects.filter(consult_id=consult).order_by("-queued_at")[0]


def last_event(house: House, consult: str) -> dict[str, Any]:
    events = house.patient.get(f"consults/{consult}/events/").json()["events"]
    return dict(events[-1])


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "There is a burning pain when I pee. It burns."), ("zh-hans", "小便的时候刺痛，有两个月了。")],
)
def test_a_turn_ends_in_a_signed_question(
    house: House, agent_answers: EngineProcess, language: str, text: str
) -> None:
    consult = house.patient.open_consult(language=language)
    house.patient.say(consult, text)
    assert run_turn(house, consult).state == "answered"
    end = last_event(house, consult)
    assert (end["kind"], end["author"], end["ai"]) == ("end", "agent", True)
    assert end["release"] and end["author_name"] and end["reply_to"] == 1
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")
    asks = [item.ask.say(language) for item in pack.items]
    assert any(end["text"].endswith(ask) for ask in asks) or end["text"].endswith(
        pack.sentences["open"].say(language)
    )
    with acting_for(house.cast.tenant):
        assert Consult.objects.get(id=consult).asked


def test_facts_carry_the_patients_words(house: House, agent_answers: EngineProcess) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "I am up at night to pass water, no fever")
    run_turn(house, consult)
    facts = {fact["key"]: fact for fact in house.patient.get(f"consults/{consult}/").json()["facts"]}
    assert (
        facts["fever"]["status"] == "denied"
        and facts["fever"]["quote"] == "no fever"
        and facts["fever"]["seq"] == 1
    )
    summary = house.owner.get(f"consults/{consult}/").json()["summary"]
    assert summary and all(isinstance(line["seqs"], list) for line in summary)


def test_no_question_is_asked_twice_and_the_history_ends(house: House, agent_answers: EngineProcess) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns when I pass urine")
    for _ in range(16):
        run_turn(house, consult)
        house.patient.say(consult, "No, nothing like that, about 3 days")
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        questions = [key for key in row.asked if key not in ("open", "close")]
        assert row.asked[-1] == "close" and len(questions) <= 12
        assert all(questions.count(key) <= 2 for key in questions)
        assert row.disposition


def test_an_emergency_met_in_a_turn_ends_it(house: House, agent_answers: EngineProcess) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns when I pass urine")
    with acting_for(house.cast.tenant):
        begun = turns.begin_turn(consult=Consult.objects.get(id=consult).id)
        assert begun is not None
    card = house.patient.say(consult, "now I have crushing chest pain").json()["card"]
    assert card["level"] == "emergency"
    with acting_for(house.cast.tenant):
        begun.refresh_from_db()
        assert (begun.state, begun.reason) == ("stopped", "emergency")
        with pytest.raises(turns.LostLease):
            turns.keep_partial(begun, "too late")
    house.patient.say(consult, "it is better again")
    with acting_for(house.cast.tenant):
        assert Turn.objects.filter(consult_id=consult).count() == 1


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("dead", "engine_unavailable"),
        ("busy", "engine_busy"),
        ("cut", "truncated"),
        ("unknown", "unknown_adapter"),
    ],
)
def test_without_its_engine_the_agent_goes_on_in_signed_words(
    house: House, agent_answers: EngineProcess, mode: str, reason: str
) -> None:
    """What was told is read by rules, the next question is asked in its signed wording, and the turn says why."""
    consult = house.patient.open_consult(language="zh-hans")
    house.patient.say(consult, "小便刺痛")
    agent_answers.behave(mode)
    ended = run_turn(house, consult)
    assert (ended.state, ended.reason) == ("answered", reason)
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        assert Fact.objects.filter(consult=row, key="urine_infection", status="present").exists()
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")
    end = last_event(house, consult)
    assert (end["author"], end["ai"], end["code"]) == ("agent", True, "answered")
    asked = next(item for item in pack.items if item.key == row.asked[-1])
    assert end["text"].endswith(asked.ask.say("zh-hans"))
    assert house.patient.say(consult, "还在吗").status_code == 201


def test_an_engine_that_fails_while_it_speaks_leaves_the_signed_wording_whole(
    house: House, agent_answers: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is read by the model; then the engine dies."""
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns when I pass urine")
    plan = turn._planned

    def dies(reading: turn.Reading, row: Consult) -> Plan:
        agent_answers.behave("dead")
        return plan(reading, row)

    monkeypatch.setattr(turn, "_planned", dies)
    ended = run_turn(house, consult)
    assert (ended.state, ended.reason) == ("answered", "engine_unavailable")
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
    asked = next(item for item in pack.items if item.key == row.asked[-1])
    assert last_event(house, consult)["text"].endswith(asked.ask.say("en"))


def test_unsigned_words_never_reach_the_patient(house: House, agent_answers: EngineProcess) -> None:
    """An engine without the script echoes the plan; what the patient reads is the signed wording all the same."""
    consult = house.patient.open_consult()
    house.patient.say(consult, "hello")
    with acting_for(house.cast.tenant):
        Release.objects.filter(state="in_service").update(
            adapter=Adapter.objects.create(
                specialty="urology",
                digest="0" * 64,
                base_digest="0" * 64,
                served_name="dermatology-0",
                path="nowhere",
            )
        )
    run_turn(house, consult)
    pack = load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")
    assert last_event(house, consult)["text"] == pack.sentences["open"].say("en")


def test_taking_over_stops_the_turn_and_keeps_what_was_shown(
    house: House, agent_answers: EngineProcess
) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns when I pass urine")
    with acting_for(house.cast.tenant):
        begun = turns.begin_turn(consult=Consult.objects.get(id=consult).id)
        assert begun is not None
        turns.keep_partial(begun, "Thank you.")
    assert house.owner.post(f"consults/{consult}/takeover/").status_code == 200
    events = house.patient.get(f"consults/{consult}/events/").json()["events"]
    assert [(event["kind"], event["text"]) for event in events][-2:] == [("end", "Thank you."), ("state", "")]
    with acting_for(house.cast.tenant), pytest.raises(turns.LostLease):
        turns.keep_partial(begun, "Thank you. More")


def test_a_turn_begins_once_and_a_dead_one_again(house: House, agent_answers: EngineProcess) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "It burns when I pass urine")
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        first = turns.begin_turn(consult=row.id)
        assert first is not None and turns.begin_turn(consult=row.id) is None
        for attempt in (2, 3):
            Turn.objects.update(lease_until=first.queued_at)
            again = turns.begin_turn(consult=row.id)
            assert again is not None and again.attempts == attempt
        Turn.objects.update(lease_until=first.queued_at)
        assert turns.begin_turn(consult=row.id) is None
        ended = Turn.objects.get(id=first.id)
        assert (ended.state, ended.reason) == ("failed", "abandoned")
        assert Event.objects.filter(consult=row, kind="start").count() == 1
        assert Event.objects.filter(consult=row, kind="end").count() == 1
        assert not Fact.objects.filter(consult=row).exists()


def test_a_short_answer_that_was_understood_is_not_read_again_by_a_small_base(
    house: House, agent_answers: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    chosen = turn._chosen

    def counted(reading: turn.Reading, unread: turn.Unread) -> Any:
        read.append(unread.text)
        return chosen(reading, unread)

    monkeypatch.setattr(turn, "_chosen", counted)
    consult = house.patient.open_consult()
    for text in ("It burns when I pass urine", "about 3 days", "no", "purple, I would say"):
        house.patient.say(consult, text)
        run_turn(house, consult)
    assert read == ["It burns when I pass urine", "purple, I would say"]
