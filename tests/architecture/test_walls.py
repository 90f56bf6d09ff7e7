"""Both walls between tenants: the catalogue is walked, leaks are planted, and each must turn this red."""

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.apps import apps
from django.db import Error, connection, transaction
from housestaff.consults.models import Consult, Event
from housestaff.people.models import Patient
from housestaff.tenancy.context import NoTenant, WrongTenant, acting_for
from housestaff.tenancy.models import Tenant, TenantModel

from tests import services
from tests.architecture import walls
from tests.factories.people import Cast, cast_for


@pytest.fixture
def owner_cursor(django_db_setup: None) -> Iterator[Any]:
    """The owner's own connection; whatever is planted with it is rolled back."""
    running = services.start()
    with contextlib.closing(running.cluster.connect("housestaff_owner", "housestaff_tests")) as owner:
        yield owner.cursor()
        owner.rollback()


def test_the_catalogue_has_no_hole(owner_cursor: Any) -> None:
    assert walls.holes(owner_cursor) == []


def test_every_tenant_model_is_walled(owner_cursor: Any) -> None:
    models = {model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)}
    assert models == walls.tenant_tables(owner_cursor)
    assert len(models) > 20


PLANTED = {
    "a table without policy": "CREATE TABLE leak (id uuid PRIMARY KEY, tenant_id uuid NOT NULL)",
    "a table without tenant": "CREATE TABLE leak (id uuid PRIMARY KEY, words text)",
    "a wall not forced": "ALTER TABLE consults_event NO FORCE ROW LEVEL SECURITY",
    "a policy dropped": "DROP POLICY tenant_wall ON consults_fact",
    "a policy that lets all": "CREATE POLICY open ON consults_event USING (true) WITH CHECK (true)",
    "a plain foreign key": "ALTER TABLE consults_event ADD FOREIGN KEY (consult_id) REFERENCES consults_consult (id)",
    "a unique across tenants": "CREATE UNIQUE INDEX ON consults_event (client_key)",
    "a view with its owner's rights": "CREATE VIEW leak AS SELECT * FROM consults_event",
    "a materialised view": "CREATE MATERIALIZED VIEW leak AS SELECT 1 AS one",
    "a function across tenants": "CREATE FUNCTION leak() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
}


@pytest.mark.parametrize("statement", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_leak_turns_it_red(owner_cursor: Any, statement: str) -> None:
    owner_cursor.execute(statement)
    assert walls.holes(owner_cursor)


def _each_tenant_model() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


@pytest.mark.parametrize("model", _each_tenant_model(), ids=lambda model: model.__name__)
def test_a_forgotten_tenant_raises(db: None, model: type[TenantModel]) -> None:
    for read in (
        lambda: list(model.objects.all()),
        lambda: model.objects.count(),
        lambda: model._default_manager.first(),
        lambda: model._base_manager.exists(),
    ):
        with pytest.raises(NoTenant):
            read()


def test_without_a_tenant_postgres_shows_no_row(riverside: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('housestaff.tenant', '', true)")
        for table in sorted(walls.tenant_tables(cursor)):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT set_config('housestaff.tenant', %s, true)", [str(riverside.tenant)])
        cursor.execute("SELECT count(*) FROM people_patient")
        assert cursor.fetchone()[0] >= 3


def test_rows_of_another_tenant_are_neither_read_nor_written(db: None) -> None:
    with cast_for("lakeside") as lakeside:
        foreign = Patient.objects.first()
        assert foreign is not None
    with cast_for("riverside"):
        assert not Patient.objects.filter(id=foreign.id).exists()
        with pytest.raises(WrongTenant):
            foreign.save()
        with pytest.raises(WrongTenant):
            Patient.objects.update(tenant_id=lakeside.tenant)
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO worklists_worklist (id, tenant_id, agent) VALUES (%s, %s, %s)",
                [str(uuid4()), str(lakeside.tenant), str(uuid4())],
            )


def test_a_foreign_key_cannot_name_another_tenants_row(db: None) -> None:
    with cast_for("lakeside") as lakeside:
        foreign = lakeside.agent
    with cast_for("riverside") as cast, pytest.raises(Error), transaction.atomic():
        Consult(
            subject_id=cast.patient.patient_id,
            author=cast.patient,
            agent_id=foreign.id,
            language="en",
            reasons=[],
        ).save()


def test_the_context_is_gone_after_commit_rollback_and_exception(transactional_app: None) -> None:
    tenant = Tenant.objects.get(slug="riverside").id
    with acting_for(tenant):
        assert Patient.objects.count() >= 0
    _nobody_acts()
    with contextlib.suppress(ZeroDivisionError), acting_for(tenant):
        _ = 1 / 0
    _nobody_acts()
    with acting_for(tenant):
        transaction.set_rollback(True)
    _nobody_acts()
    with pytest.raises(WrongTenant), acting_for(tenant), acting_for(Tenant.objects.get(slug="lakeside").id):
        pass
    _nobody_acts()


def _nobody_acts() -> None:
    with pytest.raises(NoTenant):
        Event.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('housestaff.tenant', true), '')")
        assert cursor.fetchone() == ("",)


@pytest.fixture
def transactional_app(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The application's connection without an outer transaction; the test leaves no rows."""
    with django_db_blocker.unblock():
        yield
        connection.close()


def test_the_application_role_cannot_make_or_break_walls(transactional_app: None) -> None:
    for statement in (
        "CREATE TABLE leak (id int)",
        "ALTER TABLE consults_event DISABLE ROW LEVEL SECURITY",
        "SET ROLE housestaff_owner",
        "SET ROLE housestaff_definer",
        "TRUNCATE privacy_auditrecord",
        "UPDATE tenancy_tenant SET active = false",
    ):
        with connection.cursor() as cursor, pytest.raises(Error) as refused:
            cursor.execute(statement)
        assert isinstance(refused.value.__cause__, psycopg2.errors.InsufficientPrivilege), statement
