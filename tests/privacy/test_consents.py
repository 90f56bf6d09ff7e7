"""Consent: the last decision counts, versions are told apart, and two decisions at once become two rows."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import Error, connection, transaction
from housestaff.consults import actions
from housestaff.consults.models import Consult
from housestaff.people.models import Membership
from housestaff.privacy import consents
from housestaff.privacy.models import AuditRecord, Consent
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant

from tests.factories.people import Cast, cast_for, make_cast

NOW = consents.CONSULT.version


def decide(cast: Cast, granted: bool, version: str = NOW, purpose: str = "consult") -> Consent:
    member = cast.patient
    assert member.patient_id is not None
    return consents.decide(
        by=member, subject=member.patient_id, purpose=purpose, version=version, granted=granted
    )


def in_force(cast: Cast) -> Consent | None:
    assert cast.patient.patient_id is not None
    return consents.in_force(subject=cast.patient.patient_id, purpose="consult")


def test_withdrawn_and_given_again(riverside: Cast) -> None:
    assert in_force(riverside) is not None
    decide(riverside, False)
    assert in_force(riverside) is None
    with pytest.raises(consents.ConsentMissing) as missing:
        consents.require(subject=riverside.patient.patient_id, purpose="consult")  # type: ignore[arg-type]
    assert missing.value.text == consents.CONSULT
    decide(riverside, True)
    assert in_force(riverside) is not None


def test_only_the_current_version_can_be_granted(riverside: Cast) -> None:
    for version, purpose in (("1999-01", "consult"), (NOW, "advertising")):
        with pytest.raises(consents.UnknownConsent):
            decide(riverside, True, version, purpose)


def test_a_new_text_asks_everybody_again(riverside: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = consents.ConsentText("consult", "2027-01", consents.CONSULT.title, consents.CONSULT.text)
    monkeypatch.setitem(consents.TEXTS, "consult", newer)
    assert in_force(riverside) is None
    decide(riverside, False, NOW)  # what was given can still be taken back
    decide(riverside, True, "2027-01")
    assert in_force(riverside) is not None


def test_a_withdrawal_stores_no_words_of_its_own(riverside: Cast) -> None:
    row = decide(riverside, False, "my secret illness")
    assert row.version == NOW
    assert not AuditRecord.objects.filter(facts__version="my secret illness").exists()


def test_decisions_are_kept_and_every_one_is_audited(riverside: Cast) -> None:
    before = Consent.objects.count()
    for granted in (False, True, False):
        decide(riverside, granted)
    assert Consent.objects.count() == before + 3
    recorded = AuditRecord.objects.filter(kind="consent", subject=riverside.patient.patient_id)
    assert set(recorded.values_list("object", flat=True)) >= set(Consent.objects.filter(
        subject=riverside.patient.patient_id).values_list("id", flat=True))  # fmt: skip


@pytest.mark.parametrize(
    "statement", ["UPDATE privacy_consent SET granted = true", "DELETE FROM privacy_consent"]
)
def test_a_decision_is_never_changed(riverside: Cast, statement: str) -> None:
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# At once, on committed rows


@pytest.fixture
def committed(scratch: str) -> Iterator[tuple[UUID, Membership]]:
    """A patient who has decided nothing yet, in a database that keeps what is committed."""
    tenant = Tenant.objects.get(slug="riverside").id
    with acting_for(tenant):
        cast = make_cast(tenant, consenting=False)
    yield tenant, cast.patient


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start all at the same moment, each in its own thread and connection."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_first_decisions_at_once_all_stand(committed: tuple[UUID, Membership]) -> None:
    tenant, member = committed
    assert member.patient_id is not None
    subject = member.patient_id

    def yes() -> int:
        with acting_for(tenant):
            return consents.decide(
                by=member, subject=subject, purpose="consult", version=NOW, granted=True
            ).number

    assert sorted(at_once(*[yes] * 6)) == [1, 2, 3, 4, 5, 6]


def test_no_consult_stays_open_behind_a_withdrawal(committed: tuple[UUID, Membership]) -> None:
    tenant, member = committed
    assert member.patient_id is not None
    subject = member.patient_id

    def open_one() -> None:
        try:
            with acting_for(tenant):
                actions.open_consult(by=member, agent="urology", language="en")
        except consents.ConsentMissing:
            pass

    def withdraw() -> None:
        with acting_for(tenant):
            actions.withdraw_consent(by=member, subject=subject, purpose="consult", version=NOW)

    for _ in range(5):
        with acting_for(tenant):
            consents.decide(by=member, subject=subject, purpose="consult", version=NOW, granted=True)
        at_once(open_one, withdraw, open_one)
        with acting_for(tenant):
            assert not Consult.objects.filter(author=member).exclude(state="withdrawn").exists()


def test_strangers_decide_nothing_for_others(riverside: Cast) -> None:
    with cast_for("riverside"):
        assert not Consent.objects.filter(subject=uuid4()).exists()
