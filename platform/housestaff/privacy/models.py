"""Rows of consent, keys and audit."""

from django.db import models
from django.db.models import Q

from housestaff.tenancy.models import TenantForeignKey, TenantModel


class TenantKey(TenantModel):
    """A tenant's key, wrapped by the root key. Wraps the keys of its subjects."""

    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "version"], name="tenant_key_version")]

    def __str__(self) -> str:
        return f"tenant key {self.version}"


class SubjectKey(TenantModel):
    """The key of one subject's words, wrapped by the tenant's key. Destroying it shreds the words."""

    subject = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()
    wrapped_by = TenantForeignKey(TenantKey, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "subject", "version"], name="subject_key_version")
        ]

    def __str__(self) -> str:
        return f"subject key {self.version}"


class Consent(TenantModel):
    """One decision of an account about a subject and a purpose. Rows are added, never changed: the last counts."""

    subject = models.UUIDField()
    account = models.UUIDField(help_text="membership that decided: the patient, or who acts for them")
    purpose = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    granted = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)
    number = models.PositiveIntegerField(
        help_text="counts up per subject and purpose; the highest is in force"
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject", "purpose", "number"], name="consent_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}: {'yes' if self.granted else 'no'}"


class AuditRecord(TenantModel):
    """One write or read of a record: who, what, why. Never a patient's words. Append-only (trigger)."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.UUIDField(null=True, help_text="membership; empty when the house itself acted")
    actor_role = models.CharField(max_length=20)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)
    purpose = models.CharField(max_length=40)
    consent = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "at"], name="audit_tenant_at")]

    def __str__(self) -> str:
        return f"{self.verb} {self.kind}"


class AuditLink(TenantModel):
    """The chain: position → record → hash over the one before. Sealed within a second by the sweeper."""

    position = models.BigIntegerField()
    record = TenantForeignKey(AuditRecord, related_name="links")
    hash = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "position"], name="audit_link_position"),
            models.UniqueConstraint(fields=["tenant", "record"], name="audit_link_record"),
            models.CheckConstraint(condition=Q(position__gte=1), name="audit_link_position_positive"),
        ]

    def __str__(self) -> str:
        return f"link {self.position}"


class AuditHead(TenantModel):
    """How long the chain is and its last hash, under a key the database does not hold: truncation shows."""

    position = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=bytes)
    mac = models.BinaryField(default=bytes)
    sealed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="audit_head_one")]

    def __str__(self) -> str:
        return f"head at {self.position}"
