"""An INSERT and an UPDATE of one row whose SQL is kept: building it anew costs more than running it."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

# A field, and the type whose values the driver takes as they are; None where the field prepares each.
Column = tuple[Any, type | None]
# What Django, too, hands to the driver as it is.
_PLAIN: dict[str, type] = {
    "BigIntegerField": int,
    "BooleanField": bool,
    "CharField": str,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "UUIDField": UUID,
}


class ByDjango(TypeError):
    """A value is an expression: only Django's own way can store it."""


@lru_cache
def _insert_sql(model: type[models.Model], unless_there: bool) -> str:
    names = [field.column for field, _ in _columns(model)]
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
    last = " ON CONFLICT DO NOTHING" if unless_there else ""
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks}){last}'  # noqa: S608 our own names


@lru_cache
def _update_sql(model: type[models.Model]) -> str:
    named = ", ".join(f'"{field.column}" = %s' for field, _ in _changing(model))
    return f'UPDATE "{model._meta.db_table}" SET {named} WHERE tenant_id = %s AND id = %s'  # noqa: S608 our own names


@lru_cache
def _columns(model: type[models.Model]) -> tuple[Column, ...]:
    return tuple((field, _plain(field)) for field in model._meta.concrete_fields)


@lru_cache
def _changing(model: type[models.Model]) -> tuple[Column, ...]:
    """The columns that an update writes; a row never changes its id or its tenant."""
    return tuple(column for column in _columns(model) if column[0].column not in ("id", "tenant_id"))


def _plain(field: Any) -> type | None:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return _PLAIN.get(target.get_internal_type())


def _prepared(row: models.Model, columns: tuple[Column, ...], *, new: bool) -> list[Any]:
    values = []
    for field, plain in columns:
        value = field.pre_save(row, new)
        if value is not None and type(value) is not plain:
            if hasattr(value, "resolve_expression"):
                raise ByDjango(type(row).__name__)
            value = field.get_db_prep_save(value, connection)
        values.append(value)
    return values


def _run(sql: str, values: list[Any]) -> bool:
    """Whether a row was written. As with Django's `save`, an error spoils the transaction it stands in."""
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return bool(cursor.rowcount)


def insert(row: models.Model, *, unless_there: bool = False) -> bool:
    """Store a new row with all its columns; whether it was stored. `unless_there`: a key that is taken is no error.

    Raises ByDjango before anything was written.
    """
    model = type(row)
    done = _run(_insert_sql(model, unless_there), _prepared(row, _columns(model), new=True))
    if done:
        row._state.adding, row._state.db = False, connection.alias
    return done


def update(row: Any) -> bool:
    """Store all columns of a row of the acting tenant; whether it was there. Raises ByDjango."""
    model: type[models.Model] = type(row)
    values = _prepared(row, _changing(model), new=False)
    return _run(_update_sql(model), [*values, row.tenant_id, row.pk])
