"""The first wall: a manager that raises when nobody acts, and querysets that never leave the tenant."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models.base import ModelState

from .context import WrongTenant, current_tenant

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Rows of the acting tenant. Bulk writes are refused for rows of another."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[M]:
        objs = list(objs)
        for obj in objs:
            obj.belong_to_acting_tenant()
        return super().bulk_create(objs, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if {"tenant", "tenant_id"} & kwargs.keys():
            raise WrongTenant("A row never changes its tenant.")
        return super().update(**kwargs)


class TenantManager(models.Manager[M]):
    """`objects` of every tenant model: raises NoTenant unless a tenant is acting."""

    use_in_migrations = False

    def get_queryset(self) -> TenantQuerySet[M]:
        return TenantQuerySet[M](self.model, using=self._db).filter(tenant_id=current_tenant())

    def find(
        self, where: str, *values: Any, order: str = "id", lock: bool = False, share: bool = False
    ) -> M | None:
        """The first row of the acting tenant for which `where` holds; None without one.

        `lock`: nobody else changes or locks it until this transaction ends; `share`: nobody changes it.
        """
        held = " FOR UPDATE" if lock else " FOR SHARE" if share else ""
        found = self.find_all(where, *values, order=f"{order} LIMIT 1{held}")
        return found[0] if found else None

    def find_all(self, where: str, *values: Any, order: str = "id") -> list[M]:
        """The acting tenant's rows for which `where` holds: constant SQL, its values apart.

        For the few reads of every message and turn: to build the same SELECT anew costs a queryset about five
        times what PostgreSQL takes to answer it.
        """
        using = self.db
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"{_select(self.model)} AND ({where}) ORDER BY {order}", [current_tenant(), *values]
            )
            rows = cursor.fetchall()
        names, converters = _columns(self.model)
        for position, convert in converters if rows else ():
            rows = [
                (*row[:position], convert(row[position], None, connections[using]), *row[position + 1 :])
                for row in rows
            ]
        return [_made(self.model, using, names, row) for row in rows]


def _made(model: type[M], using: str, names: list[str], row: Sequence[Any]) -> M:
    """What Django's `from_db` makes of all columns, without a setter a column and signals that nothing here uses."""
    made = model.__new__(model)
    made.__dict__.update(zip(names, row, strict=True))
    made._state = ModelState()
    made._state.adding, made._state.db = False, using
    return made


@lru_cache
def _select(model: type[models.Model]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns} FROM "{model._meta.db_table}" WHERE tenant_id = %s'  # noqa: S608 our own names


@lru_cache
def _columns(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    """Attribute names in the order of `_select`, and how a stored value of some of them becomes Python's."""
    fields = model._meta.concrete_fields
    converters = [
        (position, field.from_db_value)
        for position, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    ]
    return [field.attname for field in fields], converters
