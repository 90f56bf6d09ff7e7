"""The SQL of an INSERT and an UPDATE of one row, kept for each set of columns: building it costs more than running it."""

from functools import lru_cache
from typing import Any

from django.db import connections, models


@lru_cache(maxsize=512)
def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    named = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({named}) VALUES ({", ".join(["%s"] * len(columns))})'  # noqa: S608 our own names


@lru_cache(maxsize=512)
def _update_sql(table: str, columns: tuple[str, ...]) -> str:
    named = ", ".join(f'"{column}" = %s' for column in columns)
    return f'UPDATE "{table}" SET {named} WHERE tenant_id = %s AND id = %s'  # noqa: S608 our own names


def insert(row: models.Model, using: str, fields: Any) -> None:
    """Store a new row with all its columns, each as its field prepares it."""
    connection = connections[using]
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insert_sql(row._meta.db_table, tuple(field.column for field in fields)), values)


def update(row: Any, using: str, changes: list[tuple[Any, Any, Any]]) -> bool:
    """Store changed columns of a row of the acting tenant; whether it was there."""
    connection = connections[using]
    values = [field.get_db_prep_save(value, connection) for field, _, value in changes]
    with connection.cursor() as cursor:
        columns = tuple(field.column for field, _, _ in changes)
        cursor.execute(_update_sql(row._meta.db_table, columns), [*values, row.tenant_id, row.pk])
        return bool(cursor.rowcount)
