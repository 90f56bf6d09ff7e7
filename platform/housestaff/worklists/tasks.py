"""The nudge that applies a consult's envelopes."""

from uuid import UUID

from celery import shared_task

from housestaff.tenancy.fault_points import fault_point
from housestaff.tenancy.tasks import TenantTask

from . import actions


@shared_task(name="worklists.sync_consult", base=TenantTask)
def sync_consult(*, tenant: str, consult: str) -> None:
    """What is the next step for this consult's item? Apply what waits."""
    actions.sync(consult=UUID(consult))
    fault_point("worker.mid_task")
