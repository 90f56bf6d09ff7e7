"""Columns that hold a patient's words: sealed on the way in, opened on the first look.

A model with such a column has a `subject_id`, its own `id` and `tenant_id` before it is saved; the words are
tied to that row and column. `QuerySet.update()` with plain words is refused, since it knows no row.
"""

import json
from typing import Any
from uuid import UUID

from django.db import models

from housestaff.tenancy.context import current_tenant

from . import ciphers, keys


class PlainWords(TypeError):
    """Words were about to reach a sealed column unsealed."""


def _cell(instance: models.Model, column: str) -> ciphers.Cell:
    tenant = getattr(instance, "tenant_id", None) or current_tenant()
    return ciphers.Cell(instance._meta.db_table, column, str(instance.pk), str(tenant))


def seal_for(instance: models.Model, column: str, words: str) -> bytes:
    """The sealed form of one cell of a row, for a targeted `update()`."""
    subject: UUID = instance.subject_id  # type: ignore[attr-defined]
    key, version = keys.subject_key(subject)
    return ciphers.seal(key, words.encode(), _cell(instance, column), version)


def open_from(instance: models.Model, column: str, sealed: bytes) -> str:
    """The words of one cell; raises ciphers.Unreadable."""
    subject: UUID = instance.subject_id  # type: ignore[attr-defined]
    key, _ = keys.subject_key(subject)
    return ciphers.unseal(key, sealed, _cell(instance, column)).decode()


class _Words:
    """The descriptor: hands out words, keeps the sealed bytes until somebody looks."""

    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, (bytes, memoryview)):
            value = instance.__dict__[name] = self.field.loads(
                open_from(instance, str(self.field.column), bytes(value))
            )
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text under the key of the row's subject."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Words(self))

    def dumps(self, value: Any) -> str:
        return str(value)

    def loads(self, words: str) -> Any:
        return words

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, (bytes, memoryview)):
            return value
        return seal_for(model_instance, str(self.column), self.dumps(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, (bytes, memoryview)):
            raise PlainWords(f"{self.name} takes sealed bytes only: use seal_for().")
        return super().get_db_prep_value(value, connection, prepared)


class SealedJSONField(SealedTextField):
    """A small structure of words under the key of the row's subject."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def loads(self, words: str) -> Any:
        return json.loads(words)
