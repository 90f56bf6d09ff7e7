"""Every action × every level, asked by API, by the turn's task and by command: below its level it is refused or replaced."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from housestaff.agents import levels, serving
from housestaff.agents.packs import LANGUAGES, Pack, load_pack
from housestaff.config.management.commands import chat
from housestaff.consults import tasks, turn
from housestaff.consults.actions import judging
from housestaff.consults.intake import missing
from housestaff.consults.models import Consult, Event, Fact, Turn
from housestaff.consults.understanding import Certainty, FactFound
from housestaff.inference.fleet import Fleet
from housestaff.tenancy.context import acting_for

from tests.agents.serving_at import serve_at
from tests.conftest import House
from tests.fakes.running import EngineProcess, fake_engine

LEVELS = range(5)
OWN = "Thank you for saying that so clearly."  # what a fluent base says beside any line: nobody has signed it
FLUENT = {"fluent": True, "base_card": {"languages": list(LANGUAGES), "context": 4096, "vision": False}}
QUESTION = "How can I prevent kidney stones?"
COMPLAINT = "It burns when I pass urine"
URGENT = "I have crushing chest pain"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(settings.HOUSESTAFF["SPECIALTIES"] / "urology")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """A fake engine that uses words of its own whatever it is asked."""
    running = fake_engine(tmp_path_factory.mktemp("e"), "--any-model").start()
    running.speak(f"0: {OWN}\n1: {OWN}\n")
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def agent_answers(engine: EngineProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    fleet = Fleet([engine.address])
    monkeypatch.setattr(serving, "fleet", lambda: fleet)
    yield
    fleet.close()


def at_level(house: House, level: int, **more: Any) -> None:
    with acting_for(house.cast.tenant):
        serve_at(house.cast.agent, level, **more)


def by_task(house: House, consult: str) -> str:
    """The turn as the worker's task does it; what the patient reads last."""
    tasks.answer_turn.run(tenant=str(house.cast.tenant), consult=consult)
    events = house.patient.get(f"consults/{consult}/events/").json()["events"]
    return str(events[-1]["text"]) if events[-1]["kind"] == "end" else ""


def says(house: House, text: str) -> tuple[str, str]:
    """A new consult with one message, answered: its id and the reply."""
    consult = house.patient.open_consult()
    assert house.patient.say(consult, text).status_code == 201
    return consult, by_task(house, consult)


def ready_to_end(house: House, pack: Pack, certainty: Certainty = "sure") -> str:
    """An ordinary consult whose every critical question is answered; the next turn ends its history."""
    consult = house.patient.open_consult()
    facts = [FactFound("urinary_symptoms", "yes", "present", "words", certainty, 1)]
    while left := missing(pack, facts):
        one = left[0].key
        denied = FactFound(one, "no", "denied", "words", certainty, 1)
        facts.append(replace(denied, value="57", status="present") if one == "age" else denied)
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        for fact in facts:
            judging._store(row, fact)
        row.asked = ["open", *(item.key for item in pack.items if item.critical)][:13]
        row.save()
    return consult


# One row an action: what shows that it was done at a level. Each is asked by API, by task or by command below.


def stored(house: House, pack: Pack) -> bool:
    """Message kept, rules run, card shown: at every level, with the doctor told."""
    consult = house.patient.open_consult()
    posted = house.patient.say(consult, URGENT).json()
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
    return posted["card"]["level"] == "emergency" and (row.urgency, row.consult_class) == (
        "emergency",
        "complex",
    )


def informed(house: House, pack: Pack) -> bool:
    _, reply = says(house, QUESTION)
    return any(
        text in reply for line, text in pack.signed_sentences("en").items() if line.startswith("advice ")
    )


def took_history(house: House, pack: Pack) -> bool:
    consult, reply = says(house, COMPLAINT)
    asks = [item.ask.en for item in pack.items]
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        kept = Fact.objects.filter(consult_id=consult, kind="history").exists()
    asked = any(ask in reply for ask in asks)
    assert asked == kept == bool(row.asked)
    return kept


def wrote_note(house: House, pack: Pack) -> bool:
    consult = ready_to_end(house, pack)
    summary = house.owner.get(f"consults/{consult}/").json()["summary"]
    draft = house.owner.get(f"consults/{consult}/draft/")
    assert draft.status_code == 200
    note = any(line["kind"] != "red_flag" for line in summary)
    assert note == bool(draft.json()["text"]) == bool(draft.json()["proposed"])
    return note


