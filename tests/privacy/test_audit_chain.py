"""The audit log only grows, tells of reads, and shows what its own owner did to it."""

import contextlib
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from housestaff.privacy import audit
from housestaff.privacy.models import AuditHead, AuditLink, AuditRecord
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant

from tests import services
from tests.conftest import House
from tests.factories.people import Cast, make_cast
from tests.privacy.conftest import committing

Superuser = Callable[[str, str], None]


@pytest.fixture(scope="module")
def told_much(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database with a sealed chain of some length."""
    with committing(template, django_db_blocker) as name:
        tenant = Tenant.objects.get(slug="riverside").id
        with acting_for(tenant):
            make_cast(tenant)
            audit.seal_chain()
        yield name


@pytest.fixture
def chain(told_much: str, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[str]:
    """A copy of it, with a witness that has seen the chain's end."""
    settings.HOUSESTAFF = settings.HOUSESTAFF | {"AUDIT_WITNESS": tmp_path / "audit"}
    with committing(told_much, django_db_blocker) as name:
        seal_some_more()
        yield name


def seal_some_more() -> None:
    with acting_for(Tenant.objects.get(slug="riverside").id):
        for number in range(4):
            audit.record("test.look", by=None, kind="test", number=number)
        assert audit.seal_chain() == 4


def verified() -> str:
    out = StringIO()
    try:
        call_command("audit", "verify", "--tenant", "riverside", stdout=out)
    except CommandError as error:
        return out.getvalue() + str(error)
    return out.getvalue()


def test_an_untouched_chain_holds_and_grows(chain: str) -> None:
    assert "intact" in verified()
    seal_some_more()
    assert "intact" in verified()


def test_a_chain_that_grows_while_it_is_walked_is_not_taken_for_cut(
    chain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sealer runs each second, also while somebody verifies."""
    step = audit._Walk._step
    sealed = iter([seal_some_more, seal_some_more])

    def step_and_seal(self: Any, link: AuditLink) -> None:
        step(self, link)
        next(sealed, lambda: None)()

    monkeypatch.setattr(audit._Walk, "_step", step_and_seal)
    assert "cut" not in verified()
    assert next(sealed, None) is None


def test_a_record_that_shows_up_very_late_is_linked_all_the_same(
    chain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = """INSERT INTO privacy_auditrecord (id, tenant_id, at, actor_role, verb, kind, purpose, facts)
        SELECT gen_random_uuid(), tenant_id, at - %s::interval, actor_role, verb, kind, purpose, facts
        FROM privacy_auditrecord WHERE verb = 'test.look' LIMIT 1"""
    with acting_for(Tenant.objects.get(slug="riverside").id), connection.cursor() as cursor:
        cursor.execute(copy, ["1 minute"])
        assert audit.seal_chain() == 1
        cursor.execute(copy, ["1 hour"])
        assert audit.seal_chain() == 0
        monkeypatch.setattr(audit, "EVERYWHERE_SECONDS", 0.0)
        assert audit.seal_chain() == 1
        seal_some_more()
    assert "intact" in verified()


LAST = "(SELECT max(position) FROM privacy_auditlink)"
TAMPERED = {
    "a verb edited": "UPDATE privacy_auditrecord SET verb = 'nothing' WHERE verb = 'consent.grant'",
    "an actor edited": "UPDATE privacy_auditrecord SET actor = gen_random_uuid() WHERE verb = 'patient.register'",
    "a time edited": "UPDATE privacy_auditrecord SET at = at - interval '1 day' WHERE verb = 'test.look'",
    "a fact edited": "UPDATE privacy_auditrecord SET facts = '{}' WHERE verb = 'test.look'",
    "a hash edited": "UPDATE privacy_auditlink SET hash = sha256(hash) WHERE position = 3",
    "a record deleted": "DELETE FROM privacy_auditrecord WHERE id = "
    "(SELECT record_id FROM privacy_auditlink WHERE position = 3)",
    "a link deleted": "DELETE FROM privacy_auditlink WHERE position = 3",
    "the first deleted, the rest moved up": "DELETE FROM privacy_auditlink WHERE position = 1; "
    "UPDATE privacy_auditlink SET position = position + 1000; UPDATE privacy_auditlink SET position = position - 1001",
    "two records swapped": "CREATE TEMP TABLE two AS "
    "SELECT position, record_id FROM privacy_auditlink WHERE position IN (2, 3); "
    "UPDATE privacy_auditlink SET record_id = gen_random_uuid() WHERE position IN (2, 3); "
    "UPDATE privacy_auditlink a SET record_id = b.record_id FROM two b WHERE a.position = 5 - b.position",
    "two links swapped": "UPDATE privacy_auditlink SET position = position + 1000 WHERE position IN (2, 3); "
    "UPDATE privacy_auditlink SET position = 1005 - position WHERE position > 1000",
    "the end cut": f"DELETE FROM privacy_auditlink WHERE position > {LAST} - 2",
    "the end cut, its records too": f"DELETE FROM privacy_auditrecord WHERE id IN (SELECT record_id FROM privacy_auditlink "
    f"WHERE position > {LAST} - 2); DELETE FROM privacy_auditlink WHERE position > {LAST} - 2",
    "the head moved back": "UPDATE privacy_audithead SET position = position - 1",
    "the head gone": "DELETE FROM privacy_audithead",
    "links truncated": "TRUNCATE privacy_auditlink",
    "everything truncated": "TRUNCATE privacy_auditlink, privacy_auditrecord, privacy_audithead",
}  # fmt: skip


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED.keys())
def test_what_the_owner_of_the_database_does_is_seen(
    chain: str, as_superuser: Superuser, statement: str
) -> None:
    as_superuser(chain, statement)
    assert "BROKEN" in verified()


def test_an_older_chain_with_its_own_good_head_is_seen(chain: str, as_superuser: Superuser) -> None:
    """Cut the end and put back the head of before: every hash and MAC in the database is a true one."""
    old = "CREATE TABLE kept AS SELECT * FROM privacy_audithead"
    as_superuser(chain, old)
    seal_some_more()
    position = "(SELECT position FROM kept)"
    as_superuser(
        chain,
        "DELETE FROM privacy_auditrecord WHERE id IN "
        f"(SELECT record_id FROM privacy_auditlink WHERE position > {position}); "
        f"DELETE FROM privacy_auditlink WHERE position > {position}; "
        "UPDATE privacy_audithead h SET position = k.position, hash = k.hash, mac = k.mac FROM kept k WHERE k.id = h.id",
    )
    assert "witness outside the database" in verified()


def test_a_new_chain_in_the_old_ones_place_is_seen(chain: str, as_superuser: Superuser) -> None:
    as_superuser(chain, TAMPERED["everything truncated"])
    seal_some_more()
    assert "BROKEN" in verified()


@pytest.mark.parametrize("told", ["", "x y z", "999 00 00", "1 00 00"])
def test_a_forged_witness_is_seen(chain: str, settings: Any, told: str) -> None:
    (file,) = [path for path in settings.HOUSESTAFF["AUDIT_WITNESS"].iterdir() if path.suffix != ".new"]
    file.write_text(told, encoding="ascii")
    assert "BROKEN" in verified()


def test_a_full_disk_of_the_witness_does_not_stop_the_chain(chain: str, settings: Any) -> None:
    settings.HOUSESTAFF = settings.HOUSESTAFF | {"AUDIT_WITNESS": Path("/proc/nowhere")}
    seal_some_more()


# The application's own role


TABLES = ("privacy_auditrecord", "privacy_auditlink")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_application_cannot_change_the_log(riverside: Cast, table: str, verb: str) -> None:
    audit.seal_chain()
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_its_owner_is_stopped_by_a_trigger(chain: str, table: str, verb: str) -> None:
    """Not a wall (an owner can drop it), but nobody does it by mistake."""
    closing = contextlib.closing(services.start().cluster.connect("housestaff_admin", chain))
    with closing as admin, pytest.raises(Exception, match="append-only"):
        admin.cursor().execute(verb.format(table))


def test_two_sealers_never_make_two_chains(chain: str) -> None:
    with acting_for(Tenant.objects.get(slug="riverside").id):
        assert audit.seal_chain() == 0
        positions = list(AuditLink.objects.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))
        assert AuditHead.objects.get().position == len(positions)


# Reads are told of, too

READS = {
    "consults/{}/": ("owner", "consult.read"),
    "consults/{}/events/": ("owner", "consult.read_events"),
    "consults/{}/draft/": ("owner", "draft.read"),
    "worklist/": ("owner", "worklist.read"),
    "consults/": ("patient", "consult.list"),
}


@pytest.mark.parametrize("path", READS)
def test_every_read_leaves_a_record(house: House, path: str) -> None:
    who, verb = READS[path]
    consult = house.patient.open_consult()
    house.patient.say(consult, "hello")
    person = getattr(house, who)
    assert person.get(path.format(consult)).status_code == 200
    with acting_for(house.cast.tenant):
        row = AuditRecord.objects.filter(verb=verb, actor=person.member.id).latest("at")
        assert row.actor_role == who and row.purpose == "care"
        assert "{}" not in path or str(row.object) == consult
        assert "hello" not in str(row.facts)


def test_a_refused_read_leaves_none(house: House) -> None:
    consult = house.patient.open_consult()
    assert house.other_patient.get(f"consults/{consult}/").status_code == 404
    with acting_for(house.cast.tenant):
        assert not AuditRecord.objects.filter(verb="consult.read", object=consult).exists()
