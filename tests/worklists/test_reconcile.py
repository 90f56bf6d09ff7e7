"""What an envelope does to a row: in order, once, never skipping; and two postmen at one consult."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from housestaff.consults import actions
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.models import Tenant
from housestaff.worklists import actions as worklists
from housestaff.worklists import reconcile
from housestaff.worklists.envelopes import EnvelopeBody
from housestaff.worklists.models import Envelope, Feed, Item
from housestaff.worklists.reconcile import Gap, Row, apply
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.people import make_cast

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIRST = Row(0, "routine", "simple", "waiting", False, NOW, None)

BODIES = st.builds(
    EnvelopeBody,
    kind=st.sampled_from(["message", "start", "end", "card", "state"]),
    author=st.sampled_from(["patient", "agent", "clinician", "system"]),
    urgency=st.sampled_from(list(reconcile.RANK)),
    consult_class=st.sampled_from(["simple", "complex"]),
    state=st.sampled_from(["open", "with_doctor", "signed", "closed", "withdrawn"]),
    reasons=st.just([]),
    at=st.integers(0, 10_000).map(lambda seconds: (NOW + timedelta(seconds=seconds)).isoformat()),
)


def applied(bodies: list[EnvelopeBody]) -> Row:
    row = FIRST
    for seq, body in enumerate(bodies, 1):
        row = apply(row, seq, body)
    return row


@given(bodies=st.lists(BODIES, min_size=1, max_size=8))
def test_an_old_envelope_changes_nothing(bodies: list[EnvelopeBody]) -> None:
    row = applied(bodies)
    assert row.synced_seq == len(bodies)
    for seq, body in enumerate(bodies, 1):
        assert apply(row, seq, body) == row


@given(body=BODIES, skipped=st.integers(2, 9))
def test_a_gap_is_waited_for(body: EnvelopeBody, skipped: int) -> None:
    with pytest.raises(Gap):
        apply(FIRST, skipped, body)


@given(bodies=st.lists(BODIES, min_size=1, max_size=8))
def test_what_a_doctor_must_see_has_a_clock(bodies: list[EnvelopeBody]) -> None:
    row = applied(bodies)
    must = reconcile.for_review(row.urgency, row.consult_class) and row.state != "done"
    assert (row.due_at is not None) == must
    if row.due_at is not None:
        assert row.due_at <= row.waiting_since + reconcile.CLOCK[row.urgency]


@given(bodies=st.lists(BODIES, min_size=1, max_size=8))
def test_the_row_shows_the_newest_envelope(bodies: list[EnvelopeBody]) -> None:
    row, last = applied(bodies), bodies[-1]
    assert (row.urgency, row.consult_class) == (last.urgency, last.consult_class)
    if last.state in ("closed", "withdrawn"):
        assert row.state == "done" and not row.held


def test_postmen_at_once_bring_everything_once(scratch: str) -> None:
    tenant = Tenant.objects.get(slug="riverside").id
    with acting_for(tenant):
        by = make_cast(tenant).patient
        consult = actions.open_consult(by=by, agent="urology", language="en").id
    for number in range(12):
        with acting_for(tenant):
            actions.post_message(by=by, consult=consult, client_key=f"k{number}", text=f"line {number}")

    def sync() -> None:
        try:
            with acting_for(tenant):
                worklists.sync(consult=consult)
        finally:
            connection.close()

    _at_once([sync] * 6)
    with acting_for(tenant):
        item = Item.objects.get(consult=consult)
        assert not Envelope.objects.exists() and item.synced_seq >= 12
        assert item.n == Feed.objects.get().last_n


def _at_once(works: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()
