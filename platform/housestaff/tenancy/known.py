"""Rows that hardly change and every message needs (a tenant's door, an agent): kept a few seconds in this process.

Kept under the acting tenant, so that no tenant finds another's. A change made in this process shows at once, one
made elsewhere within KEPT_SECONDS. Nothing that decides who may do what is kept here.
"""

import time
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from .context import current_tenant

KEPT_SECONDS = 3.0
MOST_KEPT = 5_000
M = TypeVar("M", bound=models.Model)
_kept: dict[tuple[UUID, type[models.Model], UUID], tuple[float, Any]] = {}


def known(model: type[M], row_id: UUID) -> M:
    """The row, at most KEPT_SECONDS old, to read from only; raises the model's DoesNotExist."""
    name = (current_tenant(), model, row_id)
    found = _kept.get(name)
    if found is not None and found[0] > time.monotonic():
        return found[1]  # type: ignore[no-any-return]
    row = model._default_manager.get(pk=row_id)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[name] = (time.monotonic() + KEPT_SECONDS, row)
    return row


def forget(model: type[models.Model], row_id: UUID) -> None:
    """The acting tenant's row was changed here."""
    _kept.pop((current_tenant(), model, row_id), None)
