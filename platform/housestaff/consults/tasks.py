"""Nudges of a consult."""

from uuid import UUID

from celery import shared_task

from housestaff.tenancy.tasks import TenantTask

from . import turn


class TurnTask(TenantTask):
    """A turn waits for a model between its steps, so each step opens its own short transaction."""

    abstract = True
    one_transaction = False


@shared_task(name="consults.answer_turn", base=TurnTask)
def answer_turn(*, tenant: str, consult: str) -> None:
    """What is the next step for this consult's turn? Answer it, if nobody else does."""
    turn.answer(tenant=UUID(tenant), consult=UUID(consult))
