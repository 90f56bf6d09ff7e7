"""Tenants, and the base of every row that belongs to one."""

from typing import Any
from uuid import uuid4

from django.db import models

from . import known, writing
from .context import WrongTenant, current_tenant
from .managers import TenantManager


class Tenant(models.Model):
    """A hospital or one expert's practice. A platform table: holds only what is on its door."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.JSONField(help_text="by language: {'en': …, 'zh-hans': …}")
    language = models.CharField(max_length=10, default="en")
    country = models.CharField(max_length=2, default="GB")
    hours = models.JSONField(
        default=dict, help_text="when a doctor reads: {'text': {lang: …}, 'within_hours': n}"
    )
    digest = models.CharField(max_length=64, help_text="sha256 of the declaration that was applied")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.slug

    def called(self, language: str) -> str:
        """The tenant's name in a language it declared, else in its own."""
        return str(self.name.get(language) or self.name.get(self.language) or self.slug)


class TenantModel(models.Model):
    """A row of one tenant, behind both walls. Every subclass is listed in an rls.Protect migration (tested)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def belong_to_acting_tenant(self) -> None:
        """Take the acting tenant, or raise WrongTenant when the row already has another."""
        acting = current_tenant()
        if self.tenant_id is None:
            self.tenant_id = acting
        elif self.tenant_id != acting:
            raise WrongTenant(f"{type(self).__name__} belongs to another tenant.")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row. A plain save goes a short way of our own: kept SQL, and no signals, which nothing here uses."""
        self.belong_to_acting_tenant()
        if args or kwargs.keys() - {"force_insert", "using"} or not self._stored(**kwargs):
            super().save(*args, **kwargs)
        known.forget(type(self), self.id)

    def _stored(self, *, force_insert: bool = False, using: str | None = None) -> bool:
        """Whether the short way did it. A row that is not there to be updated is for Django to judge.

        Ids are ours, so that a row made here is a new one.
        """
        try:
            if force_insert or self._state.adding:
                return writing.insert(self)
            return writing.update(self)
        except writing.ByDjango:
            return False

    def add_unless_there(self) -> bool:
        """Store a new row unless one of its keys is taken; whether it was stored."""
        self.belong_to_acting_tenant()
        return writing.insert(self, unless_there=True)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.belong_to_acting_tenant()
        return super().delete(*args, **kwargs)


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A key to another row of the same tenant.

    Row-level security does not stop a plain foreign key from naming a foreign row, so the constraint is made
    by rls.Protect as FOREIGN KEY (tenant_id, <field>_id) → (tenant_id, id).
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)
