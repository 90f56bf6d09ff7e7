"""Every state × move × role of the state tables; the consult's through the API as well."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.utils import timezone
from housestaff.access import roles
from housestaff.access.moves import HOUSE, Machine, NotNow, NotYou
from housestaff.agents.states import RELEASE
from housestaff.consults import actions
from housestaff.consults.models import Consult, Review
from housestaff.consults.states import CONSULT, TURN
from housestaff.tenancy.context import acting_for
from housestaff.worklists import actions as worklists
from housestaff.worklists.models import Item
from housestaff.worklists.states import ITEM

from tests.conftest import House

MACHINES = (CONSULT, TURN, ITEM, RELEASE)
EVERYBODY = [*roles.ROLES, HOUSE]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_a_table_is_whole(machine: Machine) -> None:
    """Only known states and roles; every state can be reached; no two rows of a move claim one state for one role."""
    assert machine.first in machine.states
    seen = set()
    for row in machine.moves:
        assert row.sources <= machine.states.keys() and row.target in machine.states
        assert row.who <= set(EVERYBODY) and row.who and row.sentence.endswith(".")
        for source in row.sources:
            for who in row.who:
                assert (row.name, source, who) not in seen
                seen.add((row.name, source, who))
    reached, more = {machine.first}, True
    while more:
        found = {row.target for row in machine.moves if row.sources & reached}
        more = not found <= reached
        reached |= found
    assert reached == machine.states.keys()


ALL = [
    (machine, state, name, who)
    for machine in MACHINES
    for state in machine.states
    for name in sorted({row.name for row in machine.moves})
    for who in EVERYBODY
]


def expected(machine: Machine, state: str, name: str, who: str) -> Any:
    """What the rows of the table say, read naively."""
    rows = [row for row in machine.moves if row.name == name]
    if not any(who in row.who for row in rows):
        return NotYou
    return next((row.target for row in rows if who in row.who and state in row.sources), NotNow)


def test_every_state_move_and_role_is_as_the_table_says() -> None:
    for machine, state, name, who in ALL:
        wanted = expected(machine, state, name, who)
        if isinstance(wanted, str):
            assert machine.next(name, state, who) == wanted
        else:
            with pytest.raises(wanted):
                machine.next(name, state, who)
    with pytest.raises(KeyError):
        CONSULT.next("fly", "open", "owner")


def test_the_page_of_the_states_is_fresh() -> None:
    call_command("states_doc", "--check")


# The consult's machine by its API

DOORS: dict[str, tuple[str, dict[str, Any]]] = {
    "write": ("messages", {"client_key": "again", "text": "One more thing."}),
    "take_over": ("takeover", {}),
    "hand_back": ("handback", {}),
    "sign": ("sign", {"text": "Come to the clinic."}),
    "close": ("close", {}),
}


def consult_in(house: House, state: str) -> str:
    """A consult of the patient, brought to a state as people do."""
    consult = house.patient.open_consult()
    assert house.patient.say(consult, "I get up four times a night.", key="first").status_code == 201
    if state == "with_doctor":
        house.owner.post(f"consults/{consult}/takeover/")
    elif state == "signed":
        house.owner.post(f"consults/{consult}/sign/", {"text": "Drink less in the evening."})
        with acting_for(house.cast.tenant):
            past = timezone.now() - timedelta(seconds=20)
            Review.objects.filter(consult_id=consult).update(signed_at=past, release_at=past)
            assert actions.release_signed(consult=UUID(consult))
    elif state == "closed":
        house.patient.post(f"consults/{consult}/close/")
    elif state == "withdrawn":
        decide(house, granted=False)
        decide(house, granted=True)
    assert state_of(house, consult) == state
    return consult


def decide(house: House, *, granted: bool) -> None:
    version = house.patient.get("consents/").json()["results"][0]["version"]
    assert (
        house.patient.post(
            "consents/", {"purpose": "consult", "version": version, "granted": granted}
        ).status_code
        == 201
    )


def state_of(house: House, consult: str) -> str:
    with acting_for(house.cast.tenant):
        return str(Consult.objects.get(id=consult).state)


@pytest.mark.parametrize("state", CONSULT.states)
@pytest.mark.parametrize("move", DOORS)
def test_every_move_by_the_api(house: House, state: str, move: str) -> None:
    path, body = DOORS[move]
    for role in (
        "it",
        "patient",
        "owner",
    ):  # a reviewer is held to the same rows as the owner, by the pure walk
        wanted = expected(CONSULT, state, move, role)
        consult = consult_in(house, state)
        answer = getattr(house, role).post(f"consults/{consult}/{path}/", body)
        told = (role, answer.status_code, answer.content)
        if isinstance(wanted, str):
            assert answer.status_code in (200, 201), told
            assert state_of(house, consult) == wanted
        elif wanted is NotYou:
            assert answer.status_code == 403 and answer.json()["code"] == "forbidden", told
        else:
            assert answer.status_code == 409, told
            ended = state in ("closed", "withdrawn")
            assert answer.json()["code"] == (state if ended else "not_now"), told
        if not isinstance(wanted, str):
            assert state_of(house, consult) == state


@pytest.mark.parametrize("taken_over", [False, True])
def test_undo_goes_back_to_where_it_was(house: House, taken_over: bool) -> None:
    consult = consult_in(house, "with_doctor" if taken_over else "open")
    house.owner.post(f"consults/{consult}/sign/", {"text": "Come."})
    for role in ("patient", "it"):
        assert getattr(house, role).post(f"consults/{consult}/undo/").status_code == 403
    assert house.reviewer.post(f"consults/{consult}/undo/").status_code == 409
    assert house.owner.post(f"consults/{consult}/undo/").json()["state"] == (
        "with_doctor" if taken_over else "open"
    )


# The item's machine through its actions


@pytest.mark.parametrize("move, source, target", [
    ("claim", "waiting", "claimed"),
    ("claim", "returned", "claimed"),
    ("hand_back", "claimed", "returned"),
    ("finish", "claimed", "done"),
    ("finish", "waiting", "done"),
    ("claim", "done", "claimed"),
])  # fmt: skip
def test_moves_of_an_item(house: House, move: str, source: str, target: str) -> None:
    consult = UUID(consult_in(house, "open"))
    by = house.owner.member
    with acting_for(house.cast.tenant):
        for step in {"claimed": ["claim"], "returned": ["claim", "hand_back"], "done": ["finish"]}.get(
            source, []
        ):
            getattr(worklists, step)(consult=consult, by=by)
        worklists.sync(consult=consult)
        assert Item.objects.get(consult=consult).state == source
        getattr(worklists, move)(consult=consult, by=by)
        item = Item.objects.get(consult=consult)
        assert item.state == target == ITEM.next(move, source, "owner")
        assert (item.held_by_id == by.id) == (target == "claimed")