def advised(house: House, pack: Pack) -> bool:
    consult = ready_to_end(house, pack)
    house.patient.say(consult, "No.")
    reply = by_task(house, consult)
    told = any(words.en in reply for words in pack.dispositions.values())
    with acting_for(house.cast.tenant):
        hours = house.cast.agent.tenant.hours["text"]["en"]
    # Below, the patient is told when the doctor reads; at level 0 beside the thread, since nothing is said in it.
    read = house.patient.get(f"consults/{consult}/").json()["will_read"] == hours
    assert read and (told or not reply or hours in reply)
    return told


def own_words(house: House, pack: Pack) -> bool:
    return OWN in says(house, COMPLAINT)[1]


BY_API_AND_TASK: dict[str, Callable[[House, Pack], bool]] = {
    "store": stored,
    "inform": informed,
    "take_history": took_history,
    "write_note": wrote_note,
    "advise_simple": advised,
    "own_words": own_words,
}


def test_the_walk_covers_the_table() -> None:
    assert BY_API_AND_TASK.keys() == levels.ACTIONS.keys()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("action", levels.ACTIONS)
def test_an_action_is_done_from_its_level_on(house: House, pack: Pack, action: str, level: int) -> None:
    at_level(house, level, **(FLUENT if action == "own_words" else {}))
    assert BY_API_AND_TASK[action](house, pack) == levels.may(action, level)


@pytest.mark.parametrize("level", LEVELS)
def test_below_histories_everything_is_for_review(house: House, level: int) -> None:
    at_level(house, level)
    consult, _ = says(house, QUESTION)
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        codes = {reason["code"] for reason in row.reasons}
    read_by_doctor = not levels.may("take_history", level)
    assert row.consult_class == "complex"
    assert codes == ({"no_history"} if read_by_doctor else {"unfinished"})


def test_at_level_0_no_engine_is_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> Fleet:
        raise AssertionError("a model was asked")

    at_level(house, 0)
    monkeypatch.setattr(serving, "fleet", asked)
    consult, reply = says(house, COMPLAINT)
    with acting_for(house.cast.tenant):
        assert reply == "" and not Turn.objects.filter(consult_id=consult).exists()
        assert not Event.objects.filter(consult_id=consult, author="agent").exists()


def test_a_queued_turn_says_nothing_once_the_agent_is_levelled_down(house: House) -> None:
    at_level(house, 2)
    consult = house.patient.open_consult()
    house.patient.say(consult, COMPLAINT)
    at_level(house, 0)
    assert "the doctor will read them" in by_task(house, consult)
    with acting_for(house.cast.tenant):
        ended = Turn.objects.get(consult_id=consult)
        assert (ended.state, ended.reason) == ("failed", "level")
        assert not Fact.objects.filter(consult_id=consult).exists()


# Self-care and disposition: only in signed wording, only to the simple class, only as long as they hold.


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_disposition_is_signed_wording_in_the_consults_language(
    house: House, pack: Pack, language: str
) -> None:
    at_level(house, 3)
    consult = ready_to_end(house, pack)
    with acting_for(house.cast.tenant):
        Consult.objects.filter(id=consult).update(language=language)
    house.patient.say(consult, "No." if language == "en" else "没有。")
    reply = by_task(house, consult)
    assert pack.dispositions["self_care"].say(language) in reply and OWN not in reply
    assert pack.sentence("doctor_will_read", language) not in reply
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
    assert (row.consult_class, row.disposition) == ("simple", "self_care")


def test_what_a_small_model_chose_sends_nobody_home(house: House, pack: Pack) -> None:
    at_level(house, 3)
    consult = ready_to_end(house, pack, certainty="chosen")
    house.patient.say(consult, "No.")
    reply = by_task(house, consult)
    assert not any(words.en in reply for words in pack.dispositions.values())
    assert pack.sentence("doctor_will_read", "en") in reply


def test_a_complex_consult_is_told_when_the_doctor_reads(house: House, pack: Pack) -> None:
    at_level(house, 3)
    consult = ready_to_end(house, pack)
    with acting_for(house.cast.tenant):
        judging._store(
            Consult.objects.get(id=consult), FactFound("pregnant", "yes", "present", "words", "sure", 1)
        )
    house.patient.say(consult, "No.")
    assert pack.sentence("doctor_will_read", "en") in by_task(house, consult)


