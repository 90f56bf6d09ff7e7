"""What is overdue, across tenants: ids only, through one definer function. Acting on it is each tenant's own."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from housestaff.worklists import actions as worklists

from . import actions


@dataclass(frozen=True)
class Due:
    """A consult whose next step is overdue: `sync`, `turn` or `release`."""

    step: str
    tenant: UUID
    consult: UUID


def overdue(most: int = 200) -> list[Due]:
    """The oldest overdue steps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT step, tenant_id, consult_id FROM consults_overdue(%s)", [most])
        return [Due(*row) for row in cursor.fetchall()]


def do(due: Due) -> None:
    """Do an overdue step through the same action that the nudge would have called. The tenant is acting."""
    if due.step == "sync":
        worklists.sync(consult=due.consult)
    elif due.step == "release":
        actions.release_signed(consult=due.consult)
