"""The draft reply of a consult: proposed from the facts, or as the doctor left it."""

from uuid import uuid4

from housestaff.agents.catalogue import pack_for

from . import case
from .models import Consult, Draft


def current(row: Consult) -> Draft:
    """The doctor's draft, or a fresh proposal that is stored as such. The caller holds the consult.

    A proposal nobody edited is made anew when the patient has written more.
    """
    draft = Draft.objects.filter(consult=row).first()
    if draft is not None and draft.edited_by_id is not None:
        return draft
    proposed = case.draft(row, pack_for(row.agent.specialty))
    if draft is None:
        draft = Draft(id=uuid4(), consult=row, subject_id=row.subject_id)
    draft.proposed = draft.text = proposed
    draft.save()
    return draft
