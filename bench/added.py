"""What the platform adds to a turn, all but the model's calls: before its first words, and from commit to its end.

*Before the first words*: from the patient's click to the first words on the patient's socket, less the time in which a
call of the model was on its way. Of the spoken call only the part until a first whole sentence counts: the guard
releases whole sentences. *The turn's own work*: from the tick (committed) to the whole answer on the patient's socket,
less every call from its first byte to its last.
"""

from __future__ import annotations

from .figures import Figure, spread
from .house import House
from .patients import Told, converse
from .tap import Call, Tap

AIM = 20.0
AIM_OWN_WORK = 40.0
THINK = (3.0, 5.0)


async def ask(house: House, tap: Tap, patients: int, seconds: float) -> list[Figure]:
    """Patients who write again some seconds after each answer, as people do; one alone writes at once."""
    tap.calls.clear()
    told, _ = await converse(house, patients, seconds, think=THINK if patients > 1 else (0.2, 0.4))
    known = [one for one in told if calls_of(one, tap.calls)]
    found = spread([milliseconds(one, tap.calls) for one in known])
    own = spread([own_work(one, tap.calls) for one in known])
    whole = spread([(one.words - one.sent) * 1000 for one in told])
    pace = "one after the other" if patients == 1 else f"each about every {sum(THINK) / 2:.0f} s"
    setting = f"{patients} patient{'s' if patients > 1 else ''}, {pace}; {house.kind} engine"
    return [
        _figure("added before the first words", setting, found, AIM, first_words_median=whole["median"]),
        _figure("the turn's own work", setting, own, AIM_OWN_WORK),
    ]


def _figure(question: str, setting: str, found: dict[str, float], aim: float, **more: float) -> Figure:
    return Figure(
        question,
        setting,
        f"{found['median']:.1f} ms median, {found['p95']:.1f} p95 ({found['count']:.0f} turns)",
        f"≤ {aim:.0f} ms median",
        found["median"] <= aim,
        {**found, **more},
    )


def calls_of(told: Told, calls: list[Call]) -> list[Call]:
    """The calls of one turn. A patient has one salt, and one turn at a time: text and time tell whose they are."""
    inside = [call for call in calls if told.sent <= call.began <= told.words]
    salts = {
        call.salt
        for call in inside
        if not call.body.get("stream") and call.body["messages"][-1]["content"].endswith(told.text)
    }
    return [call for call in inside if call.salt in salts] if len(salts) == 1 else []


def milliseconds(told: Told, calls: list[Call]) -> float:
    """The platform's share of one turn."""
    model = sum(min(call.words, told.words) - call.began for call in calls_of(told, calls))
    return (told.words - told.sent - model) * 1000


def own_work(told: Told, calls: list[Call]) -> float:
    """The platform's share of the whole turn, after the message was committed."""
    model = sum(min(call.ended, told.ended) - call.began for call in calls_of(told, calls))
    return (told.ended - told.committed - model) * 1000
