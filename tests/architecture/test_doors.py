"""No door without a lock: addresses, tasks, sockets, openers of a tenant; each planted leak turns it red."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import housestaff
import pytest
from celery import Task, current_app
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from housestaff.access.consumers import HouseConsumer
from housestaff.access.viewsets import HouseViewSet
from housestaff.config import routing, urls
from housestaff.consults.models import Event
from housestaff.pages.doors import DOORS
from housestaff.tenancy import context
from housestaff.tenancy.context import NoTenant, acting_for
from housestaff.tenancy.groups import group_of
from housestaff.tenancy.tasks import TenantTask
from housestaff.worklists import actions as worklists
from rest_framework.viewsets import ViewSet

from tests.architecture import doors
from tests.conftest import House

PACKAGE = Path(housestaff.__file__).parent


def test_every_address_is_in_the_table_or_known_to_be_public() -> None:
    assert doors.address_holes(urls.urlpatterns) == []
    assert doors.page_holes(DOORS) == []
    known = {address for address, _ in doors.addresses(urls.urlpatterns)}
    assert known >= doors.PUBLIC_ADDRESSES.keys(), "a public address that is not there any more"


def _open_view(request: Any) -> HttpResponse:
    return HttpResponse()


class _Bare(ViewSet):
    def list(self, request: Any) -> None: ...


class _Forgetful(HouseViewSet):
    def list(self, request: Any) -> None: ...


class _Generous(HouseViewSet):
    permissions = {"list": "agents.see"}
    permission_classes: Any = []

    def list(self, request: Any) -> None: ...


class _Invented(HouseViewSet):
    permissions = {"list": "everything.see"}

    def list(self, request: Any) -> None: ...


@pytest.mark.parametrize(
    "view", [_open_view, *(one.as_view({"get": "list"}) for one in (_Bare, _Forgetful, _Generous, _Invented))]
)
def test_a_planted_address_turns_it_red(view: Any) -> None:
    assert doors.address_holes([*urls.urlpatterns, path("leak/", view)])


def test_every_task_names_its_tenant() -> None:
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if not doors.FOREIGN_TASKS.match(name)}
    assert ours.keys() >= {"worklists.sync_consult", "consults.answer_turn"}
    assert doors.task_holes(current_app.tasks) == []
    for task in ours.values():
        for arguments in ({}, {"tenant": ""}, {"tenant": None}):
            with pytest.raises(NoTenant):
                task(**arguments)


def test_a_planted_task_turns_it_red() -> None:
    class Plain(Task):  # type: ignore[type-arg]
        name = "leak"

    assert doors.task_holes({"leak": Plain()})
    assert not doors.task_holes({"fine": type("Fine", (TenantTask,), {"name": "fine"})()})


def test_every_socket_names_its_permission() -> None:
    assert doors.socket_holes(routing.websockets) == []


@pytest.mark.parametrize("consumer", [
    type("Plain", (AsyncJsonWebsocketConsumer,), {}),
    type("Forgetful", (HouseConsumer,), {}),
    type("Invented", (HouseConsumer,), {"permission": "everything.see"}),
    type("Generous", (HouseConsumer,), {"permission": "consult.read", "_enter": lambda self: 0}),
])  # fmt: skip
def test_a_planted_socket_turns_it_red(consumer: Any) -> None:
    assert doors.socket_holes([*routing.websockets, path("ws/leak/", consumer.as_asgi())])
    assert doors.socket_holes([SimpleNamespace(pattern="ws/raw/", callback=_open_view)])


def test_only_doors_and_commands_open_a_tenant() -> None:
    assert doors.opener_holes(PACKAGE) == []


@pytest.mark.parametrize("leak", [
    "from housestaff.tenancy.context import acting_for\nwith acting_for(x): pass",
    "from housestaff.tenancy.context import acting_for as go\nwith go(x): pass",
    "from housestaff.tenancy import context\nwith context.acting_for(x): pass",
    "from housestaff.tenancy import context\nopen_it = context.acting_for",
    "from housestaff.tenancy import context\ngetattr(context, 'acting_for')(x)",
])  # fmt: skip
def test_a_planted_opener_turns_it_red(tmp_path: Path, leak: str) -> None:
    (tmp_path / "leak.py").write_text(leak, encoding="utf-8")
    assert doors.opener_holes(tmp_path)


def test_psycopg_3_is_neither_imported_nor_here() -> None:
    """PostgreSQL is spoken through psycopg2 alone: one driver, one way in which literals travel."""
    assert doors.imports_of(PACKAGE, "psycopg") == []
    assert importlib.util.find_spec("psycopg") is None


def test_groups_cannot_be_guessed_and_differ_by_tenant(settings: Any) -> None:
    one, other, consult = uuid4(), uuid4(), uuid4()

    def named(tenant: Any) -> str:
        token = context._acting.set(tenant)
        try:
            return group_of("consult", consult)
        finally:
            context._acting.reset(token)

    ours = named(one)
    assert named(one) == ours != named(other)
    assert str(consult) not in ours and str(one) not in ours and len(ours.split(".")[1]) == 40
    settings.SECRET_KEY = "another secret of the house, long enough"
    assert named(one) != ours
    with pytest.raises(NoTenant):
        group_of("consult", consult)


# Every API route, called by those who may not know

ROUTES = [
    (address, method)
    for address, view in doors.addresses(urls.urlpatterns)
    if address.startswith("api/v1/")
    for method in (getattr(view, "actions", None) or {})
]
BODY = {"agent": "urology", "language": "en", "purpose": "consult", "version": "2026-11", "granted": True, "client_key": "k",
        "text": "words", "answer": "called"}  # fmt: skip


def _filled(address: str, thing: object) -> str:
    return "/" + address.replace("(?P<pk>[^/.]+)", str(thing)).replace("<pk>", str(thing))


@pytest.mark.parametrize("address, method", ROUTES, ids=[f"{method} {address}" for address, method in ROUTES])
def test_nobody_and_strangers_get_nothing(house: House, address: str, method: str) -> None:
    consult = house.patient.open_consult()
    house.patient.say(consult, "I get up four times a night.")
    with acting_for(house.cast.tenant):
        item = worklists.sync(consult=consult)  # type: ignore[arg-type]
    assert item is not None
    where = _filled(address, item.id if "worklist" in address else consult)

    def call(client: Any) -> Any:
        return client.generic(method.upper(), where, json.dumps(BODY), content_type="application/json")

    assert call(Client()).status_code == 401
    if "pk" not in address:
        return
    answers = {
        name: call(getattr(house, name).client)
        for name in ("stranger_patient", "stranger_owner", "other_patient")
    }
    for name, answer in answers.items():
        assert answer.status_code in (403, 404), (name, answer.content)
    # Who holds the permission learns only that nothing is there; the others learn nothing but their role.
    permitted = [name for name, answer in answers.items() if answer.status_code == 404]
    assert permitted
    for name in permitted:
        assert answers[name].json()["code"] == "not_found" and consult not in answers[name].content.decode()
    with acting_for(house.cast.tenant):
        assert Event.objects.filter(consult_id=consult, author__in=["patient", "clinician"]).count() == 1
