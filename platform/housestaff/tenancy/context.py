"""Who is acting: one ContextVar for Python's wall, one transaction-local setting for PostgreSQL's.

`acting_for(tenant)` is opened in four places only: middleware, consumer, task, command (a test looks for
others). Inside it stands one transaction, because the setting that row-level security reads lives no longer
than a transaction: what leaks from a pooled connection is then nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction


class NoTenant(RuntimeError):
    """A tenant's rows were asked for while no tenant is acting. A bug, never an empty list."""


class WrongTenant(RuntimeError):
    """A row of one tenant was to be saved while another is acting."""


_acting: ContextVar[UUID | None] = ContextVar("housestaff_acting_tenant", default=None)


def current_tenant() -> UUID:
    """The acting tenant's id; raises NoTenant when there is none."""
    tenant = _acting.get()
    if tenant is None:
        raise NoTenant("No tenant is acting: open acting_for(tenant) first.")
    return tenant


def tenant_or_none() -> UUID | None:
    """The acting tenant's id, for code that only labels what it does (logs)."""
    return _acting.get()


@contextmanager
def acting_for(tenant: UUID | str) -> Iterator[None]:
    """Act for one tenant: a transaction whose rows PostgreSQL limits to this tenant.

    Nested calls for the same tenant join the outer one; for another tenant they raise WrongTenant, since the
    outer transaction's setting could not be trusted afterwards.
    """
    tenant = UUID(str(tenant))
    outer = _acting.get()
    if outer is not None and connection.in_atomic_block:
        if outer != tenant:
            raise WrongTenant("Another tenant is already acting in this transaction.")
        yield
        return
    inside_another = connection.in_atomic_block
    token = _acting.set(tenant)
    try:
        with transaction.atomic():
            _tell_postgres(str(tenant))
            yield
            # The setting would outlive this block in an outer transaction; a rolled-back savepoint undoes it too.
            if inside_another and not connection.needs_rollback:
                _tell_postgres("")
    finally:
        _acting.reset(token)


def _tell_postgres(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('housestaff.tenant', %s, true)", [value])
