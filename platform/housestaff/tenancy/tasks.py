"""The base of every Celery task: it names its tenant, or it does not run."""

from typing import Any

from celery import Task
from django.db import close_old_connections

from .context import NoTenant, acting_for


class TenantTask(Task):  # type: ignore[type-arg]
    """Opens acting_for from the `tenant` argument. A task without one refuses (tested over the registry)."""

    abstract = True
    # A task whose steps wait for a model opens one short transaction a step by itself.
    one_transaction = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant = kwargs.get("tenant")
        if not tenant:
            raise NoTenant(f"Task {self.name} was called without a tenant.")
        close_old_connections()
        if not self.one_transaction:
            return super().__call__(*args, **kwargs)
        with acting_for(tenant):
            return super().__call__(*args, **kwargs)
