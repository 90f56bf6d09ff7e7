"""Three layers of keys, and the columns that only take sealed words."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from housestaff.consults.models import Event
from housestaff.people import actions
from housestaff.people.models import Patient
from housestaff.privacy import keys
from housestaff.privacy.ciphers import Unreadable
from housestaff.privacy.fields import PlainWords, SealedTextField, seal_for
from housestaff.privacy.models import SubjectKey, TenantKey

from tests.factories.people import Cast


def fresh(patient: Patient) -> Patient:
    keys.kept.forget()
    return Patient.objects.get(id=patient.id)


def test_a_name_lies_sealed_and_opens(riverside: Cast) -> None:
    patient = actions.register_patient(name="王小明 Canary")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM people_patient WHERE id = %s", [str(patient.id)])
        stored = bytes(cursor.fetchone()[0])
    assert b"Canary" not in stored and "王".encode() not in stored
    assert fresh(patient).name == "王小明 Canary"


def test_a_tenant_key_that_was_rolled_back_is_not_remembered(riverside: Cast) -> None:
    SubjectKey.objects.all().delete()
    TenantKey.objects.all().delete()
    keys.kept.forget()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.register_patient(name="gone")
        _ = 1 / 0
    patient = actions.register_patient(name="stays")
    assert fresh(patient).name == "stays"


@pytest.mark.parametrize("root", ["", "short", "zz" * 32, "00" * 31])
def test_a_missing_root_key_says_so(riverside: Cast, settings: Any, root: str) -> None:
    patient = actions.register_patient(name="x")
    settings.HOUSESTAFF = settings.HOUSESTAFF | {"ROOT_KEY": root}
    with pytest.raises(keys.RootKeyMissing, match="64 hexadecimal digits"):
        _ = fresh(patient).name


def test_a_wrong_root_key_opens_nothing(riverside: Cast, settings: Any) -> None:
    patient = actions.register_patient(name="x")
    settings.HOUSESTAFF = settings.HOUSESTAFF | {"ROOT_KEY": "11" * 32}
    with pytest.raises(Unreadable, match=r"tenant_key\.wrapped does not open with this key"):
        _ = fresh(patient).name


def test_words_moved_to_another_row_do_not_open(riverside: Cast) -> None:
    one, two = actions.register_patient(name="one"), actions.register_patient(name="two")
    with connection.cursor() as cursor:
        moved = (
            "UPDATE people_patient SET name = (SELECT name FROM people_patient WHERE id = %s) WHERE id = %s"
        )
        cursor.execute(moved, [str(one.id), str(two.id)])
    with pytest.raises(Unreadable):
        _ = fresh(two).name


def test_a_key_moved_to_another_subject_does_not_open(riverside: Cast) -> None:
    one, two = actions.register_patient(name="one"), actions.register_patient(name="two")
    stolen = SubjectKey.objects.get(subject=one.id)
    SubjectKey.objects.filter(subject=two.id).update(wrapped=stolen.wrapped)
    with pytest.raises(Unreadable):
        _ = fresh(two).name


def test_a_destroyed_key_shreds_the_words(riverside: Cast) -> None:
    patient = actions.register_patient(name="x")
    SubjectKey.objects.filter(subject=patient.id).delete()
    with pytest.raises(Unreadable, match="no key"):
        _ = fresh(patient).name


def test_plain_words_are_refused_by_update_and_filter(riverside: Cast) -> None:
    patient = actions.register_patient(name="x")
    rows = Patient.objects.filter(id=patient.id)
    with pytest.raises(PlainWords), transaction.atomic():
        rows.update(name="plain")
    with pytest.raises(PlainWords):
        list(Patient.objects.filter(name="plain"))
    patient.name = "plain"
    with pytest.raises(PlainWords), transaction.atomic():
        Patient.objects.bulk_update([patient], ["name"])
    rows.update(name=seal_for(patient, "name", "sealed"))
    assert fresh(patient).name == "sealed"


def test_a_sealed_column_is_never_dumped_in_clear(riverside: Cast) -> None:
    actions.register_patient(name="Dumped Canary")
    with pytest.raises(CommandError):
        call_command("dumpdata", "people.Patient", stdout=None)


def test_every_text_of_the_thread_is_sealed() -> None:
    """A new column for words must be a sealed one: the plain ones are known by name, each a code."""
    codes = {"kind", "author", "code", "client_key", "urgency_after"}
    fields = Event._meta.get_fields()
    texts = {
        f.name
        for f in fields
        if getattr(f, "get_internal_type", str)() in ("CharField", "TextField", "JSONField")
    }
    assert texts == codes
    assert isinstance(Event._meta.get_field("text"), SealedTextField)


def test_subjects_do_not_share_a_key(riverside: Cast) -> None:
    one, two = actions.register_patient(name="one"), actions.register_patient(name="two")
    assert keys.subject_key(one.id) != keys.subject_key(two.id)
    with pytest.raises(Unreadable):
        keys.subject_key(uuid4())