def test_words_after_the_disposition_bring_a_doctor(house: House, pack: Pack) -> None:
    at_level(house, 3)
    consult = ready_to_end(house, pack)
    house.patient.say(consult, "No.")
    assert pack.dispositions["self_care"].en in by_task(house, consult)
    house.patient.say(consult, "By the way, I sleep a little less than before")
    reply = by_task(house, consult)
    assert pack.sentence("doctor_will_read", "en") in reply and pack.dispositions["self_care"].en not in reply
    with acting_for(house.cast.tenant):
        row = Consult.objects.get(id=consult)
        assert row.consult_class == "complex" and row.reasons[-1]["code"] == "wrote_after"


@pytest.mark.parametrize("words", ["No, that's all, thank you!", "没有了，谢谢医生", "ok bye"])
def test_thanks_after_the_disposition_change_nothing(house: House, pack: Pack, words: str) -> None:
    at_level(house, 3)
    consult = ready_to_end(house, pack)
    house.patient.say(consult, "No.")
    assert pack.dispositions["self_care"].en in by_task(house, consult)
    house.patient.say(consult, words)
    by_task(house, consult)
    with acting_for(house.cast.tenant):
        assert Consult.objects.get(id=consult).consult_class == "simple"


@pytest.mark.parametrize(
    "words", ["no, but my chest hurts", "thanks, and I am bleeding", "好的，就是有点发烧", "No 4 tablets"]
)
def test_thanks_with_anything_besides_are_more_than_thanks(words: str) -> None:
    assert turn.NOTHING_MORE.fullmatch(words) is None


def test_words_while_it_is_being_told_take_it_back(
    house: House, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_level(house, 3)
    consult = ready_to_end(house, pack)
    house.patient.say(consult, "No.")
    say = turn._say

    def interrupted(*told: Any) -> str:
        house.patient.say(consult, "and I sleep a little less than before")
        return say(*told)

    monkeypatch.setattr(turn, "_say", interrupted)
    reply = by_task(house, consult)
    assert pack.sentence("doctor_will_read", "en") in reply and pack.dispositions["self_care"].en not in reply


# The same table at the terminal: `manage.py chat` over the API.


class Doors:
    """The running service for the command: the API's own views, and each turn as its task does it."""

    def __init__(self, house: House, consult: str) -> None:
        self.house, self.consult = house, consult
        self.events: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.seen = 0

    def open(self, agent: str, language: str) -> dict[str, Any]:
        return dict(self.house.patient.get(f"consults/{self.consult}/").json())

    def listen(self, consult: str, after: int) -> Iterator[dict[str, Any]]:
        while True:
            yield self.events.get()

    def send(self, consult: str, text: str) -> dict[str, Any]:
        posted = self.house.patient.say(consult, text)
        assert posted.status_code == 201
        by_task(self.house, consult)
        told = self.house.patient.get(f"consults/{consult}/events/", after=self.seen).json()
        self.seen = told["last_seq"]
        for event in told["events"]:
            self.events.put(event)
        return dict(posted.json())


@pytest.fixture
def at_terminal(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], str]:
    """What `manage.py chat` prints for one line."""

    def talk(consult: str, line: str) -> str:
        monkeypatch.setattr(chat, "Service", lambda *place: Doors(house, consult))
        monkeypatch.setattr(sys, "stdin", io.StringIO(line + "\n"))
        call_command("chat", agent="urology", base_url="http://house", token="t", json=False)
        return capsys.readouterr().out

    return talk


@pytest.mark.parametrize("level", LEVELS)
def test_the_table_at_the_terminal(
    house: House, pack: Pack, at_terminal: Callable[[str, str], str], level: int
) -> None:
    def hears(line: str, consult: str | None = None) -> str:
        return at_terminal(consult or house.patient.open_consult(), line)

    at_level(house, level)
    signed = pack.signed_sentences("en")
    told = hears(URGENT)
    done = {"store": "!! " in told and "Call" in told}
    told = hears(QUESTION)
    done["inform"] = any(text in told for line, text in signed.items() if line.startswith("advice "))
    told = hears(COMPLAINT)
    done["take_history"] = any(item.ask.en in told for item in pack.items)
    told = hears("No.", ready_to_end(house, pack))
    done["advise_simple"] = any(words.en in told for words in pack.dispositions.values())
    at_level(house, level, **FLUENT)
    told = hears(COMPLAINT)
    done["own_words"] = OWN in told
    # The note is the doctor's alone: no patient's command asks for it.
    assert done == {action: levels.may(action, level) for action in levels.ACTIONS if action != "write_note"}
    assert ("[AI]" in told) == (level > 0) == ("The doctor will read it." not in told)
